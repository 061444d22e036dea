import type { MarkSnapshot, ModelSnapshot } from '../wire/snapshot.ts';
import type { ConfusionMatrix } from './charts/confusion-matrix.ts';
import { coursePoints } from './charts/course-point.ts';
import type { ErrorBySlice } from './charts/error-by-slice.ts';
import type { ErrorDistribution } from './charts/error-distribution.ts';
import type { Estimates } from './charts/estimates.ts';
import type { LabelLag } from './charts/label-lag.ts';
import type { LabelMaturity } from './charts/label-maturity.ts';
import type { ModelComparison } from './charts/model-comparison.ts';
import type { OutcomeGrid } from './charts/predicted-against-actual.ts';
import type { RunningError } from './charts/running-error.ts';
import type { ScoreCurves } from './charts/score-curves.ts';
import type { FeaturesDrift } from './latest-features.ts';

/** What a snapshot says about the spread of a model's errors, or `undefined` before one. */
export function distributionOf(
  model: ModelSnapshot,
  units: string | undefined,
): ErrorDistribution | undefined {
  const { errors: histogram, figures } = model;
  if (histogram === undefined || histogram.above + histogram.counts.length === 0) return undefined;
  return {
    model: model.model,
    of: errorsOf(model),
    units,
    histogram,
    mean: figures['mae']?.value,
    median: figures['median_absolute_error']?.value,
    p95: figures['p95_absolute_error']?.value,
  };
}

function errorsOf({ task, figures }: ModelSnapshot): ErrorDistribution['of'] {
  if (task === undefined || task === 'regression') return 'numbers';
  return figures['log_loss'] === undefined ? 'labels' : 'probabilities';
}

/**
 * What a snapshot says about how a figure of its models went, or `undefined` before an outcome. Champion first.
 *
 * @param wanted names of figures: the first that the champion has a history of; where it has none of them, its errors
 */
export function runningErrorOf(
  models: readonly ModelSnapshot[],
  units: string | undefined,
  wanted: readonly string[] = [],
): RunningError | undefined {
  const [champion, ...challengers] = models;
  if (champion === undefined || champion.history.length === 0) return undefined;
  const figure = wanted.find((name) => coursePoints(champion.history, name).length > 0) ?? 'mae';
  const courses = [champion, ...challengers].map(({ model, history }) => ({
    model,
    points: coursePoints(history, figure),
  }));
  return {
    figure,
    units,
    models: courses.filter(({ points }) => points.length > 0),
    marks: champion.marks ?? [],
    along: champion.historyAlong,
  };
}

/** What happened to a model, oldest first, and what was seen in its features where these are looked at. */
export function marksOf(
  { model, marks = [] }: ModelSnapshot,
  drift: FeaturesDrift | undefined,
): readonly MarkSnapshot[] {
  if (drift?.model !== model) return marks;
  return [...marks, ...drift.marks].sort((a, b) => a.atMs - b.atMs);
}

/**
 * Where a model is worst by the values of one tag, or `undefined` without slices.
 *
 * @param about.tag absent: the first
 * @param about.wanted names of figures: the first that a slice has; where none has one of them, their errors
 */
export function slicesOf(
  model: ModelSnapshot,
  units: string | undefined,
  about: { readonly tag?: string | undefined; readonly wanted?: readonly string[] } = {},
): ErrorBySlice | undefined {
  const { tag = model.slices?.[0]?.tag, wanted = [] } = about;
  const slices = (model.slices ?? []).filter((slice) => slice.tag === tag && slice.scored > 0);
  if (slices.length === 0) return undefined;
  const figure = wanted.find((name) => slices.some(({ figures }) => figures[name] !== undefined)) ?? 'mae';
  return { model: model.model, figure, units, slices, overall: model.figures[figure]?.value };
}

/** Which share of the truths came, by age, or `undefined` before a prediction. */
export function maturityOf({ model, maturity = [] }: ModelSnapshot): LabelMaturity | undefined {
  return maturity.length === 0 ? undefined : { model, ages: maturity };
}

/** How the challengers do against the champion, or `undefined` before a row that both have. */
export function comparisonOf(
  models: readonly ModelSnapshot[],
  units: string | undefined,
): ModelComparison | undefined {
  const challengers = models.flatMap(({ model, comparison }) =>
    comparison === undefined ? [] : [{ model, comparison }],
  );
  const [first] = challengers;
  return first && { units, champion: first.comparison.champion, challengers };
}

/** Predictions against truths of a regression, or `undefined` before an outcome. */
export function scatterOf(
  { model, scatter }: ModelSnapshot,
  units: string | undefined,
): OutcomeGrid | undefined {
  return scatter && { model, units, grid: scatter };
}

/** Residuals against predictions of a regression, or `undefined` before an outcome. */
export function residualsOf(
  { model, residuals }: ModelSnapshot,
  units: string | undefined,
): OutcomeGrid | undefined {
  return residuals && { model, units, grid: residuals };
}

/** Truths against predictions of a classification, or `undefined` before an outcome. */
export function confusionOf({ model, confusion }: ModelSnapshot): ConfusionMatrix | undefined {
  return confusion === undefined || confusion.labels.length === 0 ? undefined : { model, confusion };
}

/** What is expected of the predictions of two classes that wait for their truth, in whole rows, or `undefined` without one. */
export function expectedConfusionOf({ model, estimate }: ModelSnapshot): ConfusionMatrix | undefined {
  if (estimate?.confusion === undefined || estimate.rows === 0) return undefined;
  const { labels, counts } = estimate.confusion;
  const rounded = counts.map((row) => row.map((count) => Math.round(count)));
  return { model, confusion: { labels, counts: rounded }, isExpected: true };
}

/** The curves of two classes with probabilities, or `undefined` before there are both classes. */
export function curvesOf({ model, curves, figures }: ModelSnapshot): ScoreCurves | undefined {
  return (
    curves && {
      model,
      curves,
      rocAuc: figures['roc_auc'],
      averagePrecision: figures['average_precision'],
      calibrationError: figures['expected_calibration_error'],
    }
  );
}

/** How long the truths took, or `undefined` before a match. */
export function lagOf({ model, lag, labelLag }: ModelSnapshot): LabelLag | undefined {
  return lag?.counts.some((count) => count > 0)
    ? { model, lag, median: labelLag?.median, p95: labelLag?.p95 }
    : undefined;
}

/**
 * How estimates before the truth did, or `undefined` before a block of outcomes is full.
 *
 * @param wanted names of figures: the first that was estimated; where none was, the accuracy
 */
export function estimatesOf(
  { model, estimate }: ModelSnapshot,
  wanted: readonly string[] = [],
): Estimates | undefined {
  const record = estimate?.record;
  const last = record?.points.at(-1);
  if (record === undefined || last === undefined) return undefined;
  const figure = wanted.find((name) => last.estimated[name] !== undefined) ?? 'accuracy';
  return last.estimated[figure] === undefined ? undefined : { model, figure, record };
}
