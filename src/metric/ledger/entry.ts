import type { IdKey } from '../../wire/id.ts';
import type { IdToken, PredictionRecord, Tags, TruthRecord, Value } from '../../wire/records.ts';

/**
 * All that the ledger knows of one id: its truth, with every version of it, and the prediction of each
 * model. The rules (`rules.ts`) change an entry; a store keeps it.
 */
export interface Entry {
  readonly key: IdKey;
  /** The id as it first came. */
  readonly token: IdToken;
  truth: TruthSlot | undefined;
  /** One a model, in order of arrival. */
  predictions: readonly PredictionSlot[];
  /** Until when the id is known: its last record and the retention. Never moves back. */
  forgetMs: number;
}

/** What a truth is: without a prediction yet, scored with one, or too late for it, in either way. */
export const TRUTH_STATES = ['waiting', 'matched', 'orphan', 'late'] as const;
export type TruthState = (typeof TRUTH_STATES)[number];

/** The truth of one id, with every version that came. */
export interface TruthSlot {
  state: TruthState;
  /** A prediction that comes after this is expired at once. */
  readonly deadlineMs: number;
  /** In order of arrival; never empty. */
  readonly versions: TruthVersion[];
  /** Index of the version that stands. */
  current: number;
}

/** One version of a truth. */
export interface TruthVersion {
  readonly value: Value;
  /** Event time, else arrival. */
  readonly atMs: number;
  /** Whether `atMs` came with the record. */
  readonly timed: boolean;
  readonly weight: number | undefined;
  readonly tags: Tags | undefined;
}

/** What a prediction is: without its truth yet, scored, or past its deadline. */
export const PREDICTION_STATES = ['pending', 'scored', 'expired'] as const;
export type PredictionState = (typeof PREDICTION_STATES)[number];

/** What one model said of one id, and what it was scored against. */
export interface PredictionSlot {
  readonly model: string;
  readonly version: string | undefined;
  readonly challenger: boolean;
  readonly value: Value;
  readonly atMs: number;
  readonly timed: boolean;
  /** A truth that comes after this is late. */
  readonly deadlineMs: number;
  readonly weight: number | undefined;
  readonly tags: Tags | undefined;
  readonly proba: Readonly<Record<string, number>> | undefined;
  readonly interval: readonly [number, number] | undefined;
  /** What a figure wants from prediction time, for example what a naive baseline would have said. */
  readonly baseline: readonly number[] | undefined;
  state: PredictionState;
  /** The first outcome, then one for each revision that took effect. */
  outcomes: readonly OutcomeMark[];
}

/** The slot of a prediction that has just come in. */
export function pendingPrediction(
  { model, version, role, timeMs, weight, tags, proba, interval }: PredictionRecord,
  known: Pick<PredictionSlot, 'value' | 'atMs' | 'deadlineMs' | 'baseline'>,
): PredictionSlot {
  return {
    model,
    version,
    challenger: role === 'challenger',
    value: known.value,
    atMs: known.atMs,
    timed: timeMs !== undefined,
    deadlineMs: known.deadlineMs,
    weight,
    tags,
    proba,
    interval,
    baseline: known.baseline,
    state: 'pending',
    outcomes: [],
  };
}

/** The slot of a first truth that has just come in. */
export function waitingTruth(
  { value, timeMs, weight, tags }: TruthRecord,
  { atMs, deadlineMs }: Pick<TruthVersion, 'atMs'> & Pick<TruthSlot, 'deadlineMs'>,
): TruthSlot {
  const version = { value, atMs, timed: timeMs !== undefined, weight, tags };
  return { state: 'waiting', deadlineMs, versions: [version], current: 0 };
}

/** The list with one more. Nearly all have one in the end, and an array that is pushed to has room for seventeen. */
export function appended<T>(list: readonly T[], item: T): readonly T[] {
  return list.length === 0 ? [item] : [...list, item];
}

/** What the model said of this id, or `undefined`. */
export function slotOf(entry: Entry, model: string): PredictionSlot | undefined {
  const { predictions } = entry;
  for (let i = 0; i < predictions.length; i++) if (predictions[i]!.model === model) return predictions[i];
  return undefined;
}

/** One line of the books of outcomes: which version of the truth it was scored against. */
export interface OutcomeMark {
  /** Counts 1, 2, 3 … over the whole ledger, in the order of scoring. */
  readonly number: number;
  /** Index into the truth's versions. */
  readonly version: number;
}

/** Predictions of one id at most, that is models; versions of one truth at most. */
export const MODELS_PER_ID_MAX = 100;
export const TRUTH_VERSIONS_MAX = 256;

/** When something in this entry next runs out of time: the earliest deadline of what waits, or infinity. */
export function dueMs(entry: Entry): number {
  const { predictions } = entry;
  let due = entry.truth?.state === 'waiting' ? entry.truth.deadlineMs : Infinity;
  for (let i = 0; i < predictions.length; i++) {
    const prediction = predictions[i]!;
    if (prediction.state === 'pending' && prediction.deadlineMs < due) due = prediction.deadlineMs;
  }
  return due;
}

/** The version of the truth that stands. */
export function standing(truth: TruthSlot): TruthVersion {
  const version = truth.versions[truth.current];
  if (version === undefined) throw new RangeError(`A truth has no version ${truth.current}`);
  return version;
}
