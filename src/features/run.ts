import { setImmediate } from 'node:timers/promises';
import type { Broker } from '../broker/broker.ts';
import type { Clock } from '../service/clock.ts';
import type { Logger } from '../service/logging.ts';
import type { DataQueues, Dialect } from '../wire/queues.ts';
import type { FeatureRecord, IdToken, TruthRecord } from '../wire/records.ts';
import type { Dataset } from './dataset.ts';
import { DueTruths, type DueTruth } from './due-truths.ts';
import { EventClock } from './event-clock.ts';
import type { FeaturesCounters } from './counters.ts';
import { InOrder } from './in-order.ts';
import { Outgoing } from './outgoing.ts';
import { publishedUpTo, type Position } from './position.ts';
import type { RunProgress } from './progress.ts';
import { isRefused, type RefusedRow } from './rows.ts';
import { RowCursor } from './row-cursor.ts';
import { Sender } from './sender.ts';
import { SentTimes } from './sent-times.ts';
import type { DatasetSettings, FeaturesLimits } from './settings.ts';
import { followsEvents, nextTimeMs, rowsUntil, timelineOf, type Timeline } from './timeline.ts';
import { Wakeup } from './wakeup.ts';
import { Watermark } from './watermark.ts';

/** What a run is over, where it publishes, and from where on. */
export interface RunOptions {
  readonly id: string;
  readonly dataset: Dataset;
  readonly settings: DatasetSettings;
  readonly limits: FeaturesLimits;
  readonly queues: DataQueues;
  readonly dialect: Dialect;
  readonly broker: Broker;
  readonly clock: Clock;
  readonly log: Logger;
  readonly counters: FeaturesCounters;
  readonly from: Position;
}

/**
 * One run over a dataset: sends the rows when they may go and their truths when they are due, and knows up to
 * where everything is confirmed.
 *
 * Memory is bounded: rows in flight by the sender's room, truths that are due by `dueBytesMax`; at either bound rows wait.
 */
export class Run {
  /** Fulfils when everything is confirmed, or after `stop`; rejects when it cannot go on. */
  readonly done: Promise<void>;
  readonly #o: RunOptions;
  readonly #timeline: Timeline;
  readonly #outgoing: Outgoing;
  readonly #sender: Sender;
  readonly #clock: EventClock;
  readonly #wakeup = new Wakeup();
  readonly #due = new DueTruths();
  readonly #truths: Watermark;
  readonly #sentTimes: SentTimes;
  readonly #cursor: RowCursor;
  /** Batches of rows on their way, each with what is true once it and those before are confirmed. */
  readonly #batches = new InOrder<Counts>((counts) => {
    this.#confirmed = counts;
  });
  #confirmed: Counts;
  /** Of the rows taken so far; the next row is `#taken.features`. */
  #taken: Counts;
  #rowsPublished: number;
  #truthsPublished: number;
  #finished = false;
  #stopping = false;
  #failure: { error: unknown } | undefined;
  #brokerFailure: unknown;
  readonly #isByEvents: boolean;
  /** Where rows and truths go by events: the latest of which one was sent. */
  #latestEventMs: number | undefined;
  #saidFull = false;
  #saidWaiting = false;

  constructor(options: RunOptions) {
    const { from, settings, dataset, limits } = options;
    this.#o = options;
    this.#timeline = timelineOf(settings, limits.batchWaitMs, { nowMs: nowMs(), eventMs: from.eventMs });
    this.#isByEvents = followsEvents(settings);
    this.#outgoing = new Outgoing(options.id);
    this.#sender = new Sender({
      ...options,
      confirmed: () => this.#wakeup.wake(),
      failed: (error) => {
        if (!this.#stopping) this.#brokerFailure ??= error;
        this.#fail(error);
      },
    });
    this.#clock = new EventClock(options.clock);
    this.#truths = new Watermark({ low: from.truths, published: from.truthsPublished });
    this.#sentTimes = new SentTimes({ delayMaxMs: settings.labelDelay.maxMs, times: from.sentTimes });
    // Before a restart the features or the truth of this row were not confirmed
    const seq = Math.min(from.features, from.truths);
    this.#cursor = new RowCursor(dataset, settings, { seq, rowsPerPass: from.rowsPerPass, limits });
    this.#confirmed = { features: from.features, refused: from.refused, withoutTruth: from.withoutTruth };
    this.#taken = { ...this.#confirmed, features: seq };
    const { rowsPublished, truthsPublished } = publishedUpTo(from);
    this.#rowsPublished = rowsPublished;
    this.#truthsPublished = truthsPublished;
    this.done = this.#work();
  }

  /** What is confirmed, to be stored. */
  position(): Position {
    return {
      ...this.#confirmed,
      truths: this.#truths.low,
      truthsPublished: this.#truths.published,
      rowsPerPass: this.#cursor.rowsPerPass,
      eventMs: this.#timeline.eventMs,
      sentTimes: this.#sentTimes.from(this.#truths.low),
    };
  }

  progress(): RunProgress {
    return {
      rowsPublished: this.#rowsPublished,
      truthsPublished: this.#truthsPublished,
      truthsDue: this.#due.size + this.#sender.truthsInFlight,
      rowsRefused: this.#taken.refused,
      rowsWithoutTruth: this.#taken.withoutTruth,
      rowsTotal: this.#cursor.rowsTotal,
      finished: this.#finished,
    };
  }

  /** What the broker refused, if that is why the run ended. */
  get brokerFailure(): unknown {
    return this.#brokerFailure;
  }

  /** Sends nothing more and waits for the confirmations of what was sent, within `stopWithinMs`. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wakeup.wake();
    await this.done.catch(() => undefined);
  }

  async #work(): Promise<void> {
    try {
      let turnEndsMs = nowMs() + TURN_MS;
      while (this.#goesOn) {
        await this.#cursor.load();
        const sentTruths = await this.#sendDue(nowMs());
        const sentRows = await this.#sendRows(nowMs());
        if (this.#cursor.hasEnded && this.#due.size === 0) break;
        if (!sentTruths && !sentRows) await this.#wakeup.sleep(this.#sleepMs(nowMs()));
        if (nowMs() < turnEndsMs) continue;
        // Confirmations alone may keep this loop going: timers and sockets must have their turn
        await setImmediate();
        turnEndsMs = nowMs() + TURN_MS;
      }
    } catch (error) {
      this.#fail(error);
    }
    await this.#settle();
    await this.#cursor.close();
    if (this.#failure) throw this.#failure.error;
    this.#finished = this.#cursor.hasEnded && this.#due.size === 0 && this.#inFlight === 0;
  }

  /** Sends truths whose time has come; says whether there were any. */
  async #sendDue(now: number): Promise<boolean> {
    let untilMs = this.#timeline.truthsUntil(this.#cursor.upcoming, now);
    if (this.#timeline.truthsFollowRows && this.#isFull) untilMs = Math.max(untilMs, this.#due.nextMs ?? 0);
    let sent = false;
    while (this.#goesOn && this.#due.isDueBy(untilMs)) {
      const count = Math.min(this.#o.limits.batchRowsMax, this.#sender.truthsRoom);
      if (count <= 0) return sent;
      const due: DueTruth[] = [];
      while (due.length < count && this.#due.isDueBy(untilMs)) {
        this.#latestEventMs = later(this.#latestEventMs, this.#due.nextMs);
        due.push(this.#due.take());
      }
      await this.#sendTruths(due);
      sent = true;
    }
    if (this.#isByEvents) this.#clock.sentUpTo(this.#latestEventMs);
    return sent;
  }

  async #sendTruths(due: readonly DueTruth[]): Promise<void> {
    const records: TruthRecord[] = [];
    let latestMs: number | undefined;
    for (const { seq, label, id } of due) {
      const record = this.#outgoing.truth(label, this.#cursor.passOf(seq), id);
      if (record === undefined) continue;
      records.push(record);
      latestMs = later(latestMs, record.timeMs);
    }
    await this.#catchUpClock(latestMs);
    const end = this.#clock.begin();
    this.#sender.truths(records, () => {
      for (const { seq } of due) this.#truths.settle(seq, 'published');
      if (!this.#isByEvents) this.#clock.settled(this.#truths.low);
      this.#truthsPublished += due.length;
      this.#o.counters.truths.inc(due.length);
      end();
    });
  }

  /** Sends rows that may go now, and their truths where these go at once; says whether there were any. */
  async #sendRows(now: number): Promise<boolean> {
    const count = this.#rowsNow(now);
    if (count <= 0) return false;
    const isResumed = this.#taken.features < this.#o.from.features;
    const { features, truths, earliestMs, latestMs } = this.#take(count, now);
    this.#clock.start(earliestMs);
    if (this.#isByEvents) await this.#catchUpClock(latestMs);
    else this.#clock.sentRows(this.#taken.features, latestMs);
    const truthsFirst = this.#o.dialect !== 'native';
    if (truths.length > 0 && truthsFirst) await this.#sendTruths(truths);
    if (!isResumed) this.#sendFeatures(features);
    if (truths.length > 0 && !truthsFirst) await this.#sendTruths(truths);
    this.#latestEventMs = later(this.#latestEventMs, latestMs);
    return true;
  }

  #sendFeatures(records: readonly FeatureRecord[]): void {
    const confirmed = this.#batches.begin(this.#taken);
    const end = this.#clock.begin();
    this.#sender.features(records, () => {
      this.#rowsPublished += records.length;
      this.#o.counters.rows.inc({ result: 'published' }, records.length);
      confirmed();
      end();
    });
  }

  /** How many of the rows at hand may go now. */
  #rowsNow(now: number): number {
    const { limits, from } = this.#o;
    const { upcoming, seq } = this.#cursor;
    if (!this.#goesOn || upcoming === undefined) return 0;
    const max = Math.min(this.#available, limits.batchRowsMax, this.#rowsRoom);
    if (max <= 0) return 0;
    if (seq < from.features) return Math.min(max, from.features - seq);
    const allowed = this.#timeline.allowed(upcoming, max, now);
    this.#timeline.took(allowed);
    return allowed;
  }

  /** Takes rows: their features, and their truths if they go at once; others are due later. */
  #take(count: number, now: number): Taken {
    const { from, counters } = this.#o;
    const { pass } = this.#cursor;
    const taken: Taken = { features: [], truths: [], earliestMs: undefined, latestMs: undefined };
    let { features: seq, refused, withoutTruth } = this.#taken;
    const wasSent = seq < from.features;
    if (!wasSent && !this.#timeline.truthsAtOnce) this.#sentTimes.note(seq, now);
    for (const end = seq + count; seq < end; seq += 1) {
      const row = this.#cursor.take();
      const label = isRefused(row) ? undefined : row.label;
      let id: IdToken | undefined;
      if (!wasSent && isRefused(row)) {
        refused += 1;
        this.#sayRefused(row, refused);
      } else if (!wasSent && label?.truth === undefined) withoutTruth += 1;
      if (!isRefused(row)) {
        taken.latestMs = later(taken.latestMs, row.label.timeMs);
        taken.earliestMs ??= row.label.timeMs;
        if (!wasSent) {
          const record = this.#outgoing.features(row, pass);
          id = record.id;
          taken.features.push(record);
        }
      }
      if (seq < from.truths) continue;
      if (label?.truth === undefined) this.#truths.settle(seq, 'without');
      else if (this.#timeline.truthsAtOnce) taken.truths.push({ seq, label, id });
      else this.#due.add(seq, this.#timeline.dueMs(label, seq, this.#sentMs(seq, now)), label);
    }
    counters.rows.inc({ result: 'refused' }, refused - this.#taken.refused);
    this.#taken = { features: seq, refused, withoutTruth };
    return taken;
  }

  /**
   * Rows at hand that do not have to wait for earlier ones. By the clock of a replay a record may not come from
   * the future; where truths go by the wall clock it stands still for them, and so do the rows a day later.
   */
  get #available(): number {
    const { upcoming, available } = this.#cursor;
    if (this.#isByEvents || upcoming === undefined || this.#o.settings.time === undefined) return available;
    const isSettled = this.#due.size === 0 && this.#inFlight === 0;
    if (isSettled) this.#clock.skipTo(nextTimeMs(upcoming) ?? -Infinity);
    const count = rowsUntil(upcoming, available, this.#clock.limitMs);
    if (count === 0 && this.#due.size > 0 && !this.#saidWaiting) {
      this.#saidWaiting = true;
      this.#o.log.warn(
        `run ${this.#o.id}: rows wait for the truths of the day before, because of the label delay; with --speed it is event time`,
      );
    }
    return count;
  }

  #sentMs(seq: number, now: number): number {
    return seq < this.#o.from.features ? (this.#sentTimes.of(seq) ?? now) : now;
  }

  /** Where the clock of a replay is so far behind that a record would seem to come from the future. */
  async #catchUpClock(eventMs: number | undefined): Promise<void> {
    if (eventMs === undefined || eventMs <= this.#clock.limitMs) return;
    while (this.#inFlight > 0 && this.#goesOn) await this.#wakeup.sleep(Infinity);
    this.#clock.skipTo(eventMs);
  }

  /** Waits for what is in flight: without bound while it goes on, for `stopWithinMs` once it stops. */
  async #settle(): Promise<void> {
    let endMs = Infinity;
    while (this.#inFlight > 0 && nowMs() < endMs) {
      if (!this.#goesOn) endMs = Math.min(endMs, nowMs() + this.#o.limits.stopWithinMs);
      await this.#wakeup.sleep(endMs - nowMs());
    }
  }

  #sleepMs(now: number): number {
    const upcoming = this.#rowsRoom > 0 && this.#available > 0 ? this.#cursor.upcoming : undefined;
    const nextDueMs = this.#sender.truthsRoom > 0 ? this.#due.nextMs : undefined;
    return Math.max(0, this.#timeline.wakeMs(upcoming, nextDueMs, now) - now);
  }

  get #goesOn(): boolean {
    return !this.#stopping && !this.#failure;
  }

  get #inFlight(): number {
    return this.#sender.featuresInFlight + this.#sender.truthsInFlight;
  }

  get #rowsRoom(): number {
    if (this.#isFull) return 0;
    const room = this.#sender.featuresRoom;
    return this.#timeline.truthsAtOnce ? Math.min(room, this.#sender.truthsRoom) : room;
  }

  /** Whether so many truths are due that rows must wait. */
  get #isFull(): boolean {
    const labels = this.#o.dataset.isKept ? 0 : this.#due.size * LABEL_BYTES;
    if (this.#due.bytes + this.#truths.bytes + labels < this.#o.limits.dueBytesMax) return false;
    if (!this.#saidFull)
      this.#o.log.warn(
        `run ${this.#o.id}: ${this.#due.size} truths are due, no more fit in memory; rows wait for them to go`,
      );
    this.#saidFull = true;
    return true;
  }

  #sayRefused(row: RefusedRow, count: number): void {
    if (count > REFUSALS_SAID_MAX) return;
    this.#o.log.warn(`refused line ${row.line} of ${this.#o.settings.data}: ${row.reason}`);
    if (count === REFUSALS_SAID_MAX) this.#o.log.warn('further refused lines are only counted');
  }

  #fail(error: unknown): void {
    // Once it stops, publishes that the closing broker gave up are no failure: they are not confirmed
    if (!this.#stopping) this.#failure ??= { error };
    this.#wakeup.wake();
  }
}

/** Rows on their way out. */
interface Taken {
  readonly features: FeatureRecord[];
  readonly truths: DueTruth[];
  /** The event time of the first of the rows, and the latest of them. */
  earliestMs: number | undefined;
  latestMs: number | undefined;
}

/** How long the loop may go on before the rest of the process has its turn. */
const TURN_MS = 5;

/** About what a label of a row that is not kept takes. */
const LABEL_BYTES = 160;

/** Refused lines that are logged one by one. */
const REFUSALS_SAID_MAX = 10;

function later(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || (b !== undefined && b > a) ? b : a;
}

/** What is counted of the rows up to one: its number, and of those below how many were refused or have no truth. */
interface Counts {
  readonly features: number;
  readonly refused: number;
  readonly withoutTruth: number;
}

function nowMs(): number {
  return performance.timeOrigin + performance.now();
}
