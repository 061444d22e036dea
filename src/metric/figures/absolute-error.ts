import { classificationError } from '../../stats/classification.ts';
import type { PredictionSlot, TruthVersion } from '../ledger/entry.ts';
import type { LedgerTask } from '../ledger/ledger.ts';
import type { Value } from '../../wire/records.ts';

/** `absolute_error` of one outcome, as log, figures and history have it: |truth − prediction|, or that of a class. */
export function absoluteError(prediction: PredictionSlot, truth: TruthVersion, task: LedgerTask): number {
  if (task === 'regression') return Math.abs(Number(truth.value) - Number(prediction.value));
  return classificationError({
    truth: labelOf(truth.value),
    prediction: labelOf(prediction.value),
    proba: prediction.proba,
  });
}

/** A class as text: a number or a boolean as its JSON token. */
export function labelOf(value: Value): string {
  return String(value);
}
