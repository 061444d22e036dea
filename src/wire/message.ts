import { isAscii, isUtf8 } from 'node:buffer';
import { type ElementSink, readElements } from './elements.ts';
import { ID_LENGTH_MAX } from './id.ts';
import { idTokens } from './idtokens.ts';
import type { Payload } from './payload.ts';
import type { Decoded, IdToken } from './records.ts';
import { Problem, REFUSED_TEXT_MAX, RefusalList, clip, kindOf, refuse } from './refusal.ts';

/** What reading a message needs beside it. */
export interface DecodeOptions {
  /** The clock, milliseconds since 1970-01-01 UTC: a `time` more than a day ahead of it is refused. */
  readonly nowMs: number;
  /** A message of more bytes is refused whole; default `MESSAGE_BYTES_MAX`. */
  readonly bytesMax?: number;
  /** Records that came before, where this is a piece of a message (`pieces.ts`): refusals count on. Default 0. */
  readonly recordsBefore?: number;
}

/** A message of more bytes is refused unless told otherwise: 8 MiB. */
export const MESSAGE_BYTES_MAX = 8 * 1024 * 1024;

/** A record as JSON gave it, before anybody looked at its fields. */
export type RawRecord = Readonly<Record<string, unknown>>;

/** Makes a record of one kind from what JSON gave, or says what is wrong with it. The raw record is the reader's own. */
export type ReadRecord<R> = (raw: RawRecord, id: IdToken, nowMs: number) => R | Problem;

/**
 * The records of one message: one record, or an array of records. Never throws: what cannot be used is
 * refused record by record, or as a whole where it cannot be taken apart. Records that never left the
 * process are handed on as they are.
 *
 * A good message is read by the native parser; a second, slow reading happens only where that found something
 * to refuse, or a bare `NaN`.
 */
export function decodeMessage<R>(payload: Payload, options: DecodeOptions, read: ReadRecord<R>): Decoded<R> {
  if (payload.records !== undefined) return { records: payload.records as readonly R[], refused: [] };
  const text = messageText(payload.bytes(), options.bytesMax ?? MESSAGE_BYTES_MAX);
  if (typeof text !== 'string') return text;
  const records = readFast(text, options.nowMs, read);
  return records === undefined ? readSlow(text, options, read) : { records, refused: [] };
}

/**
 * The text of a message of ours (a task, an order, a snapshot), or the refusal of it.
 *
 * @param bytesMax a message of more bytes is refused
 */
export function messageText(message: Uint8Array, bytesMax: number): string | Decoded<never> {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  if (bytes.length > bytesMax) {
    const found = `message is ${bytes.length} bytes, expected at most ${bytesMax}`;
    return whole(new Problem('too-large', found), bytes);
  }
  if (isAscii(bytes)) return bytes.toString('latin1');
  if (!isUtf8(bytes)) {
    const at = firstInvalidByte(bytes);
    const found = `0x${bytes[at]?.toString(16).padStart(2, '0')} at byte ${at}`;
    return whole(new Problem('invalid-utf8', `message is not UTF-8: found ${found}`), bytes);
  }
  const text = bytes.toString();
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

function whole(problem: Problem, bytes: Buffer): Decoded<never> {
  return {
    records: [],
    refused: [refuse(problem, bytes.toString('utf8', 0, REFUSED_TEXT_MAX))],
  };
}

/** Everything, or `undefined` where there is anything to refuse. */
function readFast<R>(text: string, nowMs: number, read: ReadRecord<R>): R[] | undefined {
  const raws = parseRecords(text);
  if (raws === undefined) return undefined;
  const tokens = idTokens(text, raws);
  const records: R[] = [];
  for (let n = 0; n < raws.length; n++) {
    const raw = raws[n];
    const token = tokens[n];
    if (raw === undefined || token === undefined || !isId(raw['id'], token)) return undefined;
    const record = read(raw, token, nowMs);
    if (record instanceof Problem) return undefined;
    records.push(record);
  }
  return records;
}

function parseRecords(text: string): RawRecord[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  const raws: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  return raws.every(isRecord) ? (raws as RawRecord[]) : undefined;
}

function readSlow<R>(text: string, options: DecodeOptions, read: ReadRecord<R>): Decoded<R> {
  const records: R[] = [];
  const refused = new RefusalList();
  let position = options.recordsBefore ?? 0;
  const sink: ElementSink = {
    element({ value, idToken }, part) {
      position++;
      const problem = idProblem(value, idToken);
      const record = problem ?? read(value, idToken ?? '', options.nowMs);
      if (record instanceof Problem) refused.add(located(record, position, idToken), part);
      else records.push(record);
    },
    problem(problem, part) {
      position++;
      refused.add(located(problem, position, undefined), part);
    },
  };
  readElements(text, sink);
  return { records, refused: refused.all() };
}

function located(problem: Problem, position: number, idToken: string | undefined): Problem {
  const id = idToken === undefined ? '' : `, id ${clip(idToken)}`;
  return new Problem(problem.code, `${problem.reason} (record ${position}${id})`);
}

function idProblem(raw: RawRecord, token: string | undefined): Problem | undefined {
  if (token === undefined) return new Problem('no-id', 'record has no id, expected a string or a number');
  const { id } = raw;
  if (isId(id, token)) return undefined;
  if (token.length > ID_LENGTH_MAX) {
    return new Problem('bad-id', `id is ${token.length} characters long, expected at most ${ID_LENGTH_MAX}`);
  }
  return new Problem('bad-id', `id is ${kindOf(id)}, expected a string or a number`);
}

/** A number beyond the range of a double has a token, so it is an id; `NaN` and `Infinity` are no JSON numbers. */
function isId(id: unknown, token: IdToken): boolean {
  if (token.length > ID_LENGTH_MAX) return false;
  return typeof id === 'string' || (typeof id === 'number' && !token.endsWith('N') && !token.endsWith('y'));
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Decoding puts U+FFFD where a byte is wrong; the first one that the message did not hold itself is it. */
function firstInvalidByte(bytes: Buffer): number {
  const text = bytes.toString();
  let at = 0;
  let from = 0;
  for (let found = text.indexOf('\uFFFD'); found !== -1; found = text.indexOf('\uFFFD', from)) {
    at += Buffer.byteLength(text.slice(from, found));
    if (bytes[at] !== 0xef || bytes[at + 1] !== 0xbf || bytes[at + 2] !== 0xbd) return at;
    at += 3;
    from = found + 1;
  }
  return at;
}
