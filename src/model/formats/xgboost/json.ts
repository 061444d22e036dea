import { ModelLoadError } from '../../load_error.ts';
import type { Budget } from '../budget.ts';
import type { DocumentValue } from './document.ts';

const DEPTH_MAX = 64;
/** What V8 takes for a thing while it parses, about. */
const COST = { container: 64, item: 16, text: 48 };
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Parses JSON text, having counted what it will take before any of it is built.
 *
 * XGBoost writes NaN and Infinity as bare words, which JSON has not; they come out as texts, which `Document` reads as numbers.
 *
 * @throws {ModelLoadError} on damage, nesting deeper than 64, or more parts than a file of its size can need
 */
export function readJson(bytes: Uint8Array, budget: Budget): DocumentValue {
  budget.take(bytes.length);
  foresee(bytes, budget);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  return parseText(text);
}

/** Parses JSON that may have NaN or Infinity in it. */
export function parseText(text: string): DocumentValue {
  try {
    return JSON.parse(text) as DocumentValue;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const quoted = text.replaceAll(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (found) =>
    found.startsWith('"') ? found : `"${found}"`,
  );
  try {
    return JSON.parse(quoted) as DocumentValue;
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
    } else if (byte === 0x2c) {
      bytesNeeded += COST.item;
    }
  }
  budget.take(bytesNeeded);
}

function endOfText(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}
