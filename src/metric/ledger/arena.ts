import type { Words } from './words.ts';

/**
 * A growing piece of memory that entries are written into one behind the other. Numbers are little-endian;
 * what is written comes back the same to the last bit.
 */
export class Arena {
  bytes: Buffer;
  view: DataView;
  /** Where the next byte goes. */
  at = 0;
  readonly words: Words;

  constructor(words: Words, bytes = 65_536) {
    this.words = words;
    this.bytes = Buffer.allocUnsafeSlow(bytes);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Makes room for so many bytes behind `at`. */
  reserve(more: number): void {
    if (this.at + more <= this.bytes.length) return;
    let length = this.bytes.length * 2;
    while (length < this.at + more) length *= 2;
    const larger = Buffer.allocUnsafeSlow(length);
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.at++] = value;
  }

  double(value: number): void {
    this.reserve(8);
    this.view.setFloat64(this.at, value, true);
    this.at += 8;
  }

  /** An integer, 0..2^53 − 1, in groups of 7 bits. */
  count(value: number): void {
    this.reserve(8);
    let rest = value;
    while (rest >= 0x8000_0000) {
      this.bytes[this.at++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    let small = rest | 0;
    while (small > 127) {
      this.bytes[this.at++] = (small & 127) | 128;
      small >>>= 7;
    }
    this.bytes[this.at++] = small;
  }

  /** Any text: one byte a character where that is enough, else two. */
  text(value: string): void {
    const { length } = value;
    this.reserve(10 + 2 * length);
    const start = this.at;
    this.count(length * 2);
    const { bytes } = this;
    let at = this.at;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code > 255) {
        this.at = start;
        this.#wide(value);
        return;
      }
      bytes[at++] = code;
    }
    this.at = at;
  }

  /** A text that comes often, by its code. */
  word(value: string): void {
    const code = this.words.code(value);
    this.count(code + 1);
    if (code < 0) this.text(value);
  }

  #wide(value: string): void {
    this.count(value.length * 2 + 1);
    for (let i = 0; i < value.length; i++) {
      this.view.setUint16(this.at, value.charCodeAt(i), true);
      this.at += 2;
    }
  }
}

/** Reads what an `Arena` holds, in the same order. */
export class ArenaReader {
  readonly #words: Words;
  #bytes: Buffer = Buffer.alloc(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  at = 0;

  constructor(words: Words) {
    this.#words = words;
  }

  /** Goes to this place. */
  open(bytes: Buffer, at: number): void {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    this.at = at;
  }

  byte(): number {
    const byte = this.#bytes[this.at++];
    if (byte === undefined) throw new RangeError('Cannot read an entry: it ends early');
    return byte;
  }

  double(): number {
    this.at += 8;
    return this.#view.getFloat64(this.at - 8, true);
  }

  count(): number {
    const first = this.byte();
    if (first < 128) return first;
    let value = first & 127;
    for (let power = 128; ; power *= 128) {
      const byte = this.byte();
      value += (byte & 127) * power;
      if (byte < 128) return value;
      if (power > 2 ** 53) throw new RangeError('Cannot read an entry: a count is too large');
    }
  }

  text(): string {
    const size = this.count();
    const length = size >>> 1;
    if ((size & 1) === 0) {
      const start = this.at;
      this.at += length;
      if (this.at > this.#bytes.length) throw new RangeError('Cannot read an entry: it ends early');
      return this.#bytes.toString('latin1', start, this.at);
    }
    let text = '';
    for (let i = 0; i < length; i++, this.at += 2)
      text += String.fromCharCode(this.#view.getUint16(this.at, true));
    return text;
  }

  /** Goes on behind a text. */
  skipText(): void {
    const size = this.count();
    this.at += (size >>> 1) * ((size & 1) + 1);
  }

  word(): string {
    const code = this.count();
    return code === 0 ? this.text() : this.#words.text(code - 1);
  }
}
