import { isSpace, ownText } from './json.ts';
import type { IdToken } from './records.ts';

/**
 * The id tokens of a message that the native parser has read, in order: parsing keeps the value of
 * `1700000000.0`, not how it was written.
 *
 * @param text the message, valid JSON: one object, or an array of objects
 * @param records what parsing made of it
 * @returns a token for each record; for one whose id is neither text nor a number what is returned has no meaning
 */
export function idTokens(text: string, records: readonly Readonly<Record<string, unknown>>[]): IdToken[] {
  if (!text.includes('\\')) {
    if (records.every((record) => typeof record['id'] === 'string'))
      return records.map(({ id }) => `"${id as string}"`);
    const tokens = found(text, records);
    if (tokens !== undefined) return tokens;
  }
  return scanned(text, text.charCodeAt(skipSpace(text, 0)) === OPEN_ARRAY ? 2 : 1);
}

/**
 * Without a backslash every `"id"` in the text is a string of its own. If there are as many as records with
 * an id, then each is the key of one of them, in order; else some are values or keys elsewhere.
 */
function found(text: string, records: readonly Readonly<Record<string, unknown>>[]): IdToken[] | undefined {
  const tokens: IdToken[] = [];
  let from = 0;
  for (const record of records) {
    if (!Object.hasOwn(record, 'id')) return undefined;
    const key = text.indexOf('"id"', from);
    if (key === -1) return undefined;
    const start = skipSpace(text, skipSpace(text, key + 4) + 1);
    tokens.push(ownText(text.slice(start, endOfScalar(text, start))));
    from = key + 4;
  }
  return text.includes('"id"', from) ? undefined : tokens;
}

/** Walks the structure of the text: `recordDepth` is how many brackets are open inside a record. */
function scanned(text: string, recordDepth: number): IdToken[] {
  const tokens: IdToken[] = [];
  let depth = 0;
  let token = '';
  let keyNext = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfString(text, at);
      if (keyNext && depth === recordDepth && isId(text.slice(at, end))) {
        const start = skipSpace(text, skipSpace(text, end) + 1);
        token = ownText(text.slice(start, endOfScalar(text, start)));
      }
      keyNext = false;
      at = end - 1;
    } else if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      depth++;
      keyNext = code === OPEN_OBJECT;
    } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) {
      if (depth === recordDepth) {
        tokens.push(token);
        token = '';
      }
      depth--;
    } else if (code === COMMA) keyNext = true;
  }
  return tokens;
}

function isId(key: string): boolean {
  return key === '"id"' || (key.includes('\\') && JSON.parse(key) === 'id');
}

/** The index after the closing quote. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return end + 1;
  }
  return text.length;
}

function endOfScalar(text: string, start: number): number {
  if (text.charCodeAt(start) === QUOTE) return endOfString(text, start);
  let end = start;
  while (end < text.length && !endsNumber(text.charCodeAt(end))) end++;
  return end;
}

function endsNumber(code: number): boolean {
  return code === COMMA || code === CLOSE_OBJECT || isSpace(code);
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at++;
  return at;
}

const QUOTE = 34;
const COMMA = 44;
const OPEN_ARRAY = 91;
const BACKSLASH = 92;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
