import { ratio } from './dyadic.ts';
import { add, addAll, addProduct, addScaledSum, emptySum, exactly, mergeSum, sumOf } from './exact-sum.ts';
import type { ExactSum } from './exact-sum.ts';
import type { StateReader, StateWriter } from './state-bytes.ts';

/** A weighted mean whose sums are exact: Σwx / Σw, rounded once. Changed in place. */
export interface ExactMean {
  rows: number;
  readonly weight: ExactSum;
  readonly total: ExactSum;
}

/** Nothing in it yet. */
export function emptyMean(): ExactMean {
  return { rows: 0, weight: emptySum(), total: emptySum() };
}

/** Adds (sign 1) or takes out (−1) a value of at most 1e200 in size. The caller checks value and weight. */
export function addToMean(mean: ExactMean, value: number, weight: number, sign: 1 | -1): void {
  mean.rows += sign;
  add(mean.weight, sign * weight);
  if (weight === 1) add(mean.total, sign * value);
  else addProduct(mean.total, sign * weight, value);
}

/** Adds the first `count` values, each of at most 1e200 in size, with weight 1. */
export function addAllToMean(mean: ExactMean, values: Float64Array, count: number): void {
  mean.rows += count;
  add(mean.weight, count);
  addAll(mean.total, values, count);
}

/** Adds all of `other`, which stays as it is. */
export function mergeMean(mean: ExactMean, other: ExactMean): void {
  mean.rows += other.rows;
  mergeSum(mean.weight, other.weight);
  mergeSum(mean.total, other.total);
}

/** Adds all of `other` with weights 2^exponent times as large. */
export function mergeScaledMean(mean: ExactMean, other: ExactMean, exponent: number): void {
  mean.rows += other.rows;
  addScaledSum(mean.weight, other.weight, exponent);
  addScaledSum(mean.total, other.total, exponent);
}

/** The double nearest to Σwx / Σw; `undefined` when nothing is in it. */
export function meanOf(mean: ExactMean): number | undefined {
  const weight = exactly(mean.weight);
  return mean.rows <= 0 || weight.units <= 0n ? undefined : ratio(exactly(mean.total), weight);
}

/** Writes rows and sums. */
export function writeMean(writer: StateWriter, mean: ExactMean): void {
  writer.integer(mean.rows);
  writer.exact(exactly(mean.weight));
  writer.exact(exactly(mean.total));
}

/** Reads what `writeMean` wrote. @throws {RangeError} on bytes that are no mean */
export function readMean(reader: StateReader): ExactMean {
  return { rows: reader.integer(), weight: sumOf(reader.exact()), total: sumOf(reader.exact()) };
}
