import { JsonError, JsonReader } from './json.ts';
import { Problem, kindOf } from './refusal.ts';

/** One record of a message as it was read, before anybody looked at its fields. */
export interface Element {
  readonly value: Readonly<Record<string, unknown>>;
  /** The token of its `id`, or `undefined` when it has none. */
  readonly idToken: string | undefined;
}

/** What a reader of elements is given, in order. `text`: how it stood in the message. */
export interface ElementSink {
  element(element: Element, text: string): void;
  problem(problem: Problem, text: string): void;
}

/** After so many pieces that are not JSON the rest of an array is refused as one. */
export const BROKEN_ELEMENTS_MAX = 100;

/**
 * Takes a message apart that the native parser or a check of its records refused: slowly, saying of each
 * record what is wrong with it. A broken record does not take the others of its array along as long as its
 * brackets and quotes pair up; where they do not, the rest is refused as one.
 */
export function readElements(text: string, sink: ElementSink): void {
  const reader = new JsonReader(text);
  reader.skipSpace();
  if (text[reader.at] === '[') readArray(reader, sink);
  else readOne(reader, sink);
}

function readOne(reader: JsonReader, sink: ElementSink): void {
  try {
    const value = reader.record();
    reader.skipSpace();
    if (reader.at < reader.text.length) throw reader.error('nothing after the value');
    hand(value, reader.idToken, reader.text, sink);
  } catch (error) {
    sink.problem(problemOf(error), reader.text);
  }
}

function readArray(reader: JsonReader, sink: ElementSink): void {
  const { text } = reader;
  let broken = 0;
  reader.at++;
  reader.skipSpace();
  if (text[reader.at] === ']') reader.at++;
  else {
    do {
      reader.skipSpace();
      const start = reader.at;
      try {
        const value = reader.record();
        const end = reader.at;
        reader.skipSpace();
        if (text[reader.at] !== ',' && text[reader.at] !== ']') throw reader.error('"," or "]"');
        hand(value, reader.idToken, text.slice(start, end), sink);
      } catch (error) {
        broken++;
        const end = broken <= BROKEN_ELEMENTS_MAX ? endOfElement(text, start) : undefined;
        sink.problem(problemOf(error), text.slice(start, end));
        if (end === undefined) return;
        reader.at = end;
      }
    } while (text[reader.at++] === ',');
  }
  reader.skipSpace();
  if (reader.at === text.length) return;
  sink.problem(problemOf(reader.error('nothing after the array')), text.slice(reader.at));
}

function hand(value: unknown, idToken: string | undefined, text: string, sink: ElementSink): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    sink.element({ value: value as Record<string, unknown>, idToken }, text);
  } else sink.problem(new Problem('not-a-record', `record is ${kindOf(value)}, expected an object`), text);
}

function problemOf(error: unknown): Problem {
  if (error instanceof JsonError) return new Problem(error.code, error.message);
  throw error;
}

/** Index of the `,` or `]` that ends a broken element, or `undefined` where its brackets or quotes do not pair up. */
function endOfElement(text: string, start: number): number | undefined {
  const open: string[] = [];
  for (let at = start; at < text.length; at++) {
    const char = text[at];
    if (open.length === 0 && (char === ',' || char === ']')) return at;
    if (char === '"') {
      at = closingQuote(text, at);
      if (at === -1) return undefined;
    } else if (char === '[' || char === '{') open.push(char);
    else if (char === ']' && open.pop() !== '[') return undefined;
    else if (char === '}' && open.pop() !== '{') return undefined;
  }
  return undefined;
}

/** Index of the quote that ends a string, or -1. */
function closingQuote(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at < text.length ? at : -1;
}
