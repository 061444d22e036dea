import { CohortCounts } from './cohort-counts.ts';
import type { PredictionSlot } from './entry.ts';
import { PendingScores } from './pending-scores.ts';
import { SliceCounts } from './slice-counts.ts';
import { sliceOf } from './slices.ts';
import type { PredictionBooks, TruthBooks } from '../../wire/snapshot.ts';

/** Counts that can be changed in place; the balance is the caller's duty and the tests' subject. */
type Mutable<T> = { -readonly [K in keyof T]: T[K] };
export type PredictionCounts = Mutable<PredictionBooks>;
export type TruthCounts = Mutable<TruthBooks>;

/** What the ledger has received and what became of it. Plain data: stored as JSON with every commit. */
export interface Books {
  readonly truths: TruthCounts;
  /** In order of first appearance. */
  readonly models: ModelBooks[];
  /** Predictions so broken that no model can be named. */
  unattributed: number;
}

/** The predictions of one model, and what is known of it besides. */
export interface ModelBooks {
  readonly model: string;
  /** As its latest prediction said. */
  challenger: boolean;
  version: string | undefined;
  readonly counts: PredictionCounts;
  /** When those that are scored, pending or expired were made. */
  readonly cohorts: CohortCounts;
  /** What their own tags say, for the tags that the settings name. */
  readonly slices: SliceCounts;
  /** Of those that are pending. */
  readonly pendingScores: PendingScores;
}

/** The books of the model of this name, among a hundred at most. */
export function booksNamed(models: readonly ModelBooks[], name: string): ModelBooks | undefined {
  for (let i = 0; i < models.length; i++) if (models[i]!.model === name) return models[i];
  return undefined;
}

/** Books of a ledger that has received nothing. */
export function emptyBooks(): Books {
  return {
    truths: {
      received: 0,
      matched: 0,
      waiting: 0,
      orphan: 0,
      late: 0,
      revision: 0,
      duplicate: 0,
      unknown: 0,
      refused: 0,
    },
    models: [],
    unattributed: 0,
  };
}

/** Books of a model that has predicted nothing. */
export function emptyModelBooks({
  model,
  challenger,
  version,
}: Pick<ModelBooks, 'model' | 'challenger' | 'version'>): ModelBooks {
  return {
    model,
    challenger,
    version,
    counts: emptyPredictionCounts(),
    cohorts: new CohortCounts(),
    slices: new SliceCounts(),
    pendingScores: new PendingScores(),
  };
}

/** The books of a model. @throws {RangeError} where it has none */
export function booksOf(books: Books, model: string): ModelBooks {
  const found = booksNamed(books.models, model);
  if (found === undefined) throw new RangeError(`There are no books of the model "${model}"`);
  return found;
}

/** Counts a prediction by its time and its slices: 1 when it comes in, −1 when it turns out to be none. */
export function countPrediction(
  { cohorts, slices }: ModelBooks,
  prediction: PredictionSlot,
  settings: { readonly slices: readonly string[]; readonly slicesMax: number },
  sign: 1 | -1,
): void {
  cohorts.add(prediction.atMs, sign);
  for (const tag of settings.slices) {
    const value = sliceOf(tag, prediction);
    if (value !== undefined) slices.add({ tag, value, max: settings.slicesMax }, sign);
  }
}

/** Counts a prediction that begins (1) or ends (−1) to wait for its truth. */
export function countPending(
  { counts, pendingScores }: ModelBooks,
  prediction: PredictionSlot,
  sign: 1 | -1,
): void {
  counts.pending += sign;
  pendingScores.add(prediction, sign);
}

/** Takes a prediction out of the count of its state. */
export function uncount(model: ModelBooks, prediction: PredictionSlot): void {
  if (prediction.state === 'pending') countPending(model, prediction, -1);
  else model.counts[prediction.state]--;
}

/** A pending prediction is given up. */
export function expire(model: ModelBooks, prediction: PredictionSlot): void {
  countPending(model, prediction, -1);
  model.counts.expired++;
  prediction.state = 'expired';
}

/** Counts of a model that has predicted nothing. */
export function emptyPredictionCounts(): PredictionCounts {
  return {
    received: 0,
    scored: 0,
    pending: 0,
    expired: 0,
    duplicate: 0,
    conflict: 0,
    unknown: 0,
    refused: 0,
  };
}

/** The predictions of all models together, and those that named none. */
export function allPredictions(books: Books): PredictionCounts {
  const all = emptyPredictionCounts();
  for (const { counts } of books.models) {
    for (const name of PREDICTION_COUNTS) all[name] += counts[name];
  }
  all.received += books.unattributed;
  all.refused += books.unattributed;
  return all;
}

/** Predictions that name no model that can be read stand with the first one, so that somebody shows them. */
export function withUnattributed(counts: PredictionBooks, unattributed: number): PredictionBooks {
  return { ...counts, received: counts.received + unattributed, refused: counts.refused + unattributed };
}

/** received − (scored + pending + expired + duplicate + conflict + unknown + refused): 0, or the books lie. */
export function predictionImbalance(counts: PredictionBooks): number {
  const { received, scored, pending, expired, duplicate, conflict, unknown, refused } = counts;
  return received - (scored + pending + expired + duplicate + conflict + unknown + refused);
}

/** received − (matched + waiting + orphan + late + revision + duplicate + unknown + refused): 0, or the books lie. */
export function truthImbalance(counts: TruthBooks): number {
  const { received, matched, waiting, orphan, late, revision, duplicate, unknown, refused } = counts;
  return received - (matched + waiting + orphan + late + revision + duplicate + unknown + refused);
}

const PREDICTION_COUNTS = Object.keys(emptyPredictionCounts()) as (keyof PredictionCounts)[];
