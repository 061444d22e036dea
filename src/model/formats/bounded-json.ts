import { ModelLoadError } from '../load-error.ts';
import type { Budget } from './budget.ts';

/** What JSON text holds. Objects are to be read through own keys only. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

const DEPTH_MAX = 64;
/** What V8 takes for a thing while it parses, about. */
const COST = { container: 64, item: 16, text: 48, word: 100 };
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const CAPITAL_N = 0x4e;
const CAPITAL_I = 0x49;

/**
 * Parses JSON text, having counted what it will take before any of it is built.
 *
 * XGBoost writes NaN and Infinity as bare words, which JSON has not; they come out as texts.
 *
 * @throws {ModelLoadError} on damage, nesting deeper than 64, or more parts than a file of its size can need
 */
export function readJson(bytes: Uint8Array, budget: Budget): JsonValue {
  budget.take(bytes.length);
  foresee(bytes, budget);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  return parseText(text);
}

function parseText(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const quoted = text.replaceAll(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (found) =>
    found.startsWith('"') ? found : `"${found}"`,
  );
  try {
    return JSON.parse(quoted) as JsonValue;
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new ModelLoadError('it is no JSON, or damaged or cut off', { cause: error });
    throw error;
  }
}

function foresee(bytes: Uint8Array, budget: Budget): void {
  let depth = 0;
  let bytesNeeded = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      bytesNeeded += COST.text;
      at = endOfText(bytes, at + 1);
    } else if (byte === 0x5b || byte === 0x7b) {
      bytesNeeded += COST.container;
      if (++depth > DEPTH_MAX) throw new ModelLoadError(`it nests more than ${DEPTH_MAX} deep`);
    } else if (byte === 0x5d || byte === 0x7d) {
      depth--;
    } else if (byte === COMMA) {
      bytesNeeded += COST.item;
    } else if (byte === CAPITAL_N || byte === CAPITAL_I) {
      bytesNeeded += COST.word;
    }
  }
  budget.take(bytesNeeded);
}

function endOfText(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}
