import { AftermathError } from '../../../service/errors.ts';
import type { Books } from '../books.ts';
import type {
  Batch,
  LedgerRefusal,
  LedgerRulesSettings,
  LedgerTask,
  Outcome,
  OutcomeSinks,
} from '../ledger.ts';
import { Rules } from '../rules.ts';
import { emptyRulesState, type RulesState } from '../rules-state.ts';
import type { Words } from '../words.ts';
import { keysOf } from './batch-entries.ts';
import { Calendar } from './calendar.ts';
import type { Connection } from './connection.ts';
import { readEntries, writeEntries } from './entry-rows.ts';
import { Expiry } from './expiry.ts';
import { type Basis, join, joinAgain, type Joined } from './join-rows.ts';
import { mergeBooks } from './merged-books.ts';
import { adoptOutcomes, everyOutcome, forgetOutcomes, leaveOutcomes } from './outcome-rows.ts';
import { newStatesOfOthers, otherShares, type Share, takeOverOthers } from './other-writers.ts';
import { firstTask, readSharedState, type SharedState } from './shared-state.ts';
import { ledgerBytes } from './table-sizes.ts';
import { storeWords } from './words.ts';
import {
  holderName,
  othersAlive,
  resumePlace,
  restoreFigures,
  rulesOf,
  storeBatch,
  storeFigures,
  takePlace,
  type WriterPlace,
} from './writer.ts';

/** What came of a batch. */
export interface BatchChanges {
  readonly outcomes: readonly Outcome[];
  readonly refused: readonly LedgerRefusal[];
}

/** One of the writers of a ledger in PostgreSQL: its share of the books and its linear figures, and the transactions in which they change. */
export class Worker {
  readonly #settings: LedgerRulesSettings;
  readonly #sinks: OutcomeSinks;
  readonly #words: Words;
  readonly #leads: () => boolean;
  #place: WriterPlace = NOWHERE;
  /** As of the last commit. */
  #state: RulesState;
  #shared: SharedState = { task: undefined, baseline: undefined };
  #others: readonly Share[] = [];
  #merged: Books | undefined;
  /** A commit whose answer did not come. */
  #inDoubt: Prepared | undefined;
  /** What was in doubt, and turned out to be committed. */
  #confirmed: Prepared | undefined;
  /** How far the database's clock is ahead of the caller's: all workers go by one. */
  #clockAheadMs = 0;
  readonly #lastMs = {
    figures: -Infinity,
    written: -Infinity,
    look: -Infinity,
    care: -Infinity,
    tended: -Infinity,
  };
  #bytes = 0;
  /** The figures in memory hold more than what was stored: they are to be read back. */
  #isTorn = false;
  readonly #expiry = new Expiry();

  constructor(settings: LedgerRulesSettings, sinks: OutcomeSinks, words: Words, leads: () => boolean) {
    this.#settings = settings;
    this.#sinks = sinks;
    this.#words = words;
    this.#leads = leads;
    this.#state = emptyRulesState(settings.task);
  }

  /** Of all writers together, as far as is known here: this one's are as of the last commit, the others' half a second older. */
  get books(): Books {
    const own = { books: this.#state.books, atMs: Date.now() };
    this.#merged ??= mergeBooks([
      ...this.#others.map(({ rules, atMs }) => ({ books: rules.books, atMs })),
      own,
    ]);
    return this.#merged;
  }

  get task(): LedgerTask | undefined {
    return this.#shared.task ?? this.#state.task;
  }

  get sinceMs(): number | undefined {
    const all = [this.#state, ...this.#others.map(({ rules }) => rules)].flatMap(
      ({ sinceMs }) => sinceMs ?? [],
    );
    return all.length === 0 ? undefined : Math.min(...all);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether nobody knows if the last transaction was committed: `resume` finds out. */
  get isInDoubt(): boolean {
    return this.#inDoubt !== undefined;
  }

  /** Whether `maintain` has not been called for a while. */
  get isNeglected(): boolean {
    return performance.now() - this.#lastMs.tended > TEND_EVERY_MS;
  }

  /** Takes a place among the writers, with what whoever had it before has stored. */
  async takePlace(connection: Connection): Promise<void> {
    this.#inDoubt = undefined;
    const fresh = JSON.stringify(emptyRulesState(undefined));
    // Those in memory are of the place before, until these are read.
    this.#isTorn = true;
    this.#place = await takePlace(connection, holderName(), fresh);
    this.#shared = await readSharedState(connection);
    this.#stand(rulesOf(this.#place));
    await this.mendFigures(connection);
  }

  /** Finds out, over a new connection, what was committed over the old one. */
  async resume(connection: Connection): Promise<void> {
    const doubtful = this.#inDoubt;
    const place = await resumePlace(connection, this.#place);
    if (place === undefined) return this.takePlace(connection);
    this.#inDoubt = undefined;
    const wasCommitted = doubtful !== undefined && place.batch === doubtful.number;
    if (wasCommitted) {
      this.#committed(doubtful, place);
      this.#confirmed = doubtful;
    } else {
      this.#place = place;
    }
  }

  /** Joins a batch and stores it. May be called again with the same batch when it has thrown: it is stored once. */
  async commit(connection: Connection, batch: Batch): Promise<BatchChanges> {
    if (this.#confirmed?.batch === batch) return this.#confirmed.changes;
    const [stored, shared] = await Promise.all([
      readEntries(connection, keysOf(batch)),
      readSharedState(connection),
    ]);
    const begin = (): Basis => this.#basis(batch.nowMs, shared);
    const joined = join(batch, stored, begin());
    const prepared = await this.#transaction(connection, batch, async () => {
      const lost = await writeEntries(connection, joined.changes);
      return lost.length === 0 ? joined : joinAgain(connection, { batch, stored, joined, lost }, begin());
    });
    return prepared.changes;
  }

  /** Counts the records of a batch as refused, because the database takes none of them. */
  async refuse(connection: Connection, batch: Batch, reason: string): Promise<BatchChanges> {
    if (this.#confirmed?.batch === batch) return this.#confirmed.changes;
    const shared = await readSharedState(connection);
    const prepared = await this.#transaction(connection, batch, async () => {
      const basis = this.#basis(batch.nowMs, shared);
      basis.rules.refuseUnread(batch.refused);
      for (const record of batch.predictions) basis.rules.refusePrediction(record, reason);
      for (const record of batch.truths) basis.rules.refuseTruth(record, reason);
      return { ...basis, changes: [] };
    });
    return prepared.changes;
  }

  /** A step of what is to be done besides. @returns whether more is due now */
  async maintain(connection: Connection, nowMs: number): Promise<boolean> {
    this.#lastMs.tended = performance.now();
    const shared = this.#shared;
    const hasLooked = await this.#expiry.step(connection, this.#time(nowMs), {
      basis: () => this.#basis(nowMs, shared),
      transaction: (work) => this.#transaction(connection, undefined, work),
    });
    if (this.#isDue('figures', FIGURES_EVERY_MS) && this.#place.figuresBatch < this.#place.batch) {
      await this.#storeFigures(connection);
    }
    if (this.#isDue('written', RENEW_EVERY_MS)) await this.#storePlace(connection);
    if (this.#isDue('look', LOOK_EVERY_MS)) await this.lookAround(connection);
    if (this.#isDue('care', CARE_EVERY_MS)) await this.#care(connection, nowMs);
    return hasLooked;
  }

  /** Reads what the other writers have: their books, and their figures where this process shows them. */
  async lookAround(connection: Connection): Promise<void> {
    this.#lastMs.look = performance.now();
    const before = this.#others;
    const now = await otherShares(connection, this.#place.id, before);
    this.#shared = await readSharedState(connection);
    try {
      const states = await newStatesOfOthers(connection, this.#place.id, { before, now });
      if (states !== undefined) this.#sinks.linear.setOthers(states);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      await this.#rebuildFigures(connection);
    }
    // Not before: where that failed they are still those that are to be looked at.
    this.#others = now;
    this.#merged = undefined;
  }

  /** Stores everything and gives the place back. */
  async leave(connection: Connection): Promise<void> {
    if (this.#place === NOWHERE || this.isInDoubt) return;
    await this.#storeFigures(connection);
    await connection.run("UPDATE writer SET until = '-infinity' WHERE id = $1 AND epoch = $2", [
      this.#place.id,
      this.#place.epoch,
    ]);
  }

  /** One transaction of this writer: its work, then everything that goes with it. */
  async #transaction(
    connection: Connection,
    batch: Batch | undefined,
    work: () => Promise<Joined>,
  ): Promise<Prepared> {
    const place = this.#place;
    const number = place.batch + 1;
    const { linear } = this.#sinks;
    const storesFigures = place.figuresBatch < place.batch && this.#isDue('figures', FIGURES_EVERY_MS);
    let prepared: Prepared | undefined;
    await connection.transaction(async () => {
      const made = await work();
      const { outcomes, refused } = made.rules.changes();
      const rules = JSON.stringify(made.rules.state);
      const task = made.rules.state.task;
      const figuresBatch = storesFigures ? place.batch : place.figuresBatch;
      // Sent one behind the other; whatever fails makes all that come after it fail.
      const besides = [
        ...(task !== undefined && made.shared.task === undefined ? [firstTask(connection, task)] : []),
        made.calendar.store(connection),
        leaveOutcomes(connection, outcomes, {
          words: this.#words,
          writer: place.id,
          batch: number,
          nowMs: this.#time(batch?.nowMs ?? 0),
        }),
        storeWords(connection, this.#words),
        ...(storesFigures ? [storeFigures(connection, place.id, linear.states())] : []),
      ];
      const stored = storeBatch(connection, place, { number, rules, figuresBatch });
      await Promise.all([...besides, stored]);
      this.#clockAheadMs = await stored;
      prepared = {
        batch,
        number,
        rules,
        figuresBatch,
        changes: { outcomes, refused },
        state: made.rules.state,
      };
      this.#inDoubt = prepared;
    });
    if (prepared === undefined) throw new RangeError('A transaction has ended without its work');
    this.#inDoubt = undefined;
    this.#committed(prepared, place);
    return prepared;
  }

  #committed(prepared: Prepared, place: WriterPlace): void {
    const { number, rules, figuresBatch, changes, state } = prepared;
    if (figuresBatch > this.#place.figuresBatch) this.#lastMs.figures = performance.now();
    this.#place = { ...place, batch: number, rules, figuresBatch };
    this.#lastMs.written = performance.now();
    this.#confirmed = undefined;
    this.#words.stored();
    this.#sinks.linear.add(changes.outcomes);
    this.#stand(state);
  }

  #stand(state: RulesState): void {
    this.#state = state;
    this.#merged = undefined;
    if (this.#shared.task === undefined && state.task !== undefined)
      this.#shared = { ...this.#shared, task: state.task };
  }

  #basis(nowMs: number, shared: SharedState): Basis {
    const state = rulesOf(this.#place);
    state.task = shared.task;
    const rules = new Rules(state, this.#settings);
    const atMs = this.#time(nowMs);
    rules.begin(atMs, this.#leads() ? this.#sinks.ordered.baseline() : shared.baseline);
    return {
      rules,
      shared,
      words: this.#words,
      nowMs: atMs,
      calendar: new Calendar(this.#settings.horizonMs),
    };
  }

  /** By the database's clock, where this machine's is wrong by more than a message takes. */
  #time(nowMs: number): number {
    return Math.abs(this.#clockAheadMs) > CLOCK_TOLERANCE_MS ? nowMs + this.#clockAheadMs : nowMs;
  }

  async #storeFigures(connection: Connection): Promise<void> {
    const { id, batch } = this.#place;
    await connection.transaction(async () => {
      await storeFigures(connection, id, this.#sinks.linear.states());
      await storeBatch(connection, this.#place, {
        number: batch,
        rules: this.#place.rules,
        figuresBatch: batch,
      });
    });
    this.#place = { ...this.#place, figuresBatch: batch };
    this.#lastMs.figures = performance.now();
    this.#lastMs.written = performance.now();
  }

  async #storePlace(connection: Connection): Promise<void> {
    const { batch, rules, figuresBatch } = this.#place;
    this.#clockAheadMs = await storeBatch(connection, this.#place, { number: batch, rules, figuresBatch });
    this.#lastMs.written = performance.now();
  }

  /** What one of the workers does for all. */
  async #care(connection: Connection, nowMs: number): Promise<void> {
    this.#lastMs.care = performance.now();
    this.#bytes = await ledgerBytes(connection);
    if (!this.#leads()) return;
    if (await forgetOutcomes(connection, this.#time(nowMs) - this.#settings.retentionMs))
      this.#lastMs.care = -Infinity;
    const { id, batch, rules } = this.#place;
    const hasAdopted = await adoptOutcomes(connection, this.#words, async (outcomes) => {
      this.#isTorn = true;
      this.#sinks.linear.add(outcomes);
      await storeFigures(connection, id, this.#sinks.linear.states());
      await storeBatch(connection, this.#place, { number: batch, rules, figuresBatch: batch });
    });
    this.#isTorn = false;
    if (hasAdopted) this.#place = { ...this.#place, figuresBatch: batch };
  }

  /** Reads the figures back where a failure has left them half made: before anything adds to them, or stores them. */
  async mendFigures(connection: Connection): Promise<void> {
    if (!this.#isTorn) return;
    const to = { sink: this.#sinks.linear, task: this.#shared.task, words: this.#words };
    const isWhole = await restoreFigures(connection, this.#place, to);
    this.#isTorn = false;
    if (!isWhole) await this.#rebuildFigures(connection);
  }

  /** Figures of another version, of any writer, are made anew, by the only one that is there. */
  async #rebuildFigures(connection: Connection): Promise<void> {
    if (await othersAlive(connection, this.#place)) {
      throw new AftermathError(
        'stop',
        'Cannot read the figures of this ledger: they are of another version, and other workers are running. ' +
          'Stop all workers, start one of the new version, then the others.',
      );
    }
    this.#isTorn = true;
    await connection.transaction(async () => {
      await takeOverOthers(connection, this.#place.id, { sink: this.#sinks.linear, words: this.#words });
      await this.#sinks.linear.rebuild(everyOutcome(connection, this.#words));
      await connection.run('DELETE FROM writer_figure');
      await connection.run('UPDATE writer SET figures_batch = batch');
      await storeFigures(connection, this.#place.id, this.#sinks.linear.states());
    });
    this.#isTorn = false;
    this.#place = { ...this.#place, figuresBatch: this.#place.batch };
  }

  #isDue(what: 'figures' | 'written' | 'look' | 'care', everyMs: number): boolean {
    return performance.now() - this.#lastMs[what] >= everyMs;
  }
}

/** A transaction that is ready to be committed. */
interface Prepared {
  readonly batch: Batch | undefined;
  readonly number: number;
  readonly rules: string;
  readonly figuresBatch: number;
  readonly changes: BatchChanges;
  readonly state: RulesState;
}

const NOWHERE: WriterPlace = { id: 0, epoch: 0, batch: 0, figuresBatch: 0, rules: '' };

const TEND_EVERY_MS = 250;
const FIGURES_EVERY_MS = 1_000;
const RENEW_EVERY_MS = 5_000;
const LOOK_EVERY_MS = 500;
const CARE_EVERY_MS = 5_000;
const CLOCK_TOLERANCE_MS = 1_000;
