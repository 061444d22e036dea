/** Object ids of PostgreSQL's types (pg_type.dat): fixed for ever. */
export const OID = { bytea: 17, int8: 20, int4: 23, text: 25, xid: 28 } as const;

/**
 * An array as PostgreSQL's wire has it in binary (array_recv): a parameter that the server unpacks with `unnest`, without a
 * text to write and to parse for each element.
 *
 * @param oid type of the elements
 * @param elements each in the binary form of its type; may be empty
 */
export function binaryArray(oid: number, elements: readonly Uint8Array[]): Buffer {
  let length = HEAD_BYTES;
  for (const element of elements) length += 4 + element.length;
  const array = Buffer.allocUnsafe(length);
  let at = writeHead(array, oid, elements.length);
  for (const element of elements) {
    at = array.writeInt32BE(element.length, at);
    array.set(element, at);
    at += element.length;
  }
  return array;
}

/** Texts as such an array. */
export function textArray(texts: readonly string[]): Buffer {
  let longest = HEAD_BYTES;
  for (const text of texts) longest += 4 + 3 * text.length;
  const array = Buffer.allocUnsafe(longest);
  let at = writeHead(array, OID.text, texts.length);
  for (const text of texts) {
    const written = array.write(text, at + 4);
    array.writeInt32BE(written, at);
    at += 4 + written;
  }
  return array.subarray(0, at);
}

/** Integers of 64 bits, each within ±2^53, as such an array. */
export function bigintArray(values: readonly number[]): Buffer {
  const array = Buffer.allocUnsafe(HEAD_BYTES + 12 * values.length);
  let at = writeHead(array, OID.int8, values.length);
  for (const value of values) {
    at = array.writeInt32BE(8, at);
    at = array.writeBigInt64BE(BigInt(value), at);
  }
  return array;
}

/** Unsigned integers of 32 bits (transaction ids) as such an array. */
export function xidArray(values: readonly number[]): Buffer {
  const array = Buffer.allocUnsafe(HEAD_BYTES + 8 * values.length);
  let at = writeHead(array, OID.xid, values.length);
  for (const value of values) {
    at = array.writeInt32BE(4, at);
    at = array.writeUInt32BE(value, at);
  }
  return array;
}

const HEAD_BYTES = 20;

/** One dimension, no nulls, counted from 1. */
function writeHead(array: Buffer, oid: number, count: number): number {
  array.writeInt32BE(1, 0);
  array.writeInt32BE(0, 4);
  array.writeInt32BE(oid, 8);
  array.writeInt32BE(count, 12);
  return array.writeInt32BE(1, 16);
}
