import { ModelLoadError } from '../../load-error.ts';

/** Reads a pickle byte by byte; every declared length is checked against what is left before it is used. */
export class Cursor {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #buffer: Buffer;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte(): number {
    const found = this.bytes[this.at];
    if (found === undefined) throw truncated();
    this.at++;
    return found;
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  /** A 64-bit length. Beyond what is left it is refused, so the loss of digits above 2^53 does not matter. */
  length64(): number {
    const low = this.uint32();
    return this.uint32() * 2 ** 32 + low;
  }

  float64BigEndian(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }

  /** The next bytes, as a view into the file. */
  take(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.bytes.subarray(start, this.at);
  }

  /** The next bytes as a text. */
  text(length: number, encoding: 'utf8' | 'latin1'): string {
    const start = this.#advance(length);
    return this.#buffer.toString(encoding, start, this.at);
  }

  /** The bytes up to the end of the line, without it, as latin-1 text. Longer than 64 KiB is refused unless `bytesMax` says so. */
  line(bytesMax = 65_536): string {
    const end = this.bytes.indexOf(10, this.at);
    if (end < 0) throw truncated();
    if (end - this.at > bytesMax) throw new ModelLoadError('a line in it is longer than 64 KiB');
    const text = Buffer.from(this.bytes.buffer, this.bytes.byteOffset + this.at, end - this.at).toString(
      'latin1',
    );
    this.at = end + 1;
    return text;
  }

  #advance(length: number): number {
    const start = this.at;
    if (length < 0 || length > this.bytes.length - start) throw truncated();
    this.at = start + length;
    return start;
  }
}

function truncated(): ModelLoadError {
  return new ModelLoadError('it is cut off or damaged: it declares more bytes than there are');
}
