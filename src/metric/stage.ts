import { setTimeout } from 'node:timers/promises';
import { deadLetter } from '../broker/dead-letters.ts';
import type { Consumer, Delivery } from '../broker/broker.ts';
import { declareInput } from '../service/input-queue.ts';
import type { Readiness, Stage, StageContext } from '../service/stage.ts';
import { AftermathError, messageOf } from '../service/errors.ts';
import { decodeControl } from '../wire/control.ts';
import { Payload } from '../wire/payload.ts';
import { decodePredictions } from '../wire/predictions.ts';
import { ALARMS, CONTROL, SNAPSHOTS, dataQueue } from '../wire/queues.ts';
import type { Decoded, Refusal } from '../wire/records.ts';
import type { PredictionBooks, Snapshot, TruthBooks } from '../wire/snapshot.ts';
import { decodeTruth } from '../wire/truth.ts';
import type { AlarmNotices } from './alarms/alarm-notices.ts';
import { Balance, type Side } from './balance.ts';
import { Committer, type Contribution } from './committer.ts';
import { allPredictions } from './ledger/books.ts';
import type { LedgerRefusal } from './ledger/ledger.ts';
import { type LedgerParts, openLedgerParts } from './ledger-parts.ts';
import { openNotices } from './open-notices.ts';
import { OutputNotice } from './output-notice.ts';
import { MetricFigures } from './prometheus.ts';
import type { MetricSettings } from './settings.ts';
import { Snapshots } from './snapshot/snapshots.ts';

/** The third stage while it runs. */
export interface MetricStage extends Stage {
  /** The log it writes. */
  readonly logPath: string;
  /** How everything stands now. Cheap enough for a live view several times a second. */
  snapshot(): Snapshot;
  /** The books now: of all models together, and of the truths. */
  books(): { readonly predictions: PredictionBooks; readonly truths: TruthBooks };
}

/**
 * Joins predictions with their truths, keeps the figures and the log, publishes snapshots.
 *
 * @throws {AftermathError} `stop` when the ledger or the log cannot be used: not writable, held by another
 *   process, damaged, of a newer version; the message says what to do
 */
export async function startMetric(settings: MetricSettings, context: StageContext): Promise<MetricStage> {
  return new RunningMetric(settings, context, await openLedgerParts(settings, context.log));
}

class RunningMetric implements MetricStage {
  readonly name = 'metric';
  readonly done: Promise<void>;
  readonly logPath: string;
  readonly #settings: MetricSettings;
  readonly #context: StageContext;
  readonly #parts: LedgerParts;
  readonly #snapshots: Snapshots;
  readonly #figures: MetricFigures;
  readonly #committer: Committer;
  /** Where something is watched. */
  readonly #notices: AlarmNotices | undefined;
  readonly #outputNotice: OutputNotice;
  /** The queues that are read. */
  readonly #input: Record<Side, string>;
  readonly #balance: Balance;
  /** When the batch before has had its turn. */
  readonly #turns: Record<Side, Promise<void>> = {
    predictions: Promise.resolve(),
    truths: Promise.resolve(),
  };
  readonly #end = Promise.withResolvers<void>();
  readonly #consumers: Consumer[] = [];
  readonly #timers: NodeJS.Timeout[] = [];
  #consuming = false;
  #stopping: Promise<void> | undefined;
  /** Something a snapshot shows has changed, or somebody asked for one. */
  #news = true;
  /** Why batches cannot be stored at the moment. */
  #heldBack: string | undefined;

  constructor(settings: MetricSettings, context: StageContext, parts: LedgerParts) {
    this.#settings = settings;
    this.#input = { predictions: settings.queues.predictions, truths: settings.queues.truth };
    this.#context = context;
    this.#parts = parts;
    this.logPath = parts.metricLog.path;
    this.done = this.#end.promise;
    // Whoever runs the stage waits for `done`; a failure before that is not unhandled.
    this.done.catch(() => {});
    this.#outputNotice = new OutputNotice(settings.output, context.log);
    const { ledger, figures, outcomes } = parts;
    const nowMs = (): number => context.clock.nowMs();
    this.#balance = new Balance(BALANCE, () => ledger.books.truths.waiting);
    this.#snapshots = new Snapshots({
      ledger,
      figures,
      outcomes,
      settings: settings.figures,
      logPath: this.logPath,
      nowMs,
    });
    this.#figures = new MetricFigures(context.registry, { ledger, figures, alarms: outcomes.alarms });
    this.#committer = new Committer({
      ledger,
      nowMs,
      recordsMax: COMMIT_RECORDS_MAX,
      committed: ({ ms, outcomes }) => {
        this.#heldBack = undefined;
        this.#news = true;
        this.#snapshots.scored(outcomes);
        this.#figures.committed(ms);
      },
    });
    this.#notices = openNotices(settings, { ...parts, context, figures: this.#figures });
    this.#every(MAINTAIN_EVERY_MS, () => this.#maintain());
    this.#every(settings.snapshotEveryMs, () => this.#publish());
    this.#consume().catch((error: unknown) => this.#fail(error));
  }

  readiness(): Readiness {
    if (this.#stopping !== undefined) return { ready: false, why: 'it is stopping' };
    if (this.#heldBack !== undefined) return { ready: false, why: this.#heldBack };
    return this.#consuming
      ? { ready: true, why: undefined }
      : { ready: false, why: 'it waits for the broker' };
  }

  snapshot(): Snapshot {
    return this.#snapshots.make({ whole: false });
  }

  books(): { readonly predictions: PredictionBooks; readonly truths: TruthBooks } {
    const { books } = this.#parts.ledger;
    return { predictions: allPredictions(books), truths: { ...books.truths } };
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #consume(): Promise<void> {
    const { broker } = this.#context;
    const { queues, dialect, bind, prefetch, batchMax, lingerMs } = this.#settings;
    await broker.declareQueue(dataQueue(queues.predictions, dialect));
    this.#input.truths = await declareInput(broker, { queue: queues.truth, dialect, bind });
    await broker.declareFanout(SNAPSHOTS);
    await broker.declareFanout(CONTROL);
    if (this.#notices !== undefined) await broker.declareFanout(ALARMS);
    const options = { prefetch, batchMax, lingerMs, ...IN_HAND };
    await this.#keep(broker.subscribe(CONTROL, (message) => this.#control(message.payload)));
    // Predictions first: most come before their truth, and those that do need one state less.
    await this.#keep(
      broker.consume(this.#input.predictions, options, (batch) => this.#takePredictions(batch)),
    );
    await this.#keep(broker.consume(this.#input.truths, options, (batch) => this.#takeTruths(batch)));
    this.#consuming = true;
  }

  async #keep(starting: Promise<Consumer>): Promise<void> {
    const consumer = await starting;
    if (this.#stopping !== undefined) {
      await consumer.stop();
      return;
    }
    this.#consumers.push(consumer);
    consumer.done.catch((error: unknown) => this.#fail(error));
  }

  #takePredictions(batch: readonly Delivery[]): Promise<void> {
    return this.#takeAll(batch, 'predictions', (from) => {
      const { records, refused, messages } = this.#decode(batch, from, decodePredictions);
      this.#outputNotice.look(records);
      const counts = { predictions: recordsIn(refused), truths: 0 };
      return { contribution: { predictions: records, truths: [], refused: counts }, refused, messages };
    });
  }

  #takeTruths(batch: readonly Delivery[]): Promise<void> {
    return this.#takeAll(batch, 'truths', (from) => {
      const { records, refused, messages } = this.#decode(batch, from, decodeTruth);
      const counts = { predictions: 0, truths: recordsIn(refused) };
      return { contribution: { predictions: [], truths: records, refused: counts }, refused, messages };
    });
  }

  /** One batch of a queue after the other: the next is read when this one is all in transactions, so the queues stay in step. */
  async #takeAll(batch: readonly Delivery[], side: Side, read: Read): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const turn = this.#turns[side];
    this.#turns[side] = promise;
    await turn;
    const taken = await this.#takeInPieces(batch, side, read).finally(resolve);
    // All have ended before the batch goes back to its queue because one has failed.
    const failed = (await Promise.allSettled(taken)).find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  /** Takes a batch a few messages at a time: one may hold a record or ten thousand. */
  async #takeInPieces(batch: readonly Delivery[], side: Side, read: Read): Promise<Promise<void>[]> {
    const origin = this.#input[side];
    const taken: Promise<void>[] = [];
    for (let from = 0; from < batch.length;) {
      const { contribution, refused, messages } = read(from);
      from += messages;
      await this.#balance.admit(side, contribution.predictions.length + contribution.truths.length);
      const one = this.#take(contribution, origin, refused);
      one.catch(() => {});
      taken.push(one);
      // What is read takes ten times the memory of the message: read on when it has been stored.
      await taken.at(-OPEN_CONTRIBUTIONS_MAX)?.catch(() => {});
    }
    return taken;
  }

  /** Fulfils when the batch is stored and what could not be used is safe: then it may be acknowledged. */
  async #take(
    contribution: Parameters<Committer['submit']>[0],
    origin: string,
    unread: readonly Refusal[],
  ): Promise<void> {
    const refused = await this.#committer.submit(contribution).catch((error: unknown) => {
      if (isRetry(error)) this.#holdBack(messageOf(error));
      throw error;
    });
    for (const { code, count } of unread) this.#countRefused(code, count);
    for (const { code } of refused) this.#countRefused(code, 1);
    if (unread.length > 0) await this.#bury(unread, origin);
    if (refused.length > 0) await this.#buryRecords(refused);
  }

  /** As many messages as hold a contribution's records, from this one on. */
  #decode<R>(
    batch: readonly Delivery[],
    from: number,
    decode: (payload: Payload, options: { nowMs: number }) => Decoded<R>,
  ): Decoded<R> & { readonly messages: number } {
    const options = { nowMs: this.#context.clock.nowMs() };
    const records: R[] = [];
    const refused: Refusal[] = [];
    let next = from;
    while (next < batch.length && records.length + refused.length < CONTRIBUTION_RECORDS) {
      const decoded = decode(batch[next++]!.payload, options);
      const isAll =
        next === from + 1 && (next === batch.length || decoded.records.length >= CONTRIBUTION_RECORDS);
      if (isAll) return { ...decoded, messages: 1 };
      for (const record of decoded.records) records.push(record);
      refused.push(...decoded.refused);
    }
    return { records, refused, messages: next - from };
  }

  #holdBack(why: string): void {
    // Both queues come back with the same again and again; it is said once.
    if (this.#heldBack === undefined) this.#context.log.warn(why);
    this.#heldBack = why;
  }

  async #buryRecords(refused: readonly LedgerRefusal[]): Promise<void> {
    for (const kind of ['prediction', 'truth'] as const) {
      const refusals = refused
        .filter((refusal) => refusal.kind === kind)
        .map(({ code, reason, text }) => ({ code, reason, text, count: 1 }));
      if (refusals.length > 0)
        await this.#bury(refusals, this.#input[kind === 'truth' ? 'truths' : 'predictions']);
    }
  }

  async #bury(refusals: readonly Refusal[], origin: string): Promise<void> {
    const [first] = refusals;
    this.#context.log.warn(
      `${recordsIn(refusals)} records from ${origin} cannot be used and go to the dead letters; the first: ${first?.reason}`,
    );
    await deadLetter(this.#context.broker, { refusals, origin, service: this.name });
  }

  #countRefused(code: string, count: number): void {
    this.#snapshots.refused(code, count);
    this.#figures.refused(code, count);
    this.#news = true;
  }

  #control(payload: Payload): void {
    try {
      if (!('snapshot' in decodeControl(payload))) return;
      this.#news = true;
      this.#publish().catch((error: unknown) => this.#failUnlessPassing(error));
    } catch (error) {
      this.#context.log.warn(`An order on ${CONTROL} cannot be read: ${messageOf(error)}`);
    }
  }

  async #maintain(): Promise<void> {
    const before = JSON.stringify(this.books());
    await this.#committer.maintain();
    // Not with a commit: of several workers the one that writes the log gets to its outcomes later.
    this.#notices?.look(this.#parts.ledger.leads);
    if (JSON.stringify(this.books()) !== before) this.#news = true;
  }

  async #publish(): Promise<void> {
    // Of several workers on one ledger one tells of the figures of all.
    if (!this.#consuming || !this.#parts.ledger.leads) return;
    // Without news the last one is confirmed: whoever shows it cannot tell silence from death.
    const snapshot = this.#news ? this.#makeSnapshot() : this.#snapshots.again();
    await this.#context.broker.publish({ exchange: SNAPSHOTS }, { payload: Payload.ofJson(snapshot) });
  }

  #makeSnapshot(): Snapshot {
    this.#news = false;
    this.#snapshots.mark();
    const snapshot = this.#snapshots.make({ whole: this.#stopping !== undefined });
    // What is not of this moment has to follow.
    if (!this.#snapshots.isWhole) this.#news = true;
    // The rate falls to 0 only when it is told so.
    if (snapshot.rowsPerSecond > 0) this.#news = true;
    return snapshot;
  }

  /** Does this again and again, never twice at once; a failure that may pass is told and tried again. */
  #every(everyMs: number, task: () => Promise<void>): void {
    let busy = false;
    const timer = setInterval(() => {
      if (busy || this.#stopping !== undefined) return;
      busy = true;
      task()
        .catch((error: unknown) => this.#failUnlessPassing(error))
        .finally(() => {
          busy = false;
        });
    }, everyMs);
    this.#timers.push(timer);
  }

  #failUnlessPassing(error: unknown): void {
    if (isRetry(error)) this.#context.log.warn(messageOf(error));
    else this.#fail(error);
  }

  #fail(reason: unknown): void {
    if (this.#stopping !== undefined) return;
    this.#end.reject(reason);
    this.stop().catch(() => {});
  }

  async #stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all(this.#consumers.map((consumer) => consumer.stop()));
    await this.#committer.idle();
    await this.#notices?.stop();
    this.#news = true;
    // Where the broker is away nobody could read it; it must not keep the stage from ending.
    await Promise.race([
      this.#publish().catch(() => {}),
      setTimeout(LAST_SNAPSHOT_MS, undefined, { ref: false }),
    ]);
    await this.#parts.ledger[Symbol.asyncDispose]();
    this.#parts.metricLog[Symbol.dispose]();
    this.#consuming = false;
    this.#end.resolve();
  }
}

/** Reads some messages of a batch of one queue, from this one on, and says how many it has read. */
type Read = (from: number) => {
  readonly contribution: Contribution;
  readonly refused: readonly Refusal[];
  readonly messages: number;
};

/** About so many records are read and handed over at a time. */
const CONTRIBUTION_RECORDS = 1_024;

/** Contributions of one batch that wait for their transaction. */
const OPEN_CONTRIBUTIONS_MAX = 4;

/** While both queues have a backlog they take turns, so that pairs come together in a transaction. */
const BALANCE = {
  leadMax: 0,
  aloneMax: 32_768,
  openMax: 16_384,
  idleMs: 20,
  busyMs: 250,
  latelyMs: 1_000,
  streamMin: CONTRIBUTION_RECORDS,
} as const;

/** What comes in one transaction at most: it bounds how long one blocks everything else. */
const COMMIT_RECORDS_MAX = 4_096;

/** Of one queue: batches that may wait for the same transaction, and bytes of messages. */
const IN_HAND = { overlap: 2, holdBytes: 2 * 1024 * 1024 } as const;

const MAINTAIN_EVERY_MS = 200;
const LAST_SNAPSHOT_MS = 1000;

function isRetry(error: unknown): boolean {
  return error instanceof AftermathError && error.consequence === 'retry';
}

function recordsIn(refusals: readonly Refusal[]): number {
  return refusals.reduce((sum, { count }) => sum + count, 0);
}
