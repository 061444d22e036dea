import { ModelLoadError } from '../../load-error.ts';

/** One field of a protobuf message. `whole` is all of it, its tag included, so that it can be copied as it is. */
export interface Field {
  readonly number: number;
  /** A number as it is encoded (a varint, at most 2^53 − 1, or −1 for more), or the bytes of anything else. */
  readonly value: number | Uint8Array;
  readonly whole: Uint8Array;
}

/**
 * The fields of a protobuf message, in order. Nothing is copied.
 *
 * @throws {ModelLoadError} at bytes that are no such message
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export function* fieldsOf(message: Uint8Array): Generator<Field, void, undefined> {
  const cursor = { message, at: 0 };
  while (cursor.at < message.length) {
    const start = cursor.at;
    const tag = varint(cursor);
    const value = valueOf(cursor, tag % 8);
    const number = Math.floor(tag / 8);
    if (number < 1) throw damaged();
    yield { number, value, whole: message.subarray(start, cursor.at) };
  }
}

/** A field whose value is a text, a message or other bytes. */
export function bytesField(number: number, value: Uint8Array): Uint8Array {
  return Buffer.concat([varintBytes(number * 8 + 2), varintBytes(value.length), value]);
}

/** A field whose value is a number from 0 to 2^53 − 1. */
export function numberField(number: number, value: number): Uint8Array {
  return Buffer.concat([varintBytes(number * 8), varintBytes(value)]);
}

/** The text of a field; empty for one that holds a number. */
export function textOf({ value }: Field): string {
  return typeof value === 'number' ? '' : Buffer.from(value).toString('utf8');
}

/** The bytes of a field; none for one that holds a number. */
export function bytesOf({ value }: Field): Uint8Array {
  return typeof value === 'number' ? new Uint8Array() : value;
}

/** The numbers of a field that repeats: one, or several packed together. Negative ones as they are meant. */
export function integersOf({ value, whole }: Field): number[] {
  const packed = typeof value === 'number' ? whole.subarray(tagLength(whole)) : value;
  const integers: number[] = [];
  for (let at = 0; at < packed.length;) {
    let bits = 0n;
    let shift = 0n;
    let byte: number;
    do {
      byte = packed[at++] ?? 0;
      bits |= BigInt(byte & 0x7f) << shift;
      shift += 7n;
    } while (byte >= 0x80 && shift < 70n);
    integers.push(Number(BigInt.asIntN(64, bits)));
  }
  return integers;
}

interface Cursor {
  readonly message: Uint8Array;
  at: number;
}

function valueOf(cursor: Cursor, wireType: number): number | Uint8Array {
  if (wireType === 0) return varint(cursor);
  const length = wireType === 1 ? 8 : wireType === 5 ? 4 : wireType === 2 ? varint(cursor) : -1;
  const end = cursor.at + length;
  if (length < 0 || end > cursor.message.length) throw damaged();
  const value = cursor.message.subarray(cursor.at, end);
  cursor.at = end;
  return value;
}

/** At most ten bytes; a number beyond 2^53 − 1 (a negative one is) comes out as −1. */
function varint(cursor: Cursor): number {
  let value = 0;
  for (let place = 0; place < 10; place++) {
    const byte = cursor.message[cursor.at++];
    if (byte === undefined) throw damaged();
    value += (byte & 0x7f) * 2 ** (7 * place);
    if (byte < 0x80) return Number.isSafeInteger(value) ? value : -1;
  }
  throw damaged();
}

function varintBytes(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

function tagLength(whole: Uint8Array): number {
  return whole.findIndex((byte) => byte < 0x80) + 1;
}

function damaged(): ModelLoadError {
  return new ModelLoadError('its protobuf is damaged');
}
