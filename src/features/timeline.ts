import { GROUP_SPAN_MAX_MS } from './event-clock.ts';
import { EventPacing, RatePacing } from './pacing.ts';
import { draw } from './random.ts';
import { isRefused, type Label, type RefusedRow, type Row } from './rows.ts';
import type { DatasetSettings } from './settings.ts';

/** Rows of which the next to send is at `at`. */
export interface Upcoming {
  readonly rows: readonly (Row | RefusedRow)[];
  readonly at: number;
}

/** When rows and truths go: by the clock, or by the events' own times. All times in milliseconds. */
export interface Timeline {
  /** Whether truths go at once with their rows. */
  readonly truthsAtOnce: boolean;
  /** Whether truths wait for rows to come to their time: where rows wait for truths, the earliest must go. */
  readonly truthsFollowRows: boolean;
  /** The event time that was reached, to go on from after a restart; `undefined` where there is none. */
  readonly eventMs: number | undefined;
  /** How many of the upcoming rows may go now, at most `max`. */
  allowed(upcoming: Upcoming, max: number, nowMs: number): number;
  took(rows: number): void;
  /** When the truth of a row is due, on the axis of `truthsUntil`. */
  dueMs(label: Label, seq: number, sentMs: number): number;
  /** Truths that are due up to here may go now. `upcoming` is `undefined` after the last row. */
  truthsUntil(upcoming: Upcoming | undefined, nowMs: number): number;
  /** When to look again, by the clock; `Infinity` when nothing is to come by itself. */
  wakeMs(upcoming: Upcoming | undefined, nextDueMs: number | undefined, nowMs: number): number;
}

/** Where a timeline begins. */
export interface TimelineStart {
  /** The clock. */
  readonly nowMs: number;
  /** The event time that an earlier process had reached, `undefined` at the beginning. */
  readonly eventMs: number | undefined;
}

/**
 * The timeline of a run: that of the events where event time is replayed, and where rows and truths have times
 * of their own and no label delay is asked for; else the clock's.
 *
 * @param batchWaitMs rows that come faster than this go several at a time
 */
export function timelineOf(settings: DatasetSettings, batchWaitMs: number, start: TimelineStart): Timeline {
  return followsEvents(settings)
    ? new EventTimeline(settings, batchWaitMs, start)
    : new WallTimeline(settings, batchWaitMs, start);
}

/** Whether rows and truths go in the order of their event times. */
export function followsEvents({ time, truthTime, speed, labelDelay }: DatasetSettings): boolean {
  return time !== undefined && (speed !== undefined || (truthTime !== undefined && labelDelay.maxMs === 0));
}

/** Rows at their rate, each truth its label delay later. */
class WallTimeline implements Timeline {
  readonly truthsAtOnce: boolean;
  readonly truthsFollowRows = false;
  readonly eventMs = undefined;
  readonly #settings: DatasetSettings;
  readonly #batchWaitMs: number;
  readonly #pacing: RatePacing;

  constructor(settings: DatasetSettings, batchWaitMs: number, { nowMs }: TimelineStart) {
    this.#settings = settings;
    this.#batchWaitMs = batchWaitMs;
    this.#pacing = new RatePacing(settings.rate, nowMs);
    this.truthsAtOnce = settings.labelDelay.maxMs === 0;
  }

  allowed(_upcoming: Upcoming, max: number, nowMs: number): number {
    return Math.min(max, this.#pacing.allowed(nowMs));
  }

  took(rows: number): void {
    this.#pacing.took(rows);
  }

  dueMs(_label: Label, seq: number, sentMs: number): number {
    return sentMs + delayMs(this.#settings, seq);
  }

  truthsUntil(_upcoming: Upcoming | undefined, nowMs: number): number {
    return nowMs;
  }

  wakeMs(upcoming: Upcoming | undefined, nextDueMs = Infinity): number {
    return Math.min(nextDueMs, upcoming ? this.#pacing.wakeMs(this.#batchWaitMs) : Infinity);
  }
}

/**
 * Rows and truths in the order of their events. With a speed event time runs with the clock; without one the
 * rows go at their rate, and a truth goes once the rows have reached its time.
 */
class EventTimeline implements Timeline {
  readonly truthsAtOnce = false;
  readonly truthsFollowRows: boolean;
  readonly #settings: DatasetSettings;
  readonly #batchWaitMs: number;
  readonly #pacing: RatePacing;
  #eventPacing: EventPacing | undefined;
  #eventMs: number | undefined;

  constructor(settings: DatasetSettings, batchWaitMs: number, { nowMs, eventMs }: TimelineStart) {
    const { speed, rate } = settings;
    this.#settings = settings;
    this.#batchWaitMs = batchWaitMs;
    this.#pacing = new RatePacing(speed === undefined ? rate : 0, nowMs);
    this.truthsFollowRows = speed === undefined;
    this.#eventMs = eventMs;
    if (speed !== undefined && eventMs !== undefined)
      this.#eventPacing = new EventPacing(speed, { nowMs, eventMs });
  }

  get eventMs(): number | undefined {
    return this.#eventMs;
  }

  allowed({ rows, at }: Upcoming, max: number, nowMs: number): number {
    const first = nextTimeMs({ rows, at }) ?? -Infinity;
    const untilMs = Math.min(this.#eventNowMs(first, nowMs), first + GROUP_SPAN_MAX_MS);
    return rowsUntil({ rows, at }, Math.min(max, this.#pacing.allowed(nowMs)), untilMs);
  }

  took(rows: number): void {
    this.#pacing.took(rows);
  }

  dueMs({ timeMs = 0, truthTimeMs }: Label, seq: number): number {
    return truthTimeMs ?? timeMs + delayMs(this.#settings, seq);
  }

  truthsUntil(upcoming: Upcoming | undefined, nowMs: number): number {
    const nextMs = upcoming && nextTimeMs(upcoming);
    const untilMs = Math.min(
      this.#eventNowMs(nextMs ?? -Infinity, nowMs),
      upcoming ? (nextMs ?? -Infinity) : Infinity,
    );
    if (Number.isFinite(untilMs)) this.#eventMs = untilMs;
    return untilMs;
  }

  wakeMs(upcoming: Upcoming | undefined, nextDueMs: number | undefined, nowMs: number): number {
    if (this.#eventPacing === undefined) return upcoming ? this.#pacing.wakeMs(this.#batchWaitMs) : Infinity;
    const nextMs = upcoming ? (nextTimeMs(upcoming) ?? -Infinity) : Infinity;
    const atMs = this.#eventPacing.atMs(Math.min(nextMs, nextDueMs ?? Infinity));
    return Math.max(atMs, nowMs + this.#batchWaitMs);
  }

  /** Event time begins to run with the first row that is about to go. */
  #eventNowMs(firstMs: number, nowMs: number): number {
    const { speed } = this.#settings;
    if (speed === undefined) return Infinity;
    if (this.#eventPacing === undefined && firstMs === -Infinity) return Infinity;
    this.#eventPacing ??= new EventPacing(speed, { nowMs, eventMs: firstMs });
    return this.#eventPacing.eventMs(nowMs);
  }
}

/** The event time of the next row that has one. */
export function nextTimeMs({ rows, at }: Upcoming): number | undefined {
  for (let i = at; i < rows.length; i += 1) {
    const row = rows[i];
    if (row !== undefined && !isRefused(row)) return row.label.timeMs;
  }
  return undefined;
}

/** How many of the upcoming rows, at most `max`, come before one that is later than that. */
export function rowsUntil({ rows, at }: Upcoming, max: number, untilMs: number): number {
  const end = Math.min(rows.length, at + max);
  let next = at;
  while (next < end && timeOf(rows[next]) <= untilMs) next += 1;
  return next - at;
}

/** Of a row that cannot be used, or has no time: it may go whenever its turn comes. */
function timeOf(row: Row | RefusedRow | undefined): number {
  return row === undefined || isRefused(row) ? -Infinity : (row.label.timeMs ?? -Infinity);
}

function delayMs({ labelDelay: { minMs, maxMs }, seed }: DatasetSettings, seq: number): number {
  return minMs === maxMs ? minMs : minMs + (maxMs - minMs) * draw(seed, seq, LABEL_DELAY);
}

/** Keeps the draws of label delays apart from those of the shuffle. */
const LABEL_DELAY = 2 ** 40;
