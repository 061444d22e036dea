import { VALUE_MAX } from './outcome-limits.ts';
import type { Baselines } from './running-baselines.ts';

/** Outcomes that a block has room for: its columns lie in the nearest caches. */
export const BLOCK_ROWS = 256;

/**
 * Outcomes of a regression of weight 1 in columns, to be added to figures together: the same sums as one by one, in a third
 * of the time. Either all of them have naive answers or none has.
 */
export class RegressionBlock {
  readonly truth = new Float64Array(BLOCK_ROWS);
  readonly prediction = new Float64Array(BLOCK_ROWS);
  /** prediction − truth */
  readonly error = new Float64Array(BLOCK_ROWS);
  /** |prediction − truth| */
  readonly size = new Float64Array(BLOCK_ROWS);
  readonly median = new Float64Array(BLOCK_ROWS);
  readonly mean = new Float64Array(BLOCK_ROWS);
  readonly last = new Float64Array(BLOCK_ROWS);
  #count = 0;
  #hasBaselines = false;

  get count(): number {
    return this.#count;
  }

  /** Whether its outcomes have naive answers. */
  get hasBaselines(): boolean {
    return this.#hasBaselines;
  }

  /** Whether there is room for an outcome with naive answers, or without. */
  hasRoom(hasBaselines: boolean): boolean {
    return this.#count === 0 || (this.#count < BLOCK_ROWS && this.#hasBaselines === hasBaselines);
  }

  /** An outcome whose numbers can be scored (`isScorable`), where there is room. */
  put(truth: number, prediction: number, baselines: Baselines | undefined): void {
    const row = this.#put(truth, prediction);
    this.#hasBaselines = baselines !== undefined;
    if (baselines === undefined) return;
    this.median[row] = baselines.median;
    this.mean[row] = baselines.mean;
    this.last[row] = baselines.last;
  }

  /** The same, with the naive answers as an outcome carries them: median, mean and last, one behind the other. */
  putCarried(truth: number, prediction: number, baselines: readonly number[] | undefined): void {
    const row = this.#put(truth, prediction);
    this.#hasBaselines = baselines !== undefined;
    if (baselines === undefined) return;
    this.median[row] = baselines[0]!;
    this.mean[row] = baselines[1]!;
    this.last[row] = baselines[2]!;
  }

  /** A row of another block, where there is room. */
  take(from: RegressionBlock, row: number): void {
    const to = this.#put(from.truth[row]!, from.prediction[row]!);
    this.#hasBaselines = from.hasBaselines;
    if (!from.hasBaselines) return;
    this.median[to] = from.median[row]!;
    this.mean[to] = from.mean[row]!;
    this.last[to] = from.last[row]!;
  }

  /** The naive answers of a row; `undefined` where its outcomes have none. */
  baselinesAt(row: number): Baselines | undefined {
    if (!this.#hasBaselines) return undefined;
    return { median: this.median[row]!, mean: this.mean[row]!, last: this.last[row]! };
  }

  clear(): void {
    this.#count = 0;
  }

  #put(truth: number, prediction: number): number {
    const row = this.#count++;
    const error = prediction - truth;
    this.truth[row] = truth;
    this.prediction[row] = prediction;
    this.error[row] = error;
    this.size[row] = Math.abs(error);
    return row;
  }
}

/** Whether a number may be a truth or a prediction: what `checkedValue` lets pass. */
export function isScorable(value: unknown): value is number {
  return typeof value === 'number' && value <= VALUE_MAX && value >= -VALUE_MAX;
}
