import type { TieGroup } from './score-ranking.ts';

/** A point of a curve: both 0..1. */
export type CurvePoint = readonly [x: number, y: number];

/**
 * The ROC curve: [false positive rate, true positive rate] at every threshold, from (0, 0) to (1, 1), thinned to
 * `pointsMax`. `undefined` without both classes.
 *
 * @param groups rows of one score each (or of one bin of scores), the highest first
 * @param pointsMax at least 3
 */
export function rocPoints(groups: Iterable<TieGroup>, pointsMax: number): CurvePoint[] | undefined {
  const steps = cumulated(groups);
  const { positives, negatives } = steps.at(-1)!;
  if (!(positives > 0 && negatives > 0)) return undefined;
  return thinned(
    steps.map((step): CurvePoint => [step.negatives / negatives, step.positives / positives]),
    pointsMax,
  );
}

/**
 * Precision and recall: [recall, precision] at every threshold, recall falling from 1, thinned to `pointsMax`. The last
 * point is that of the highest score; scikit-learn adds (0, 1), which nobody has measured. `undefined` without a
 * positive row.
 */
export function precisionRecallPoints(
  groups: Iterable<TieGroup>,
  pointsMax: number,
): CurvePoint[] | undefined {
  const steps = cumulated(groups);
  const { positives } = steps.at(-1)!;
  if (!(positives > 0)) return undefined;
  const points = steps
    .slice(1)
    .map((step): CurvePoint => [
      step.positives / positives,
      step.positives / (step.positives + step.negatives),
    ]);
  // From the threshold on that takes in every positive row, lower ones only cost precision; the last of all is who says yes always.
  return thinned(points.toReversed(), pointsMax);
}

interface Step {
  readonly positives: number;
  readonly negatives: number;
}

/** How many of each are taken for positive, as the threshold falls; the first step is nothing. */
function cumulated(groups: Iterable<TieGroup>): Step[] {
  let [positives, negatives] = [0, 0];
  const steps: Step[] = [{ positives, negatives }];
  for (const { positive, negative } of groups) {
    if (positive === 0 && negative === 0) continue;
    positives += positive;
    negatives += negative;
    steps.push({ positives, negatives });
  }
  return steps;
}

/** First and last stay, and of the others those that are far enough along the curve from the one before. */
function thinned(points: readonly CurvePoint[], pointsMax: number): CurvePoint[] {
  if (points.length <= pointsMax) return [...points];
  const length = points.slice(1).reduce((sum, point, i) => sum + between(points[i]!, point), 0);
  const step = length / (pointsMax - 2);
  const kept = [points[0]!];
  let [walked, next] = [0, step];
  for (let i = 1; i < points.length - 1; i++) {
    walked += between(points[i - 1]!, points[i]!);
    if (walked < next) continue;
    kept.push(points[i]!);
    next = walked + step;
  }
  kept.push(points.at(-1)!);
  return kept;
}

function between([x0, y0]: CurvePoint, [x1, y1]: CurvePoint): number {
  return Math.abs(x1 - x0) + Math.abs(y1 - y0);
}
