import type { Figures, FigureValue } from '../../stats/figure.ts';
import { pinballPercent } from '../../stats/pinball.ts';
import type { Report } from './report.ts';

/** A report as people paste it: a figure a line, its interval behind it, then what to know beside. */
export function formatReport({ rows, task, figures, notes }: Report): string {
  const lines: [string, string][] = [['rows', String(rows)]];
  if (task !== undefined) lines.push(['task', task]);
  for (const [name, figure] of Object.entries(figures)) lines.push([titleOf(name), valueText(name, figure)]);
  const width = Math.max(...lines.map(([title]) => title.length));
  const table = lines.map(([title, value]) => `${title.padEnd(width)}  ${value}`);
  return [...table, ...[...notes, ...reasonsIn(figures)].map((note) => `note: ${note}`), ''].join('\n');
}

/** Why figures have no interval, those of one reason together. */
function reasonsIn(figures: Figures): string[] {
  const byReason = new Map<string, string[]>();
  for (const [name, { why }] of Object.entries(figures)) {
    if (why !== undefined) byReason.set(why, [...(byReason.get(why) ?? []), titleOf(name)]);
  }
  return [...byReason].map(([why, titles]) => `No interval for ${titles.join(', ')}: ${why}.`);
}

/** How a report calls a figure; what the field calls by its name stays so. */
export function titleOf(name: string): string {
  const percent = pinballPercent(name);
  if (percent !== undefined) return `pinball loss at ${percent} %`;
  return TITLES[name] ?? name.replaceAll('_', ' ');
}

/** What is not its name with spaces. */
const TITLES: Readonly<Record<string, string>> = {
  mae: 'MAE',
  mse: 'MSE',
  rmse: 'RMSE',
  r2: 'R²',
  p95_absolute_error: '95 % absolute error',
  mape: 'MAPE',
  mape_undefined_rows: 'rows without MAPE',
  smape_undefined_rows: 'rows without sMAPE',
  msle_undefined_rows: 'rows without MSLE',
  smape: 'sMAPE',
  msle: 'MSLE',
  clipped_mae: 'clipped MAE',
  clipped_mse: 'clipped MSE',
  clipped_rmse: 'clipped RMSE',
  mae_of_median: 'MAE of the median so far',
  mse_of_mean: 'MSE of the mean so far',
  mae_of_last: 'MAE of the last value',
  mae_skill_median: 'skill against the median (MAE)',
  mse_skill_mean: 'skill against the mean (MSE)',
  mae_skill_last: 'skill against the last value (MAE)',
  mse_skill_last: 'skill against the last value (MSE)',
  interval_coverage: 'truths inside the model’s intervals',
  interval_width: 'mean width of the model’s intervals',
  f1: 'F1',
  f_beta: 'F-beta',
  top_2_accuracy: 'truth among the top 2',
  top_3_accuracy: 'truth among the top 3',
  top_5_accuracy: 'truth among the top 5',
  kappa: 'Cohen’s kappa',
  mcc: 'MCC',
  roc_auc: 'ROC AUC',
  brier: 'Brier',
  macro_f1: 'macro F1',
  micro_f1: 'micro F1',
  weighted_f1: 'weighted F1',
};

function valueText(name: string, { value, low, high, level, method }: FigureValue): string {
  if (name.endsWith('_rows')) return String(value);
  const text = numberText(value);
  if (low === undefined || high === undefined) return text;
  const share = level === undefined ? '' : ` at ${Number((level * 100).toFixed(3))} %`;
  return `${text}  (${numberText(low)} to ${numberText(high)}${share}${method === undefined ? '' : `, ${method}`})`;
}

/** Four decimals where they say something, else six digits; what rounding alone leaves is 0. */
function numberText(value: number): string {
  const size = Math.abs(value);
  if (size < 1e-12) return '0.0000';
  return size >= 1e-2 && size < 1e9 ? value.toFixed(4) : value.toPrecision(6);
}
