import type { ModelSnapshot } from '../wire/snapshot.ts';
import {
  comparisonOf,
  confusionOf,
  curvesOf,
  distributionOf,
  lagOf,
  maturityOf,
  residualsOf,
  runningErrorOf,
  scatterOf,
  slicesOf,
} from './charts-of-model.ts';
import type { Chart, ChartLook } from './charts/chart.ts';
import { confusionMatrix } from './charts/confusion-matrix.ts';
import { errorBySlice } from './charts/error-by-slice.ts';
import { errorDistribution } from './charts/error-distribution.ts';
import { labelLag } from './charts/label-lag.ts';
import { labelMaturity } from './charts/label-maturity.ts';
import { modelComparison } from './charts/model-comparison.ts';
import { predictedAgainstActual } from './charts/predicted-against-actual.ts';
import { residuals } from './charts/residuals.ts';
import { runningError } from './charts/running-error.ts';
import { calibrationCurve, precisionRecallCurve, rocCurve } from './charts/score-curves.ts';

/** What charts are made from: the models of one stream, the one to be shown first. */
export interface ChartSource {
  readonly models: readonly ModelSnapshot[];
  /** Unit of the target, or `undefined`. */
  readonly units: string | undefined;
  /** The tag by which errors are cut up; the first of the snapshot where none is named. */
  readonly tag?: string | undefined;
}

/** Every chart of a stream by its name, which is also that of its files; the most telling first. */
export const CHARTS = {
  running_error: ({ models, units }, look) => drawn(runningErrorOf(models, units), runningError, look),
  error_by_slice: ({ models: [model], units, tag }, look) =>
    drawn(model && slicesOf(model, units, tag), errorBySlice, look),
  error_distribution: ({ models: [model], units }, look) =>
    drawn(model && distributionOf(model, units), errorDistribution, look),
  label_maturity: ({ models: [model] }, look) => drawn(model && maturityOf(model), labelMaturity, look),
  model_comparison: ({ models, units }, look) => drawn(comparisonOf(models, units), modelComparison, look),
  predicted_against_actual: ({ models: [model], units }, look) =>
    drawn(model && scatterOf(model, units), predictedAgainstActual, look),
  residuals: ({ models: [model], units }, look) => drawn(model && residualsOf(model, units), residuals, look),
  confusion_matrix: ({ models: [model] }, look) => drawn(model && confusionOf(model), confusionMatrix, look),
  roc_curve: ({ models: [model] }, look) => drawn(model && curvesOf(model), rocCurve, look),
  precision_recall_curve: ({ models: [model] }, look) =>
    drawn(model && curvesOf(model), precisionRecallCurve, look),
  calibration_curve: ({ models: [model] }, look) => drawn(model && curvesOf(model), calibrationCurve, look),
  label_lag: ({ models: [model] }, look) => drawn(model && lagOf(model), labelLag, look),
} as const satisfies Readonly<Record<string, (source: ChartSource, look: ChartLook) => Chart | undefined>>;

/** A name of `CHARTS`. */
export type ChartName = keyof typeof CHARTS;

/** All charts that there is something to show in. */
export function chartsOf(source: ChartSource, look: ChartLook): Map<ChartName, Chart> {
  const charts = new Map<ChartName, Chart>();
  for (const [name, make] of Object.entries(CHARTS)) {
    const chart = make(source, look);
    if (chart !== undefined) charts.set(name as ChartName, chart);
  }
  return charts;
}

function drawn<T>(shown: T | undefined, draw: (shown: T, look: ChartLook) => Chart, look: ChartLook) {
  return shown === undefined ? undefined : draw(shown, look);
}
