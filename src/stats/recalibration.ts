import { isotonic } from './isotonic.ts';
import { type ScoreCells, binsOfCells, listScoreCells } from './score-cells.ts';

/** What the labels that came make of scores. */
export interface Recalibration {
  /** Labels that it stands on; with 0 every score stays as it is. */
  readonly labels: number;
  /** The probability that a score of 0..1 stands for, 0..1. Never falls as the score rises. */
  readonly probabilityOf: (score: number) => number;
}

/**
 * Probabilities recalibrated on the labels that came: isotonic regression of the labels on the scores, straight lines between
 * the means of the bins, level beyond them. So that a handful of labels does not decide, it is mixed with the score as it came
 * as if that had had 50 labels of its own.
 *
 * @see Zadrozny and Elkan (2002), doi:10.1145/775047.775151; scikit-learn's IsotonicRegression with `out_of_bounds='clip'`
 */
export function recalibrate(labelled: ScoreCells): Recalibration {
  const bins = binsOfCells(listScoreCells(labelled));
  const labels = bins.reduce((sum, { rows }) => sum + rows, 0);
  const fitted = isotonic(bins.map(({ rows, positives }) => ({ value: positives / rows, weight: rows })));
  const at = bins.map(({ score }) => score);
  return {
    labels,
    probabilityOf(score) {
      if (labels === 0) return score;
      return (labels * interpolated(at, fitted, score) + OWN_LABELS * score) / (labels + OWN_LABELS);
    },
  };
}

/** How many labels the probability as it came counts for. */
const OWN_LABELS = 50;

/** On straight lines between points, the x rising; level before the first and after the last. At least one. */
function interpolated(xs: readonly number[], ys: readonly number[], x: number): number {
  let [next, end] = [0, xs.length];
  while (next < end) {
    const middle = (next + end) >>> 1;
    if (xs[middle]! < x) next = middle + 1;
    else end = middle;
  }
  if (next === 0) return ys[0]!;
  if (next === xs.length) return ys[next - 1]!;
  const share = (x - xs[next - 1]!) / (xs[next]! - xs[next - 1]!);
  return ys[next - 1]! + share * (ys[next]! - ys[next - 1]!);
}
