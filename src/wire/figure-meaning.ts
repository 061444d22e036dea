import { pinballPercent } from '../stats/pinball.ts';

/** How a figure, which travels by its name, is called and written: on the page, in charts and in reports. */
export interface FigureMeaning {
  /** In the middle of a sentence. */
  readonly title: string;
  /** In the table of a report, where that is another: by the letters that the field knows it by. */
  readonly short?: string;
  /**
   * `error`: in units of the target; `squared`: in their square; `ratio`: a share, shown in percent; `number`: without units;
   * `count`: how many. A `signed` one shows its `+` too.
   */
  readonly kind: 'error' | 'squared' | 'ratio' | 'number' | 'count';
  readonly isSigned?: true;
  /** Which way is better; absent: neither (a bias is best at 0). */
  readonly better?: 'low' | 'high';
}

/** What `name` means; a figure that is not known here is a number called by its name. */
export function figureMeaning(name: string): FigureMeaning {
  return known(name) ?? { title: name.replaceAll('_', ' '), kind: 'number' };
}

/** Those of these figures that are known here, in the order in which they are shown. */
export function knownFigures(figures: Readonly<Record<string, unknown>>): string[] {
  const places = new Map(Object.keys(MEANINGS).map((name, i) => [name, i]));
  const place = (name: string): number => places.get(name) ?? places.size;
  return Object.keys(figures)
    .filter((name) => known(name) !== undefined)
    .sort((a, b) => place(a) - place(b));
}

function known(name: string): FigureMeaning | undefined {
  if (Object.hasOwn(MEANINGS, name)) return MEANINGS[name];
  const percent = pinballPercent(name);
  return percent === undefined ? undefined : { title: `pinball loss at ${percent} %`, kind: 'error', ...low };
}

const low = { better: 'low' } as const;
const high = { better: 'high' } as const;

const MEANINGS: Readonly<Record<string, FigureMeaning>> = {
  accuracy: { title: 'accuracy', kind: 'ratio', ...high },
  mae: { title: 'mean absolute error', short: 'MAE', kind: 'error', ...low },
  median_absolute_error: { title: 'median absolute error', kind: 'error', ...low },
  p95_absolute_error: { title: '95 % absolute error', kind: 'error', ...low },
  largest_absolute_error: { title: 'largest absolute error', kind: 'error', ...low },
  rmse: { title: 'root mean squared error', short: 'RMSE', kind: 'error', ...low },
  mse: { title: 'mean squared error', short: 'MSE', kind: 'squared', ...low },
  bias: { title: 'bias', kind: 'error', isSigned: true },
  r2: { title: 'R²', kind: 'number', ...high },
  explained_variance: { title: 'explained variance', kind: 'number', ...high },
  mape: { title: 'mean absolute percentage error', short: 'MAPE', kind: 'ratio', ...low },
  mape_undefined_rows: {
    title: 'rows without a percentage error',
    short: 'rows without MAPE',
    kind: 'count',
  },
  smape: { title: 'symmetric percentage error', short: 'sMAPE', kind: 'ratio', ...low },
  smape_undefined_rows: {
    title: 'rows without a symmetric percentage error',
    short: 'rows without sMAPE',
    kind: 'count',
  },
  msle: { title: 'mean squared logarithmic error', short: 'MSLE', kind: 'number', ...low },
  msle_undefined_rows: {
    title: 'rows without a logarithmic error',
    short: 'rows without MSLE',
    kind: 'count',
  },
  clipped_mae: { title: 'clipped mean absolute error', short: 'clipped MAE', kind: 'error', ...low },
  clipped_rmse: { title: 'clipped root mean squared error', short: 'clipped RMSE', kind: 'error', ...low },
  clipped_mse: { title: 'clipped mean squared error', short: 'clipped MSE', kind: 'squared', ...low },
  interval_coverage: { title: 'truths inside the model’s intervals', kind: 'ratio' },
  interval_width: { title: 'mean width of the model’s intervals', kind: 'error' },
  balanced_accuracy: { title: 'balanced accuracy', kind: 'ratio', ...high },
  precision: { title: 'precision', kind: 'ratio', ...high },
  recall: { title: 'recall', kind: 'ratio', ...high },
  specificity: { title: 'specificity', kind: 'ratio', ...high },
  f1: { title: 'F1', kind: 'ratio', ...high },
  f_beta: { title: 'F-beta', kind: 'ratio', ...high },
  macro_precision: { title: 'macro precision', kind: 'ratio', ...high },
  macro_recall: { title: 'macro recall', kind: 'ratio', ...high },
  macro_f1: { title: 'macro F1', kind: 'ratio', ...high },
  micro_precision: { title: 'micro precision', kind: 'ratio', ...high },
  micro_recall: { title: 'micro recall', kind: 'ratio', ...high },
  micro_f1: { title: 'micro F1', kind: 'ratio', ...high },
  weighted_precision: { title: 'weighted precision', kind: 'ratio', ...high },
  weighted_recall: { title: 'weighted recall', kind: 'ratio', ...high },
  weighted_f1: { title: 'weighted F1', kind: 'ratio', ...high },
  top_2_accuracy: { title: 'truth among the top 2', kind: 'ratio', ...high },
  top_3_accuracy: { title: 'truth among the top 3', kind: 'ratio', ...high },
  top_5_accuracy: { title: 'truth among the top 5', kind: 'ratio', ...high },
  roc_auc: { title: 'ROC AUC', kind: 'number', ...high },
  average_precision: { title: 'average precision', kind: 'number', ...high },
  mcc: { title: 'Matthews correlation', short: 'MCC', kind: 'number', ...high },
  kappa: { title: 'Cohen’s kappa', kind: 'number', ...high },
  log_loss: { title: 'log loss', kind: 'number', ...low },
  brier: { title: 'Brier score', short: 'Brier', kind: 'number', ...low },
  expected_calibration_error: {
    title: 'calibration error',
    short: 'expected calibration error',
    kind: 'ratio',
    ...low,
  },
  mae_skill_median: {
    title: 'skill against the median',
    short: 'skill against the median (MAE)',
    kind: 'ratio',
    isSigned: true,
    ...high,
  },
  mse_skill_mean: {
    title: 'skill against the mean (squared errors)',
    short: 'skill against the mean (MSE)',
    kind: 'ratio',
    isSigned: true,
    ...high,
  },
  mae_skill_last: {
    title: 'skill against the last value',
    short: 'skill against the last value (MAE)',
    kind: 'ratio',
    isSigned: true,
    ...high,
  },
  mse_skill_last: {
    title: 'skill against the last value (squared errors)',
    short: 'skill against the last value (MSE)',
    kind: 'ratio',
    isSigned: true,
    ...high,
  },
  clipped_mae_skill_median: {
    title: 'skill against the median (clipped errors)',
    short: 'clipped skill against the median (MAE)',
    kind: 'ratio',
    isSigned: true,
    ...high,
  },
  clipped_mse_skill_mean: {
    title: 'skill against the mean (clipped squared errors)',
    short: 'clipped skill against the mean (MSE)',
    kind: 'ratio',
    isSigned: true,
    ...high,
  },
  clipped_mae_skill_last: {
    title: 'skill against the last value (clipped errors)',
    short: 'clipped skill against the last value (MAE)',
    kind: 'ratio',
    isSigned: true,
    ...high,
  },
  clipped_mse_skill_last: {
    title: 'skill against the last value (clipped squared errors)',
    short: 'clipped skill against the last value (MSE)',
    kind: 'ratio',
    isSigned: true,
    ...high,
  },
  mae_of_median: {
    title: 'mean absolute error of the median',
    short: 'MAE of the median so far',
    kind: 'error',
    ...low,
  },
  mse_of_mean: {
    title: 'mean squared error of the mean',
    short: 'MSE of the mean so far',
    kind: 'squared',
    ...low,
  },
  mae_of_last: {
    title: 'mean absolute error of the last value',
    short: 'MAE of the last value',
    kind: 'error',
    ...low,
  },
};
