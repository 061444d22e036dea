import type { Entry, PredictionSlot } from '../../src/metric/ledger/entry.ts';
import type { Outcome } from '../../src/metric/ledger/ledger.ts';
import type { Tags, Value } from '../../src/wire/records.ts';

/** What of an outcome a test cares about. */
export interface OutcomeRow {
  readonly id: string;
  readonly truth: Value;
  readonly prediction: Value;
  readonly atMs: number;
  /** From the prediction to the truth. */
  readonly lagMs?: number;
  readonly model?: string;
  readonly weight?: number | undefined;
  readonly proba?: Readonly<Record<string, number>>;
  readonly interval?: readonly [number, number];
  readonly baseline?: readonly number[];
  readonly tags?: Tags;
}

/** The first outcome of a row, as number `number` of its ledger. */
export function outcomeOf(row: OutcomeRow, number: number): Outcome {
  const { id, model = 'a', atMs, lagMs = 2000, weight, proba, interval, baseline, tags } = row;
  const truth = { value: row.truth, atMs, timed: true, weight, tags: undefined };
  const prediction: PredictionSlot = {
    model,
    version: undefined,
    challenger: false,
    value: row.prediction,
    atMs: atMs - lagMs,
    timed: true,
    deadlineMs: atMs + 1e9,
    weight: undefined,
    tags,
    proba,
    interval,
    baseline,
    state: 'scored',
    outcomes: [{ number, version: 0 }],
  };
  const entry: Entry = {
    key: id,
    token: id,
    truth: { state: 'matched', deadlineMs: atMs + 1e9, versions: [truth], current: 0 },
    predictions: [prediction],
    forgetMs: atMs + 1e10,
  };
  return { number, entry, prediction, truth, previous: undefined, revision: 0 };
}

/** The outcome that a further version of its truth makes of another. */
export function revisionOf(outcome: Outcome, truth: Value, number: number): Outcome {
  const version = { ...outcome.truth, value: truth, atMs: outcome.truth.atMs + 500 };
  const { entry, prediction } = outcome;
  return {
    number,
    entry,
    prediction,
    truth: version,
    previous: outcome.truth,
    revision: outcome.revision + 1,
  };
}
