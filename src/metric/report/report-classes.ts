import { calibration, calibrationCurve } from '../../stats/calibration.ts';
import { classification } from '../../stats/classification.ts';
import { type Confusion, binaryFigures, confusionOf, multiclassFigures } from '../../stats/confusion.ts';
import type { Figures } from '../../stats/figure.ts';
import { present } from '../../stats/figure.ts';
import { classProbabilities } from '../../stats/class-probabilities.ts';
import { positiveLabel } from '../../stats/positive-label.ts';
import { averagePrecision, rocAuc, tieGroupsOf } from '../../stats/score-ranking.ts';
import { precisionRecallPoints, rocPoints } from '../../stats/score-curves.ts';
import { CURVE_POINTS_MAX, type CurvesSnapshot, type Task } from '../../wire/snapshot.ts';
import type { LastRows } from './last-rows.ts';
import type { ClassLog } from './report-bootstrap-classes.ts';

/** Values are at most 1e100 in size, so a multiple of this is the code of a label: (index + 1) · this. */
export const LABEL_UNIT = 2 ** 500;

/** The rows of a log of classes. */
export interface ClassRows {
  /** Numbers, and labels as codes. */
  readonly rows: LastRows;
  readonly labels: readonly string[];
  /** Some absolute_error is neither 0 nor 1: it is 1 − p(true class). */
  readonly graded: boolean;
}

/**
 * The figures of a log of classes. Where absolute_error carries the probability, two classes have all that
 * can be made of it: the probability of the positive class (the last in order: `1`, `true`, `yes`) is 1 − absolute_error
 * where it is the true one, else absolute_error. Of more classes only the true one's is known.
 */
export function classFiguresOf(log: ClassRows, beta: number | undefined): ClassFigures {
  const textOf = (code: number): string => labelText(log, code);
  const state = classification.empty();
  log.rows.forEach((truth, prediction, absoluteError) => {
    const label = textOf(truth);
    classification.add(state, {
      truth: label,
      prediction: textOf(prediction),
      proba: log.graded ? { [label]: 1 - absoluteError } : undefined,
    });
  });
  const confusion = confusionOf(state);
  const common = classification.value(state);
  if (confusion.labels.length > 2) {
    const figures = { ...common, ...multiclassFigures(confusion) };
    const none = { positive: undefined, curves: undefined };
    return { task: 'multiclass', figures, labels: confusion.labels, confusion, ...none };
  }
  const positive = positiveLabel(confusion.labels);
  const ofTwo = binaryFigures(confusion, { positive, ...(beta !== undefined && { beta }) });
  const scores = log.graded
    ? scoresOf(log, { positive, isPositive: (truth) => textOf(truth) === positive })
    : undefined;
  return {
    task: 'binary',
    figures: { ...common, ...ofTwo, ...scores?.figures },
    labels: confusion.labels,
    positive,
    confusion,
    curves: scores?.curves,
  };
}

/** What a log of classes says, and in which classes. */
export interface ClassFigures {
  readonly task: Task;
  readonly figures: Figures;
  readonly labels: readonly string[];
  /** Of two classes. */
  readonly positive: string | undefined;
  readonly confusion: Confusion;
  /** Of two classes with probabilities. */
  readonly curves: CurvesSnapshot | undefined;
}

/** The same log with the place of each label among `labels` instead of its text. */
export function classLogOf(log: ClassRows, { labels, positive }: ClassFigures): ClassLog {
  const places = new Map(labels.map((label, i) => [label, i]));
  const placeOf = (code: number): number => places.get(labelText(log, code))!;
  return {
    count: log.rows.count,
    labels,
    positive,
    graded: log.graded,
    forEach: (visit) =>
      log.rows.forEach((truth, prediction, absoluteError) =>
        visit({ truth: placeOf(truth), prediction: placeOf(prediction), absoluteError }),
      ),
  };
}

/** The class that a number stands for. */
export function labelText({ labels }: Pick<ClassRows, 'labels'>, code: number): string {
  return code < LABEL_UNIT ? String(code) : labels[code / LABEL_UNIT - 1]!;
}

function scoresOf(
  { rows }: ClassRows,
  { positive, isPositive }: { readonly positive: string; readonly isPositive: (truth: number) => boolean },
): { figures: Figures; curves: CurvesSnapshot | undefined } {
  const [losses, calibrated] = [classProbabilities.empty(), calibration.empty()];
  const [positives, negatives] = [new Float64Array(rows.count), new Float64Array(rows.count)];
  let [p, n] = [0, 0];
  rows.forEach((truth, _, absoluteError) => {
    const isOne = isPositive(truth);
    const score = isOne ? 1 - absoluteError : absoluteError;
    if (isOne) positives[p++] = score;
    else negatives[n++] = score;
    calibration.add(calibrated, { positive: isOne, score });
    const label = isOne ? 'yes' : 'no';
    classProbabilities.add(losses, { truth: label, prediction: label, proba: { yes: score, no: 1 - score } });
  });
  const groups = tieGroupsOf(positives.subarray(0, p), negatives.subarray(0, n));
  const roc = rocPoints(groups, CURVE_POINTS_MAX);
  const precisionRecall = precisionRecallPoints(groups, CURVE_POINTS_MAX);
  return {
    figures: {
      ...classProbabilities.value(losses),
      ...present({ roc_auc: rocAuc(groups)?.value, average_precision: averagePrecision(groups)?.value }),
      ...calibration.value(calibrated),
    },
    curves: roc &&
      precisionRecall && { positive, roc, precisionRecall, calibration: calibrationCurve(calibrated) },
  };
}
