import { pinballPercent } from '../../stats/pinball.ts';

/** How a figure is named and written. */
export interface FigureMeaning {
  /** In the middle of a sentence. */
  readonly title: string;
  /**
   * `error`: in units of the target; `ratio`: a share, shown in percent; `number`: without units; `count`: how many.
   * A `signed` one shows its `+` too.
   */
  readonly kind: 'error' | 'ratio' | 'number' | 'count';
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
  mae: { title: 'mean absolute error', kind: 'error', ...low },
  median_absolute_error: { title: 'median absolute error', kind: 'error', ...low },
  p95_absolute_error: { title: '95 % absolute error', kind: 'error', ...low },
  largest_absolute_error: { title: 'largest absolute error', kind: 'error', ...low },
  rmse: { title: 'root mean squared error', kind: 'error', ...low },
  mse: { title: 'mean squared error', kind: 'number', ...low },
  bias: { title: 'bias', kind: 'error', isSigned: true },
  r2: { title: 'R²', kind: 'number', ...high },
  explained_variance: { title: 'explained variance', kind: 'number', ...high },
  mape: { title: 'mean absolute percentage error', kind: 'ratio', ...low },
  mape_undefined_rows: { title: 'rows without a percentage error', kind: 'count' },
  smape: { title: 'symmetric percentage error', kind: 'ratio', ...low },
  smape_undefined_rows: { title: 'rows without a symmetric percentage error', kind: 'count' },
  msle: { title: 'mean squared logarithmic error', kind: 'number', ...low },
  msle_undefined_rows: { title: 'rows without a logarithmic error', kind: 'count' },
  clipped_mae: { title: 'clipped mean absolute error', kind: 'error', ...low },
  clipped_rmse: { title: 'clipped root mean squared error', kind: 'error', ...low },
  clipped_mse: { title: 'clipped mean squared error', kind: 'number', ...low },
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
  mcc: { title: 'Matthews correlation', kind: 'number', ...high },
  kappa: { title: 'Cohen’s kappa', kind: 'number', ...high },
  log_loss: { title: 'log loss', kind: 'number', ...low },
  brier: { title: 'Brier score', kind: 'number', ...low },
  expected_calibration_error: { title: 'calibration error', kind: 'ratio', ...low },
  mae_skill_median: { title: 'skill against the median', kind: 'ratio', isSigned: true, ...high },
  mse_skill_mean: {
    title: 'skill against the mean (squared errors)',
    kind: 'ratio',
    isSigned: true,
    ...high,
  },
  mae_skill_last: { title: 'skill against the last value', kind: 'ratio', isSigned: true, ...high },
  mse_skill_last: {
    title: 'skill against the last value (squared errors)',
    kind: 'ratio',
    isSigned: true,
    ...high,
  },
  mae_of_median: { title: 'mean absolute error of the median', kind: 'error', ...low },
  mse_of_mean: { title: 'mean squared error of the mean', kind: 'number', ...low },
  mae_of_last: { title: 'mean absolute error of the last value', kind: 'error', ...low },
};
