import { ModelLoadError } from '../../load-error.ts';
import type { Budget } from '../budget.ts';

const PAIR_COST = 200;

/** Reads little-endian numbers and counted texts; every length is checked against what is left. */
export class BinaryReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #budget: Budget;
  #at = 0;

  constructor(bytes: Uint8Array, budget: Budget) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#budget = budget;
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  float32(): number {
    return this.#view.getFloat32(this.#take(4), true);
  }

  /** A 64-bit count of things of so many bytes, which have to be there. */
  length(bytesEach: number): number {
    const found = Number(this.#view.getBigUint64(this.#take(8), true));
    this.expect(found, bytesEach);
    return found;
  }

  floats(count: number): Float64Array {
    this.#budget.take(8 * count);
    return Float64Array.from({ length: count }, () => this.float32());
  }

  text(): string {
    const length = this.length(1);
    this.#budget.take(PAIR_COST + 2 * length);
    const start = this.#take(length);
    return Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + start, length).toString('utf8');
  }

  pairs(): Map<string, string> {
    const count = this.length(16);
    const pairs = new Map<string, string>();
    for (let at = 0; at < count; at++) pairs.set(this.text(), this.text());
    return pairs;
  }

  skip(bytes: number): void {
    this.#take(bytes);
  }

  /** Skips a text when it is what comes next. */
  skipText(text: string): boolean {
    const found = Buffer.from(this.#bytes.subarray(this.#at, this.#at + text.length)).toString('latin1');
    if (found !== text) return false;
    this.#at += text.length;
    return true;
  }

  /** @throws {ModelLoadError} unless so many things of so many bytes can follow */
  expect(count: number, bytesEach: number): void {
    if (!(count >= 0 && count * bytesEach <= this.#bytes.length - this.#at)) throw damaged();
  }

  #take(bytes: number): number {
    this.expect(bytes, 1);
    const start = this.#at;
    this.#at = start + bytes;
    return start;
  }
}

function damaged(): ModelLoadError {
  return new ModelLoadError(
    'it is cut off or damaged: it declares more than there is (the binary format of XGBoost; save_model("model.json") writes the current one)',
  );
}
