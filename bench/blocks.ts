const BLOCK_MS = 1;

/** Calls in blocks of about a millisecond, of which the median counts: a clock cannot tell a single one. */
export class Blocks {
  readonly #batch: number;
  readonly #endMs: number;
  readonly #rates: number[] = [];
  #calls = 1;
  #startMs = 0;

  /** @param ms how long to go on, about */
  constructor(batch: number, ms: number) {
    this.#batch = batch;
    this.#endMs = performance.now() + ms;
  }

  /** Whether there is time for another block. */
  get isOpen(): boolean {
    return performance.now() < this.#endMs;
  }

  /** Begins a block; gives how many calls it has. */
  start(): number {
    this.#startMs = performance.now();
    return this.#calls;
  }

  end(): void {
    const tookMs = performance.now() - this.#startMs;
    if (tookMs < BLOCK_MS / 2) this.#calls *= 2;
    else this.#rates.push((1e3 * this.#calls * this.#batch) / tookMs);
  }

  rowsPerSecond(): number {
    return median(this.#rates);
  }
}

/** The upper one of the two in the middle of an even number; NaN of none. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}
