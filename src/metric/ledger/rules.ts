import type { IdKey } from '../../wire/id.ts';
import type { PredictionRecord, TruthRecord } from '../../wire/records.ts';
import {
  type ModelBooks,
  booksNamed,
  booksOf,
  countPending,
  countPrediction,
  emptyModelBooks,
  expire,
  uncount,
} from './books.ts';
import {
  type Entry,
  MODELS_PER_ID_MAX,
  type PredictionSlot,
  type TruthSlot,
  appended,
  pendingPrediction,
  slotOf,
  standing,
  waitingTruth,
} from './entry.ts';
import type { LedgerRefusal, LedgerRulesSettings, Outcome } from './ledger.ts';
import { outputOf, predictionProblem, sameValue, taskOfPair, truthProblem } from './task.ts';
import { comesAfter, comesAfterAny, meetsPrediction, timesOf } from './lateness.ts';
import { ledgerRefusal, type RefusedRecord } from './refused-record.ts';
import type { RulesState } from './rules-state.ts';
import { reviseTruth } from './versions.ts';

/** Models of one ledger at most: each has figures of its own. */
export const MODELS_MAX = 100;

/**
 * The table “The ledger” of the design, entry by entry, whatever keeps the entries. Every call moves the
 * books with the entry, so that they balance after each.
 *
 * Time: a record stands at its event time, else at its arrival. It waits until that and the horizon, by the
 * clock of `begin`; whether housekeeping has been there yet makes no difference to any decision.
 *
 * Where prediction and truth both carry their time, these alone decide whether the two meet: not more than the
 * horizon apart. So a replay gives the same books at any speed: a truth that was in time is scored though its prediction
 * has expired by the clock meanwhile, and one that was late is late though the prediction still waits.
 */
export class Rules {
  readonly state: RulesState;
  readonly #settings: LedgerRulesSettings;
  #nowMs = 0;
  #baseline: readonly number[] | undefined;
  #outcomes: Outcome[] = [];
  #refused: LedgerRefusal[] = [];

  constructor(state: RulesState, settings: LedgerRulesSettings) {
    this.state = state;
    this.#settings = settings;
  }

  /**
   * Starts a batch at this moment.
   *
   * @param baseline what `OutcomeSink.baseline` says now
   */
  begin(nowMs: number, baseline?: readonly number[]): void {
    this.#nowMs = nowMs;
    this.#baseline = baseline;
    this.#outcomes = [];
    this.#refused = [];
  }

  /** What the calls since `begin` did beside changing entries. */
  changes(): { readonly outcomes: readonly Outcome[]; readonly refused: readonly LedgerRefusal[] } {
    return { outcomes: this.#outcomes, refused: this.#refused };
  }

  /** Counts records that were refused before they could be read. */
  refuseUnread(refused: { readonly predictions: number; readonly truths: number }): void {
    this.state.books.unattributed += refused.predictions;
    this.state.books.truths.received += refused.truths;
    this.state.books.truths.refused += refused.truths;
  }

  /** Makes books for the models of an entry that another writer of the ledger has made. */
  meet({ predictions }: Entry): void {
    const { models } = this.state.books;
    for (const { model, challenger, version } of predictions) {
      if (booksNamed(models, model) !== undefined) continue;
      models.push(emptyModelBooks({ model, challenger, version }));
    }
  }

  /** Counts a prediction that cannot be stored, whatever is tried. */
  refusePrediction(record: PredictionRecord, reason: string): void {
    const model = this.#model(record);
    if (model === undefined) return;
    model.counts.received++;
    model.counts.refused++;
    this.#refuse('prediction', reason, record, 'not-stored');
  }

  /** Counts a truth that cannot be stored, whatever is tried. */
  refuseTruth(record: TruthRecord, reason: string): void {
    const { truths } = this.state.books;
    truths.received++;
    truths.refused++;
    this.#refuse('truth', reason, record, 'not-stored');
  }

  /** Counts a prediction, and says whether it needs its entry: not when it is older than the ledger remembers. */
  admitPrediction(record: PredictionRecord): ModelBooks | undefined {
    const model = this.#model(record);
    if (model === undefined) return undefined;
    model.counts.received++;
    if (!this.#forgotten(record)) return model;
    model.counts.unknown++;
    return undefined;
  }

  /** Counts a truth, and says whether it needs its entry. */
  admitTruth(record: TruthRecord): boolean {
    const { truths } = this.state.books;
    truths.received++;
    if (!this.#forgotten(record)) return true;
    truths.unknown++;
    return false;
  }

  /** An entry for an id that is not known, or no longer. */
  newEntry(key: IdKey, record: { readonly id: string }): Entry {
    return { key, token: record.id, truth: undefined, predictions: [], forgetMs: 0 };
  }

  /** @returns whether the entry changed and has to be stored */
  takePrediction(entry: Entry, record: PredictionRecord, model: ModelBooks): boolean {
    const settled = this.settle(entry);
    const value = outputOf(record, this.#settings.output);
    const known = slotOf(entry, record.model);
    if (known !== undefined && value !== undefined) {
      model.counts[sameValue(known.value, value) ? 'duplicate' : 'conflict']++;
      return settled;
    }
    if (value === undefined) {
      model.counts.refused++;
      this.#refuse('prediction', 'the prediction has no output', record);
      return settled;
    }
    const problem =
      entry.predictions.length >= MODELS_PER_ID_MAX
        ? `this id has predictions of ${MODELS_PER_ID_MAX} models already`
        : predictionProblem(value, record, this.state.task);
    if (problem !== undefined) {
      model.counts.refused++;
      this.#refuse('prediction', problem, record);
      return settled;
    }
    model.challenger = record.role === 'challenger';
    model.version = record.version;
    const atMs = record.timeMs ?? this.#nowMs;
    const prediction = pendingPrediction(record, {
      value,
      atMs,
      deadlineMs: atMs + this.#settings.horizonMs,
      baseline: this.#baselineOf(entry),
    });
    const { truth } = entry;
    if (truth !== undefined && this.#meetsTruth(prediction, truth)) {
      const verdict = this.#agree(prediction, truth);
      if (verdict === 'prediction') {
        model.counts.refused++;
        this.#refuse('prediction', MIXED, record);
        return settled;
      }
      if (verdict === 'truth') this.#refuseWaiting(entry, truth);
    }
    entry.predictions = appended(entry.predictions, prediction);
    countPrediction(model, prediction, this.#settings, 1);
    this.#touch(entry, atMs);
    this.#place(entry, prediction, model);
    return true;
  }

  /** @returns whether the entry changed and has to be stored */
  takeTruth(entry: Entry, record: TruthRecord): boolean {
    const settled = this.settle(entry);
    const { truths } = this.state.books;
    const problem = truthProblem(record, this.state.task);
    if (problem !== undefined) {
      truths.refused++;
      this.#refuse('truth', problem, record);
      return settled;
    }
    if (entry.truth !== undefined) return this.#again(entry, entry.truth, record) || settled;
    const atMs = record.timeMs ?? this.#nowMs;
    const truth = waitingTruth(record, { atMs, deadlineMs: atMs + this.#settings.horizonMs });
    const scorable = this.#scorable(entry, truth);
    if (scorable === 'truth') {
      truths.refused++;
      this.#refuse('truth', MIXED, record);
      return settled;
    }
    entry.truth = truth;
    this.#touch(entry, atMs);
    if (scorable.length > 0) truth.state = 'matched';
    else if (comesAfterAny(truth, entry.predictions)) truth.state = 'late';
    else if (this.#nowMs > truth.deadlineMs) truth.state = 'orphan';
    truths[truth.state]++;
    const { predictions } = entry;
    for (let i = 0; i < predictions.length; i++) {
      const prediction = predictions[i]!;
      const model = booksOf(this.state.books, prediction.model);
      if (scorable.includes(prediction)) {
        uncount(model, prediction);
        this.#score(entry, prediction, truth, model);
      } else if (prediction.state === 'pending') {
        // Its truth is here, and by their times it is none.
        expire(model, prediction);
      }
    }
    return true;
  }

  /** The predictions that a new truth meets, or that the truth is of the wrong kind; those that are so themselves go. */
  #scorable(entry: Entry, truth: TruthSlot): readonly PredictionSlot[] | 'truth' {
    let scorable: readonly PredictionSlot[] = [];
    const { predictions } = entry;
    for (let i = 0; i < predictions.length; i++) {
      const prediction = predictions[i]!;
      if (!meetsPrediction(truth, prediction)) continue;
      const verdict = this.#agree(prediction, truth);
      if (verdict === 'truth') return 'truth';
      if (verdict === 'prediction') this.#refusePending(entry, prediction);
      else scorable = appended(scorable, prediction);
    }
    return scorable;
  }

  /** Gives up on what has waited too long. @returns whether the entry changed */
  settle(entry: Entry): boolean {
    let changed = false;
    const { truth, predictions } = entry;
    if (truth?.state === 'waiting' && this.#nowMs > truth.deadlineMs) {
      this.#moveTruth(truth, 'orphan');
      changed = true;
    }
    for (let i = 0; i < predictions.length; i++) {
      const prediction = predictions[i]!;
      if (prediction.state !== 'pending' || this.#nowMs <= prediction.deadlineMs) continue;
      expire(booksOf(this.state.books, prediction.model), prediction);
      changed = true;
    }
    return changed;
  }

  /** The same id has a truth already: a duplicate, a revision, or one version more than is kept. */
  #again(entry: Entry, truth: TruthSlot, record: TruthRecord): boolean {
    const { truths } = this.state.books;
    const was = standing(truth);
    const revised = reviseTruth(truth, record, this.#nowMs);
    if (revised.kind === 'full') {
      truths.refused++;
      this.#refuse('truth', revised.reason, record);
      return false;
    }
    truths[revised.kind]++;
    if (!revised.kept) return false;
    this.#touch(entry, record.timeMs ?? this.#nowMs);
    const version = standing(truth);
    if (revised.kind === 'revision' && version !== was) {
      for (const prediction of entry.predictions) {
        if (prediction.state === 'scored') this.#mark(entry, prediction, truth);
      }
    }
    return true;
  }

  /**
   * The naive answers as they stand. Where the id's truth may be among them, because another model was scored with it
   * already, those that this one's prediction had: a row's own truth is never in what it is compared with.
   */
  #baselineOf(entry: Entry): readonly number[] | undefined {
    const { predictions } = entry;
    for (let i = 0; i < predictions.length; i++)
      if (predictions[i]!.outcomes.length > 0) return predictions[i]!.baseline;
    return this.#baseline;
  }

  /** Where a prediction that has just come in stands. */
  #place(entry: Entry, prediction: PredictionSlot, model: ModelBooks): void {
    const { truth } = entry;
    if (truth !== undefined && this.#meetsTruth(prediction, truth)) {
      if (truth.state !== 'matched') this.#moveTruth(truth, 'matched');
      this.#score(entry, prediction, truth, model);
      return;
    }
    const isNew = truth?.state === 'waiting' || truth?.state === 'orphan';
    if (isNew && timesOf(prediction, truth) !== undefined && comesAfter(truth, prediction)) {
      this.#moveTruth(truth, 'late');
    }
    if (truth !== undefined || this.#nowMs > prediction.deadlineMs) {
      prediction.state = 'expired';
      model.counts.expired++;
    } else {
      countPending(model, prediction, 1);
    }
  }

  /** Whether a prediction that has just come in finds the truth that is there in time. */
  #meetsTruth(prediction: PredictionSlot, truth: TruthSlot): boolean {
    const apart = timesOf(prediction, truth);
    if (apart === undefined) return truth.state !== 'orphan' && this.#nowMs <= truth.deadlineMs;
    return apart === 'in time';
  }

  #score(entry: Entry, prediction: PredictionSlot, truth: TruthSlot, model: ModelBooks): void {
    prediction.state = 'scored';
    model.counts.scored++;
    this.#mark(entry, prediction, truth);
  }

  #mark(entry: Entry, prediction: PredictionSlot, truth: TruthSlot): void {
    const { state } = this;
    const number = ++state.number;
    state.sinceMs ??= this.#nowMs;
    const last = prediction.outcomes.at(-1);
    const previous = last === undefined ? undefined : truth.versions[last.version];
    const revision = prediction.outcomes.length;
    prediction.outcomes = appended(prediction.outcomes, { number, version: truth.current });
    this.#outcomes.push({ number, entry, prediction, truth: standing(truth), previous, revision });
  }

  /** Whether the two can be scored; else which of them cannot be. Settles the task where it was open. */
  #agree(prediction: PredictionSlot, truth: TruthSlot): 'both' | 'prediction' | 'truth' {
    const verdict = taskOfPair(prediction, standing(truth).value, this.state.task);
    if (verdict === 'prediction' || verdict === 'truth') return verdict;
    this.state.task = verdict;
    return 'both';
  }

  #moveTruth(truth: TruthSlot, state: TruthSlot['state']): void {
    this.state.books.truths[truth.state]--;
    this.state.books.truths[state]++;
    truth.state = state;
  }

  /** A truth that waited turns out to be of the wrong kind. */
  #refuseWaiting(entry: Entry, truth: TruthSlot): void {
    const { truths } = this.state.books;
    truths[truth.state]--;
    truths.refused++;
    entry.truth = undefined;
    const { value, timed, atMs } = standing(truth);
    this.#refuse('truth', MIXED, { id: entry.token, value, timeMs: timed ? atMs : undefined });
  }

  /** A prediction that waited turns out to be of the wrong kind. */
  #refusePending(entry: Entry, prediction: PredictionSlot): void {
    const books = booksOf(this.state.books, prediction.model);
    countPrediction(books, prediction, this.#settings, -1);
    uncount(books, prediction);
    books.counts.refused++;
    entry.predictions = entry.predictions.filter((each) => each !== prediction);
    const { model, value, timed, atMs } = prediction;
    this.#refuse('prediction', MIXED, { id: entry.token, value, model, timeMs: timed ? atMs : undefined });
  }

  #refuse(
    kind: LedgerRefusal['kind'],
    reason: string,
    record: RefusedRecord,
    code: LedgerRefusal['code'] = 'wrong-task',
  ): void {
    this.#refused.push(ledgerRefusal(kind, { code, reason, record }));
  }

  #forgotten(record: { readonly timeMs: number | undefined }): boolean {
    return record.timeMs !== undefined && record.timeMs < this.#nowMs - this.#settings.retentionMs;
  }

  #touch(entry: Entry, atMs: number): void {
    const until = Math.max(atMs, this.#nowMs) + this.#settings.retentionMs;
    if (until > entry.forgetMs) entry.forgetMs = until;
  }

  /** The books of a prediction's model, made for a new one; `undefined` where there are too many, and it is refused. */
  #model(record: PredictionRecord): ModelBooks | undefined {
    const { books } = this.state;
    const known = booksNamed(books.models, record.model);
    if (known !== undefined) return known;
    if (books.models.length >= MODELS_MAX) {
      books.unattributed++;
      this.#refuse('prediction', `this ledger has ${MODELS_MAX} models already`, record);
      return undefined;
    }
    const made = emptyModelBooks({ ...record, challenger: record.role === 'challenger' });
    books.models.push(made);
    return made;
  }
}

const MIXED = 'text where a number must be: the other side of this pair is a number';
