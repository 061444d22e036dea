import { bitLength } from './dyadic.ts';
import type { Dyadic } from './dyadic.ts';

/**
 * Writes a state as bytes: small integers take one byte, an exact sum its significant bits and little more.
 * The same meaning gives the same bytes.
 */
export class StateWriter {
  #bytes = new Uint8Array(256);
  #length = 0;

  /** An integer of at most 2^53 − 1 in size, in 7-bit groups, the sign in the lowest bit. */
  integer(value: number): void {
    if (value >= 0 && value < 64 && (value | 0) === value) {
      if (this.#length === this.#bytes.length) this.#reserve(1);
      this.#bytes[this.#length++] = value << 1;
      return;
    }
    if (!Number.isSafeInteger(value)) throw new RangeError(`Cannot store ${value} as a count`);
    this.#reserve(9);
    const size = Math.abs(value);
    let rest = Math.floor(size / 64);
    this.#bytes[this.#length++] = (size % 64) * 2 + (value < 0 ? 1 : 0) + (rest > 0 ? 128 : 0);
    // A first group of 6 bits and a sign, then groups of 7; the high bit says that more follow.
    while (rest > 0) {
      const next = Math.floor(rest / 128);
      this.#bytes[this.#length++] = (rest % 128) + (next > 0 ? 128 : 0);
      rest = next;
    }
  }

  double(value: number): void {
    this.#reserve(8);
    new DataView(this.#bytes.buffer).setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  /** Text as its UTF-16 code units, so that any text comes back as it was. */
  text(value: string): void {
    this.integer(value.length);
    for (let i = 0; i < value.length; i++) this.integer(value.charCodeAt(i));
  }

  /** Bytes of another writer. */
  bytes(value: Uint8Array): void {
    this.integer(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  exact({ units, exponent }: Dyadic): void {
    const negative = units < 0n;
    let magnitude = negative ? -units : units;
    // Without trailing zeros the same number has one form only.
    const zeros = magnitude === 0n ? 0 : bitLength(magnitude & -magnitude) - 1;
    magnitude >>= BigInt(zeros);
    const words = Math.ceil(bitLength(magnitude) / 32);
    this.integer(negative ? -words : words);
    if (words === 0) return;
    this.integer(exponent + zeros);
    for (let i = 0; i < words; i++) {
      this.integer(Number(magnitude & 0xffffffffn));
      magnitude >>= 32n;
    }
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * Math.max(this.#bytes.length, this.#length + more));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** Reads what a `StateWriter` wrote, in the same order. @throws {RangeError} where the bytes end early or cannot be */
export class StateReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  integer(): number {
    const first = this.#byte();
    if (first < 128) return first & 1 ? -(first >>> 1) : first >>> 1;
    let size = (first & 127) >>> 1;
    let power = 64;
    for (let last = first; last >= 128; power *= 128) {
      if (power > 2 ** 53) throw new RangeError('Cannot read a state: a count is too large');
      last = this.#byte();
      size += (last & 127) * power;
    }
    return first & 1 ? -size : size;
  }

  double(): number {
    const { buffer, byteOffset } = this.#bytes;
    if (this.#at + 8 > this.#bytes.length) throw new RangeError('Cannot read a state: it ends early');
    this.#at += 8;
    return new DataView(buffer, byteOffset).getFloat64(this.#at - 8, true);
  }

  text(): string {
    const length = this.#count();
    let value = '';
    for (let i = 0; i < length; i++) value += String.fromCharCode(this.integer());
    return value;
  }

  bytes(): Uint8Array {
    const length = this.#count();
    if (this.#at + length > this.#bytes.length) throw new RangeError('Cannot read a state: it ends early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  exact(): Dyadic {
    const signed = this.integer();
    if (signed === 0) return { units: 0n, exponent: 0 };
    const words = Math.abs(signed);
    if (words > this.#bytes.length) throw new RangeError('Cannot read a state: it ends early');
    const exponent = this.integer();
    let units = 0n;
    for (let i = 0; i < words; i++) units += BigInt(this.integer()) << BigInt(32 * i);
    return { units: signed < 0 ? -units : units, exponent };
  }

  /** A number of things that follow, each of at least one byte. */
  #count(): number {
    const count = this.integer();
    if (count < 0 || count > this.#bytes.length) throw new RangeError('Cannot read a state: it ends early');
    return count;
  }

  /** @throws {RangeError} where bytes are left over */
  end(): void {
    if (this.#at !== this.#bytes.length)
      throw new RangeError('Cannot read a state: it goes on after its end');
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new RangeError('Cannot read a state: it ends early');
    return byte;
  }
}
