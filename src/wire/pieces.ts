import { MESSAGE_BYTES_MAX } from './message.ts';
import { Payload } from './payload.ts';

/** A part of a message that is a message itself, and how many records of the whole came before it. */
export interface Piece {
  readonly payload: Payload;
  readonly recordsBefore: number;
  readonly isLast: boolean;
}

/** About the bytes of a piece: read within a few milliseconds, also by code that has not been compiled yet. */
export const PIECE_BYTES = 64 * 1024;

/**
 * A message in pieces that are read one after the other, so that whoever reads a big array can give way in between.
 * Together they hold its records; a message that is small, or no array, or beyond `MESSAGE_BYTES_MAX`, is one piece.
 * Where brackets or quotes do not pair up the rest is one piece, and reading that says what is wrong.
 */
export function* piecesOf(payload: Payload): Generator<Piece, void, undefined> {
  const bytes = payload.records === undefined ? payload.bytes() : undefined;
  if (bytes === undefined || bytes.length <= PIECE_BYTES || bytes.length > MESSAGE_BYTES_MAX) {
    yield { payload, recordsBefore: 0, isLast: true };
    return;
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let start = text.findIndex((byte) => !SPACE.has(byte));
  if (text[start] !== OPEN_ARRAY) {
    yield { payload, recordsBefore: 0, isLast: true };
    return;
  }
  let recordsBefore = 0;
  let records = 0;
  let depth = 0;
  start += 1;
  for (let at = start; at < text.length && depth >= 0; at++) {
    const byte = text[at];
    if (byte === QUOTE) at = closingQuote(text, at);
    else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) depth++;
    else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) depth--;
    else if (byte === COMMA && depth === 0) {
      records++;
      if (at - start < PIECE_BYTES) continue;
      yield { payload: arrayOf(text.subarray(start, at), true), recordsBefore, isLast: false };
      recordsBefore += records;
      records = 0;
      start = at + 1;
    }
  }
  yield { payload: arrayOf(text.subarray(start), false), recordsBefore, isLast: true };
}

const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const SPACE = new Set([0x20, 0x09, 0x0a, 0x0d]);

function arrayOf(elements: Uint8Array, isOpen: boolean): Payload {
  return Payload.ofBytes(Buffer.concat([Buffer.from('['), elements, Buffer.from(isOpen ? ']' : '')]));
}

/** Index of the quote that ends a string, or of the end. */
function closingQuote(text: Buffer, start: number): number {
  for (let at = text.indexOf(QUOTE, start + 1); at !== -1; at = text.indexOf(QUOTE, at + 1)) {
    let backslashes = 0;
    while (text[at - 1 - backslashes] === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return at;
  }
  return text.length;
}
