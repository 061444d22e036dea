import { labels } from './classification.ts';
import type { ClassificationState } from './classification.ts';
import { valueOf } from './exact-sum.ts';
import { present } from './figure.ts';
import type { Figures } from './figure.ts';

/** How often (in weight) each truth met each prediction. */
export interface Confusion {
  readonly labels: readonly string[];
  /** `counts[i][j]`: truth is label i, prediction label j. */
  readonly counts: readonly (readonly number[])[];
}

/** The confusion matrix over all labels that occur as truth or prediction, in their order. */
export function confusionOf(state: ClassificationState): Confusion {
  const names = labels(state);
  const weightOf = (truth: string, prediction: string): number => {
    const cell = state.cells.get(truth)?.get(prediction);
    return cell === undefined ? 0 : valueOf(cell.weight);
  };
  return {
    labels: names,
    counts: names.map((truth) => names.map((prediction) => weightOf(truth, prediction))),
  };
}

/** Where labels are too many to be shown, those with fewest truths. */
const OTHERS = '(other)';

/** The labels with most truths (in weight), in their order, what is left in one row and one column. */
export function foldedConfusion(confusion: Confusion, labelsMax: number): Confusion {
  const { labels, counts } = confusion;
  if (labels.length <= labelsMax) return confusion;
  const { truths } = margins(counts);
  const byTruths = labels.map((_, i) => i).sort((a, b) => truths[b]! - truths[a]!);
  const kept = byTruths.slice(0, labelsMax - 1).sort((a, b) => a - b);
  const place = labels.map((_, i) => (kept.includes(i) ? kept.indexOf(i) : kept.length));
  const sums = Array.from({ length: labelsMax }, () => Array.from({ length: labelsMax }, () => 0));
  for (const [i, row] of counts.entries()) {
    for (const [j, count] of row.entries()) sums[place[i]!]![place[j]!]! += count;
  }
  return { labels: [...kept.map((i) => labels[i]!), OTHERS], counts: sums };
}

/** What can be said of one class against all others; each part absent where it has no denominator. */
export interface ClassFigures {
  readonly label: string;
  /** Weight of the truths of this class. */
  readonly support: number;
  readonly precision: number | undefined;
  readonly recall: number | undefined;
  /** Share of the other truths that were not taken for this class. */
  readonly specificity: number | undefined;
  readonly f1: number | undefined;
}

/** Precision, recall, specificity and F1 of each class. */
export function classFigures({ labels, counts }: Confusion): ClassFigures[] {
  const { truths, predictions, total } = margins(counts);
  return labels.map((label, i) => {
    const hits = counts[i]![i]!;
    return {
      label,
      support: truths[i]!,
      precision: share(hits, predictions[i]!),
      recall: share(hits, truths[i]!),
      specificity: share(total - truths[i]! - predictions[i]! + hits, total - truths[i]!),
      f1: share(2 * hits, truths[i]! + predictions[i]!),
    };
  });
}

/**
 * The figures of two classes, of which one is the positive one: `precision`, `recall`, `specificity`, `f1`,
 * `f_beta` where β is given, and those of `agreement`. Absent where scikit-learn answers by decree (no
 * positive prediction: no precision).
 *
 * @param options.beta > 0; recall counts β times as much as precision
 * @throws {RangeError} when there are more than two labels, or β is none
 */
export function binaryFigures(
  confusion: Confusion,
  options: { readonly positive: string; readonly beta?: number },
): Figures {
  const { positive, beta } = options;
  if (confusion.labels.length > 2) {
    throw new RangeError(
      `Cannot take ${confusion.labels.length} classes for two: ${confusion.labels.join(', ')}`,
    );
  }
  if (beta !== undefined && !(beta > 0)) throw new RangeError(`Cannot weigh recall with β = ${beta}`);
  const one = classFigures(confusion).find(({ label }) => label === positive);
  const i = confusion.labels.indexOf(positive);
  const { truths, predictions } = margins(confusion.counts);
  return present({
    precision: one?.precision,
    recall: one?.recall,
    specificity: one?.specificity ?? (i < 0 ? specificityWithout(confusion) : undefined),
    f1: one?.f1,
    f_beta:
      beta === undefined || i < 0
        ? undefined
        : share((1 + beta * beta) * confusion.counts[i]![i]!, beta * beta * truths[i]! + predictions[i]!),
    ...agreement(confusion),
  });
}

/**
 * The figures of any number of classes: `macro_`, `micro_` and `weighted_` precision, recall and F1 over the
 * labels seen, and those of `agreement`. An average is absent where one of its classes has none.
 */
export function multiclassFigures(confusion: Confusion): Figures {
  const classes = classFigures(confusion);
  const { total } = margins(confusion.counts);
  const figures: Record<string, number | undefined> = {};
  for (const name of ['precision', 'recall', 'f1'] as const) {
    figures[`macro_${name}`] = average(classes.map((each) => ({ value: each[name], weight: 1 })));
    figures[`weighted_${name}`] = average(
      classes.map((each) => ({ value: each[name], weight: each.support })).filter(({ weight }) => weight > 0),
    );
    figures[`micro_${name}`] = share(trace(confusion.counts), total);
  }
  return present({ ...figures, ...agreement(confusion) });
}

/**
 * `accuracy`, `balanced_accuracy` (mean recall of the classes that occur as truth), `mcc` (Matthews) and `kappa`
 * (Cohen); the last two are absent where truths or predictions are of one class only.
 *
 * @see Gorodkin (2004), doi:10.1016/j.compbiolchem.2004.09.006, for MCC of many classes
 */
function agreement({ counts }: Confusion): Record<string, number | undefined> {
  const { truths, predictions, total } = margins(counts);
  const hits = trace(counts);
  const expected = truths.reduce((sum, truth, i) => sum + truth * predictions[i]!, 0);
  const truthSpread = total * total - truths.reduce((sum, truth) => sum + truth * truth, 0);
  const predictionSpread = total * total - predictions.reduce((sum, each) => sum + each * each, 0);
  const recalls = truths.flatMap((truth, i) =>
    truth > 0 ? [{ value: counts[i]![i]! / truth, weight: 1 }] : [],
  );
  return {
    accuracy: share(hits, total),
    balanced_accuracy: average(recalls),
    mcc: share(hits * total - expected, Math.sqrt(truthSpread * predictionSpread)),
    kappa: share(hits * total - expected, total * total - expected),
  };
}

function margins(counts: readonly (readonly number[])[]): {
  truths: number[];
  predictions: number[];
  total: number;
} {
  const truths = counts.map((row) => row.reduce((sum, n) => sum + n, 0));
  const predictions = counts.map((_, j) => counts.reduce((sum, row) => sum + row[j]!, 0));
  return { truths, predictions, total: truths.reduce((sum, n) => sum + n, 0) };
}

function trace(counts: readonly (readonly number[])[]): number {
  return counts.reduce((sum, row, i) => sum + row[i]!, 0);
}

function share(part: number, whole: number): number | undefined {
  return whole > 0 ? part / whole : undefined;
}

/** All truths are of the other class: who never answers the positive one is right each time. */
function specificityWithout({ counts }: Confusion): number | undefined {
  return counts.length === 1 && counts[0]![0]! > 0 ? 1 : undefined;
}

function average(parts: readonly { value: number | undefined; weight: number }[]): number | undefined {
  let [sum, weights] = [0, 0];
  for (const { value, weight } of parts) {
    if (value === undefined) return undefined;
    sum += weight * value;
    weights += weight;
  }
  return share(sum, weights);
}
