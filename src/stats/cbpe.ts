import type { LinearFigures } from './figure.ts';
import { meanFigures } from './mean-figures.ts';
import type { MeansState } from './mean-figures.ts';

/** One prediction of two classes whose truth is not known yet. */
export interface UnlabelledOutcome {
  /** Probability of the positive class, 0..1, taken as calibrated. */
  readonly score: number;
  /** Whether the positive class was served. */
  readonly predicted: boolean;
  /** 0..1e50; 1 when absent. */
  readonly weight?: number | undefined;
}

/**
 * Confidence-based performance estimation: what `accuracy`, `precision`, `recall`, `specificity` and `f1` will be,
 * under the names `estimated_…`, if the probabilities are calibrated and the concept has not drifted. An
 * estimate, not a measurement: show it as one. Absent where the expected denominator is 0.
 *
 * @see NannyML's documentation of CBPE; the expected confusion matrix is Σp, Σ(1 − p) over what was served
 */
export const cbpe: LinearFigures<MeansState<'tp' | 'fp' | 'fn' | 'tn'>, UnlabelledOutcome> = meanFigures({
  names: ['tp', 'fp', 'fn', 'tn'] as const,
  version: 1,
  values({ score, predicted }: UnlabelledOutcome) {
    checkScore(score);
    return {
      tp: predicted ? score : 0,
      fp: predicted ? 1 - score : 0,
      fn: predicted ? 0 : score,
      tn: predicted ? 0 : 1 - score,
    };
  },
  figures({ tp = 0, fp = 0, fn = 0, tn = 0 }) {
    const found = labelFigures({ tp, fp, fn, tn });
    return Object.fromEntries(Object.entries(found).map(([name, value]) => [`estimated_${name}`, value]));
  },
});

/** How many rows of each kind, expected or counted, or such shares of all. */
export interface LabelKinds {
  readonly tp: number;
  readonly fp: number;
  readonly fn: number;
  readonly tn: number;
}

/** The figures of labels that these kinds make; `undefined` where the denominator is 0. */
export function labelFigures({ tp, fp, fn, tn }: LabelKinds): Readonly<Record<string, number | undefined>> {
  return {
    accuracy: share(tp + tn, tp + fp + fn + tn),
    precision: share(tp, tp + fp),
    recall: share(tp, tp + fn),
    specificity: share(tn, tn + fp),
    f1: share(2 * tp, 2 * tp + fp + fn),
  };
}

/** Rows of one place in the ranking, and the probability, 0..1, that each of them is positive. */
export interface ExpectedGroup {
  readonly score: number;
  readonly rows: number;
}

/**
 * The expected area under the ROC curve of calibrated scores: over pairs of different rows, because a row cannot
 * be of both classes; ties half. `undefined` where no pair of classes is expected.
 *
 * @param groups those that tie are one; the lowest in the ranking first
 * @throws {RangeError} on a score that is none
 */
export function estimatedRocAucOf(groups: Iterable<ExpectedGroup>): number | undefined {
  let [won, positives, negatives, selves, all] = [0, 0, 0, 0, 0];
  for (const { score, rows } of groups) {
    checkScore(score);
    const [positive, negative] = [rows * score, rows * (1 - score)];
    const self = positive * (1 - score);
    // What was passed has lower scores; within the tie every pair but that of a row with itself is half won
    won += positive * negatives + (positive * negative - self) / 2;
    positives += positive;
    negatives += negative;
    selves += self;
    all += rows;
  }
  const pairs = positives * negatives - selves;
  return pairs > 1e-12 * all ? won / pairs : undefined;
}

/** The same of single rows, those of one score tied. Sorts `scores`, each 0..1, in place. */
export function estimatedRocAuc(scores: Float64Array): number | undefined {
  scores.forEach(checkScore);
  return estimatedRocAucOf(tied(scores.sort()));
}

function* tied(sorted: Float64Array): Iterable<ExpectedGroup> {
  let from = 0;
  for (let i = 1; i <= sorted.length; i++) {
    if (sorted[i] === sorted[from]) continue;
    yield { score: sorted[from]!, rows: i - from };
    from = i;
  }
}

function checkScore(score: number): void {
  if (!(score >= 0 && score <= 1)) {
    throw new RangeError(`Cannot estimate from a probability of ${score}: 0 to 1 is expected`);
  }
}

function share(part: number, whole: number): number | undefined {
  return whole > 0 ? part / whole : undefined;
}
