import { VALUE_MAX, WEIGHT_MAX } from '../../stats/outcome-limits.ts';
import type { PredictionRecord, TruthRecord, Value } from '../../wire/records.ts';
import type { LedgerTask } from './ledger.ts';

/** Whether two values are the same for the ledger: −0 is 0, and the text `1` is not the number. */
export function sameValue(a: Value, b: Value): boolean {
  return a === b;
}

/** The one output that is scored: the named one, else the first; `undefined` where there is none. */
export function outputOf(
  { value, outputs }: PredictionRecord,
  output: string | undefined,
): Value | undefined {
  if (typeof value !== 'object') return value;
  return value[output === undefined || outputs === undefined ? 0 : Math.max(0, outputs.indexOf(output))];
}

/**
 * What a prediction and its truth are together. An open task is settled by the first pair: probabilities,
 * or labels on both sides, make a classification; two numbers a regression. Of a number and a text the
 * text is the one that is wrong.
 *
 * @param task as settled so far
 * @returns the task, or which of the two cannot be scored
 */
export function taskOfPair(
  prediction: { readonly value: Value; readonly proba: PredictionRecord['proba'] },
  truth: Value,
  task: LedgerTask | undefined,
): LedgerTask | 'prediction' | 'truth' {
  if (task === 'classification' || (task === undefined && prediction.proba !== undefined))
    return 'classification';
  const [predicted, happened] = [typeof prediction.value === 'number', typeof truth === 'number'];
  if (predicted && happened) return 'regression';
  if (task === undefined && !predicted && !happened) return 'classification';
  return predicted ? 'truth' : 'prediction';
}

/** Why a prediction cannot be used, or `undefined`. `value` is the output that is scored. */
export function predictionProblem(
  value: Value,
  record: PredictionRecord,
  task: LedgerTask | undefined,
): string | undefined {
  return valueProblem(value, task) ?? weightProblem(record.weight);
}

/** Why a truth cannot be used, or `undefined`. */
export function truthProblem(record: TruthRecord, task: LedgerTask | undefined): string | undefined {
  return valueProblem(record.value, task) ?? weightProblem(record.weight);
}

function valueProblem(value: Value, task: LedgerTask | undefined): string | undefined {
  if (typeof value === 'number') {
    if (Math.abs(value) <= VALUE_MAX) return undefined;
    return `the value is ${value}, expected a number from −${VALUE_MAX} to ${VALUE_MAX}`;
  }
  if (task !== 'regression') return undefined;
  return `the value is ${JSON.stringify(value).slice(0, 60)}, expected a number: this ledger holds a regression`;
}

function weightProblem(weight: number | undefined): string | undefined {
  if (weight === undefined || weight <= WEIGHT_MAX) return undefined;
  return `the weight is ${weight}, expected at most ${WEIGHT_MAX}`;
}
