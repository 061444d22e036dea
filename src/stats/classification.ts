import type { LinearFigures } from './figure.ts';

/** One scored outcome of a classification. Labels are text: write a boolean or a number as its token. */
export interface ClassificationOutcome {
  readonly truth: string;
  /** The label as served. */
  readonly prediction: string;
  /** Probability of each class, when the model gives them; each 0..1. */
  readonly proba?: Readonly<Record<string, number>> | undefined;
  /** 0..1e50; 1 when absent. A weight of 0 is no outcome for any figure. */
  readonly weight?: number | undefined;
}

/**
 * The state of every linear classification figure: its size grows with the pairs (truth, prediction) that
 * occur, so whoever feeds it bounds the labels (`labels(state).length`). Opaque.
 */
export interface ClassificationState {
  rows: number;
}

/**
 * The linear figures of a classification, over one shared state.
 *
 * `value` gives `accuracy`, and `mae`, the mean of absolute_error as the log has it: 1 − p(true class)
 * where probabilities came along, else 0 or 1. Without an outcome it is `{}`.
 */
export const classification: LinearFigures<ClassificationState, ClassificationOutcome> = {
  kind: 'linear',
  version: 1,
  empty: notBuilt,
  add: notBuilt,
  remove: notBuilt,
  merge: notBuilt,
  value: notBuilt,
  encode: notBuilt,
  decode: notBuilt,
};

/** absolute_error of one outcome, as the log has it: 1 − p(true class), or 0 or 1 without probabilities. */
export function classificationError(_outcome: ClassificationOutcome): number {
  return notBuilt();
}

/** The labels seen as truth or prediction, sorted. */
export function labels(_state: ClassificationState): string[] {
  return notBuilt();
}

function notBuilt(): never {
  throw new Error('not built yet');
}
