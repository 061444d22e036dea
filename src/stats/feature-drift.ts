import { hellinger, jensenShannon, psi } from './distribution-distance.ts';
import { sharesAt, type DistributionSummary, type ShareStep, valuesOf } from './distribution-summary.ts';
import { present, type Figures } from './figure.ts';
import { chiSquareTest } from './two-sample-tests.ts';

/** How often each category came. */
export interface CategoryCounts {
  /** Rows that have a category. */
  readonly count: number;
  /** Rows that have none. */
  readonly missing: number;
  readonly labels: readonly string[];
  /** Of each label. */
  readonly counts: readonly number[];
  /** What has further labels. */
  readonly other: number;
}

/** Two sides of a comparison, each of one or more samples that are taken together. */
export interface Compared<S> {
  readonly reference: readonly S[];
  readonly current: readonly S[];
}

/**
 * How far the numbers of a feature have moved away from a reference:
 * - `psi` (an empty bin counts as .0001), `jensen_shannon` (the root, base 2) and `hellinger` over the deciles of the
 *   reference, bins (a, b], the outer ones open; equal deciles are one edge;
 * - `wasserstein`: first order, in standard deviations (n) of the reference; absent where that has none;
 * - `ks`: Kolmogorov and Smirnov's D; between `low` and `high`, which differ by what the summaries do not know;
 * - `missing`: share of rows without a number now, less that of the reference.
 *
 * All but `missing` are absent where either side has no number.
 */
export function numberDrift({ reference, current }: Compared<DistributionSummary>): Figures {
  const missing = missingDrift({ reference, current });
  if (!hasCount(reference) || !hasCount(current)) return missing;
  const grid = valuesOf([...reference, ...current]);
  const [before, now] = [sharesAt(reference, grid), sharesAt(current, grid)];
  const edges = decileEdges(before);
  const [p, q] = [binShares(before, edges), binShares(now, edges)];
  const deviation = jointDeviation(reference);
  let moved = 0;
  for (let i = 0; i + 1 < grid.length; i++) {
    moved += Math.abs(middle(before[i]!.after) - middle(now[i]!.after)) * (grid[i + 1]! - grid[i]!);
  }
  return {
    ...overBins(p, q),
    ...present({ wasserstein: deviation > 0 ? moved / deviation : undefined }),
    ks: { ...largestDifference(before, now), level: 1, method: 'bounds of the summaries' },
    ...missing,
  };
}

/**
 * How far the categories of a feature have moved: `psi`, `jensen_shannon` and `hellinger` as of numbers, over the
 * categories of both sides; `chi_square`, the statistic of the contingency table, whose p-value means nothing where
 * it is watched; `missing`. All but the last are absent where a side has no category.
 */
export function categoryDrift({ reference, current }: Compared<CategoryCounts>): Figures {
  const missing = missingDrift({ reference, current });
  if (!hasCount(reference) || !hasCount(current)) return missing;
  const { before, now } = alignedCounts({ reference, current });
  const chiSquare = chiSquareTest(before, now)?.statistic;
  return { ...overBins(before, now), ...present({ chi_square: chiSquare }), ...missing };
}

/** The counts of both sides, category by category, in one order; the last is that of all further ones. */
export function alignedCounts({ reference, current }: Compared<CategoryCounts>): {
  readonly labels: readonly string[];
  readonly before: readonly number[];
  readonly now: readonly number[];
} {
  const labels = [...new Set([...reference, ...current].flatMap((each) => each.labels))];
  const countsOf = (sides: readonly CategoryCounts[]): number[] => {
    const counts = new Map<string, number>();
    for (const side of sides) {
      for (const [i, label] of side.labels.entries())
        counts.set(label, (counts.get(label) ?? 0) + side.counts[i]!);
    }
    const other = side(sides, ({ other }) => other);
    return [...labels.map((label) => counts.get(label) ?? 0), other];
  };
  return { labels, before: countsOf(reference), now: countsOf(current) };
}

function side<S>(sides: readonly S[], of: (each: S) => number): number {
  return sides.reduce((sum, each) => sum + of(each), 0);
}

function hasCount(sides: readonly { readonly count: number }[]): boolean {
  return sides.some(({ count }) => count > 0);
}

function missingDrift({ reference, current }: Compared<{ count: number; missing: number }>): Figures {
  const [before, now] = [reference, current].map((sides) => {
    const missing = side(sides, (each) => each.missing);
    const rows = missing + side(sides, ({ count }) => count);
    return rows > 0 ? missing / rows : undefined;
  });
  return present({ missing: before === undefined || now === undefined ? undefined : now - before });
}

function overBins(before: readonly number[], now: readonly number[]): Figures {
  return present({
    psi: psi(before, now),
    jensen_shannon: jensenShannon(before, now, 2),
    hellinger: hellinger(before, now),
  });
}

/** Indices into the grid at which the deciles of the reference lie. */
function decileEdges(before: readonly ShareStep[]): number[] {
  const edges: number[] = [];
  for (let decile = 1; decile < 10; decile++) {
    const edge = before.findIndex(({ at }) => middle(at) >= decile / 10 - 1e-12);
    if (edge !== edges.at(-1)) edges.push(edge);
  }
  return edges;
}

function binShares(steps: readonly ShareStep[], edges: readonly number[]): number[] {
  const cumulative = [0, ...edges.map((edge) => middle(steps[edge]!.at)), 1];
  return cumulative.slice(1).map((upper, i) => Math.max(0, upper - cumulative[i]!));
}

function largestDifference(
  before: readonly ShareStep[],
  now: readonly ShareStep[],
): { value: number; low: number; high: number } {
  let [low, high] = [0, 0];
  for (const [i, step] of before.entries()) {
    for (const where of ['at', 'after'] as const) {
      const [p, q] = [step[where], now[i]![where]];
      low = Math.max(low, p.low - q.high, q.low - p.high);
      high = Math.max(high, p.high - q.low, q.high - p.low);
    }
  }
  return { value: (low + high) / 2, low, high };
}

function middle({ low, high }: { readonly low: number; readonly high: number }): number {
  return (low + high) / 2;
}

function jointDeviation(summaries: readonly DistributionSummary[]): number {
  const count = side(summaries, (each) => each.count);
  const mean = side(summaries, (each) => (each.count * each.mean) / count);
  return Math.sqrt(
    side(summaries, (each) => (each.count * (each.deviation ** 2 + (each.mean - mean) ** 2)) / count),
  );
}
