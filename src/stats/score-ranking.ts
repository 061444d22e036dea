/** The rows of one score (or of one bin of scores): weight of the positive and of the negative ones. */
export interface TieGroup {
  readonly positive: number;
  readonly negative: number;
}

/** One row with the score of the positive class. */
export interface ScoredRow {
  readonly score: number;
  readonly positive: boolean;
  /** ≥ 0; 1 when absent. */
  readonly weight?: number | undefined;
}

/** Groups of equal score, the highest first. @throws {RangeError} on a score that is not finite */
export function tieGroups(rows: readonly ScoredRow[]): TieGroup[] {
  const bad = rows.find(({ score }) => !Number.isFinite(score));
  if (bad !== undefined) throw new RangeError(`Cannot rank a score of ${bad.score}`);
  const sorted = rows.toSorted((a, b) => b.score - a.score);
  const groups: { positive: number; negative: number }[] = [];
  for (const [i, { score, positive, weight = 1 }] of sorted.entries()) {
    if (i === 0 || sorted[i - 1]!.score !== score) groups.push({ positive: 0, negative: 0 });
    groups.at(-1)![positive ? 'positive' : 'negative'] += weight;
  }
  return groups;
}

/** The same from the scores of both classes, unweighted and without an object a row. Sorts both in place. */
export function tieGroupsOf(positive: Float64Array, negative: Float64Array): TieGroup[] {
  positive.sort();
  negative.sort();
  const groups: TieGroup[] = [];
  let i = positive.length - 1;
  let j = negative.length - 1;
  while (i >= 0 || j >= 0) {
    const score = Math.max(i < 0 ? -Infinity : positive[i]!, j < 0 ? -Infinity : negative[j]!);
    const [beforeI, beforeJ] = [i, j];
    while (i >= 0 && positive[i] === score) i--;
    while (j >= 0 && negative[j] === score) j--;
    groups.push({ positive: beforeI - i, negative: beforeJ - j });
  }
  return groups;
}

/** A figure of a ranking, with what it lies between where the groups are bins and not single scores. */
export interface Ranked {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The area under the ROC curve: the share of pairs (positive, negative) in which the positive one has the higher
 * score, ties half (midranks). `undefined` without both classes.
 */
export function rocAuc(groups: Iterable<TieGroup>): Ranked | undefined {
  let [positives, negatives, won, tied] = [0, 0, 0, 0];
  for (const { positive, negative } of groups) {
    won += positives * negative;
    tied += positive * negative;
    positives += positive;
    negatives += negative;
  }
  const pairs = positives * negatives;
  if (!(pairs > 0)) return undefined;
  return { value: (won + tied / 2) / pairs, low: won / pairs, high: (won + tied) / pairs };
}

/**
 * Average precision: Σ (recall step) · precision over falling thresholds, as scikit-learn's
 * average_precision_score. `undefined` without a positive row.
 */
export function averagePrecision(groups: Iterable<TieGroup>): Ranked | undefined {
  let [positives, rows, value, low, high] = [0, 0, 0, 0, 0];
  for (const { positive, negative } of groups) {
    if (positive > 0) {
      // Within a bin: negative ones first at worst, positive ones first at best
      const first = Math.min(1, positive);
      low += (positive * (positives + first)) / (rows + negative + first);
      high += (positive * (positives + positive)) / (rows + positive);
      value += (positive * (positives + positive)) / (rows + positive + negative);
    }
    positives += positive;
    rows += positive + negative;
  }
  if (!(positives > 0)) return undefined;
  return { value: value / positives, low: low / positives, high: high / positives };
}
