/**
 * A sample of numbers in at most `SUMMARY_POINTS_MAX` of its values, each with its exact rank: how many are below
 * it and how many up to it. Between two values that stand here the rank is known to lie between theirs; where the sample
 * has few different values all of them stand here, and nothing is lost.
 *
 * Several summaries are read together (`sharesAt`), which is how those of many workers are merged.
 */
export interface DistributionSummary {
  /** Numbers in the sample; 0: all lists are empty. */
  readonly count: number;
  /** Rows that had none. */
  readonly missing: number;
  readonly mean: number;
  /** Standard deviation, with n. */
  readonly deviation: number;
  /** Ascending and different; the first is the least and the last the greatest of the sample. */
  readonly values: readonly number[];
  /** How many are less than `values[i]`. */
  readonly below: readonly number[];
  /** How many are at most `values[i]`. */
  readonly upTo: readonly number[];
}

/** Where no value stands between, the rank of a number is known to 1 % of the sample. */
export const SUMMARY_POINTS_MAX = 101;

/**
 * The summary of a sample.
 *
 * @param sorted ascending, finite
 * @param missing rows beside it that have no number
 */
export function summaryOf(sorted: Float64Array, missing: number): DistributionSummary {
  const count = sorted.length;
  const values = differentValues(sorted) ?? rankedValues(sorted);
  let mean = 0;
  for (const value of sorted) mean += value / count;
  let squares = 0;
  for (const value of sorted) squares += (value - mean) ** 2;
  return {
    count,
    missing,
    mean,
    deviation: count === 0 ? 0 : Math.sqrt(squares / count),
    values,
    below: values.map((value) => lowerBound(sorted, value)),
    upTo: values.map((value) => upperBound(sorted, value)),
  };
}

/** What share of the samples lies below or at a number: between `low` and `high`, both 0..1. */
export interface Share {
  readonly low: number;
  readonly high: number;
}

/** Shares at one of the values that stand in the summaries, and between it and the next. */
export interface ShareStep {
  readonly at: Share;
  readonly after: Share;
}

/** The values that stand in any of the summaries, ascending and different. */
export function valuesOf(summaries: readonly DistributionSummary[]): number[] {
  const all = Float64Array.from(summaries.flatMap(({ values }) => values)).sort();
  return Array.from(all).filter((value, i) => i === 0 || value !== all[i - 1]);
}

/**
 * The joint distribution function of several samples, step by step.
 *
 * @param grid ascending; holds every value that stands in the summaries
 * @throws {RangeError} where no sample has a number
 */
export function sharesAt(summaries: readonly DistributionSummary[], grid: readonly number[]): ShareStep[] {
  const total = summaries.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) throw new RangeError('Cannot give shares of a sample without a number');
  const places = summaries.map(() => -1);
  return grid.map((x) => {
    const at = { low: 0, high: 0 };
    const after = { low: 0, high: 0 };
    for (const [k, { values, below, upTo, count }] of summaries.entries()) {
      while (places[k]! + 1 < values.length && values[places[k]! + 1]! <= x) places[k]!++;
      const i = places[k]!;
      if (i < 0) continue;
      const next = i + 1 < values.length ? below[i + 1]! : count;
      at.low += upTo[i]!;
      at.high += values[i] === x ? upTo[i]! : next;
      after.low += upTo[i]!;
      after.high += next;
    }
    return { at: shareOf(at, total), after: shareOf(after, total) };
  });
}

function shareOf({ low, high }: Share, total: number): Share {
  return { low: low / total, high: high / total };
}

/** All values that occur, or `undefined` where they are too many. */
function differentValues(sorted: Float64Array): number[] | undefined {
  const values: number[] = [];
  for (let i = 0; i < sorted.length; i++) {
    if (i > 0 && sorted[i] === sorted[i - 1]) continue;
    if (values.push(sorted[i]!) > SUMMARY_POINTS_MAX) return undefined;
  }
  return values;
}

/** The values at evenly spaced ranks, first and last included. */
function rankedValues(sorted: Float64Array): number[] {
  const steps = SUMMARY_POINTS_MAX - 1;
  const values = Array.from(
    { length: steps + 1 },
    (_, i) => sorted[Math.round((i / steps) * (sorted.length - 1))]!,
  );
  return values.filter((value, i) => i === 0 || value !== values[i - 1]);
}

/** How many are less than the value. */
function lowerBound(sorted: Float64Array, value: number): number {
  return bound(sorted, (each) => each < value);
}

/** How many are at most the value. */
function upperBound(sorted: Float64Array, value: number): number {
  return bound(sorted, (each) => each <= value);
}

function bound(sorted: Float64Array, isBefore: (value: number) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(sorted[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}
