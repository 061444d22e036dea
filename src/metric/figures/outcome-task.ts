import type { LedgerTask, Outcome } from '../ledger/ledger.ts';

/** What the first outcome makes of a ledger: it settles the task by the same two things. */
export function taskOfOutcome({ prediction, truth }: Outcome): LedgerTask {
  const numbers = typeof prediction.value === 'number' && typeof truth.value === 'number';
  return numbers && prediction.proba === undefined ? 'regression' : 'classification';
}
