/** How a figure is named and written. */
export interface FigureMeaning {
  /** In the middle of a sentence. */
  readonly title: string;
  /**
   * `error`: in units of the target; `ratio`: a share, shown in percent; `number`: without units. A `signed` one shows
   * its `+` too.
   */
  readonly kind: 'error' | 'ratio' | 'number';
  readonly isSigned?: true;
  /** Which way is better; absent: neither (a bias is best at 0). */
  readonly better?: 'low' | 'high';
}

/** What `name` means; a figure that is not known here is a number called by its name. */
export function figureMeaning(name: string): FigureMeaning {
  return MEANINGS[name] ?? { title: name.replaceAll('_', ' '), kind: 'number' };
}

/** Those of these figures that are known here, in the order in which they are shown. */
export function knownFigures(figures: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(MEANINGS).filter((name) => name in figures);
}

const low = { better: 'low' } as const;
const high = { better: 'high' } as const;

const MEANINGS: Readonly<Record<string, FigureMeaning>> = {
  accuracy: { title: 'accuracy', kind: 'ratio', ...high },
  mae: { title: 'mean absolute error', kind: 'error', ...low },
  median_absolute_error: { title: 'median absolute error', kind: 'error', ...low },
  p95_absolute_error: { title: '95 % absolute error', kind: 'error', ...low },
  rmse: { title: 'root mean squared error', kind: 'error', ...low },
  bias: { title: 'bias', kind: 'error', isSigned: true },
  r2: { title: 'R²', kind: 'number', ...high },
  explained_variance: { title: 'explained variance', kind: 'number', ...high },
  mape: { title: 'mean absolute percentage error', kind: 'ratio', ...low },
  smape: { title: 'symmetric percentage error', kind: 'ratio', ...low },
  balanced_accuracy: { title: 'balanced accuracy', kind: 'ratio', ...high },
  precision: { title: 'precision', kind: 'ratio', ...high },
  recall: { title: 'recall', kind: 'ratio', ...high },
  specificity: { title: 'specificity', kind: 'ratio', ...high },
  f1: { title: 'F1', kind: 'ratio', ...high },
  macro_f1: { title: 'macro F1', kind: 'ratio', ...high },
  roc_auc: { title: 'ROC AUC', kind: 'number', ...high },
  average_precision: { title: 'average precision', kind: 'number', ...high },
  mcc: { title: 'Matthews correlation', kind: 'number', ...high },
  kappa: { title: 'Cohen’s kappa', kind: 'number', ...high },
  log_loss: { title: 'log loss', kind: 'number', ...low },
  brier: { title: 'Brier score', kind: 'number', ...low },
  mae_skill_median: { title: 'skill against the median', kind: 'ratio', isSigned: true, ...high },
  mae_of_median: { title: 'mean absolute error of the median', kind: 'error', ...low },
  expected_calibration_error: { title: 'calibration error', kind: 'ratio', ...low },
};
