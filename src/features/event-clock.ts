import { ReplayClock, type Clock } from '../service/clock.ts';
import { AHEAD_MS_MAX } from '../wire/time.ts';
import { InOrder } from './in-order.ts';

/**
 * Moves the clock of a replay with what is published, and never ahead of what is on its way: were it to run
 * ahead, a horizon would end before a truth that was in time.
 *
 * Where rows and truths go in the order of their events it moves when everything up to an event is confirmed
 * (`begin`, `sentUpTo`), else when the truths of all rows up to one are (`sentRows`, `settled`).
 *
 * With any other clock it does nothing.
 */
export class EventClock {
  readonly #clock: ReplayClock | undefined;
  readonly #sent: InOrder<number | undefined>;
  /** Rows whose truths are not all settled: up to where, and the latest of their times. */
  #rows: { readonly end: number; readonly latestMs: number }[] = [];
  #isStarted = false;
  #latestMs = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock instanceof ReplayClock ? clock : undefined;
    this.#sent = new InOrder((eventMs) => {
      if (eventMs !== undefined) this.#clock?.advanceTo(eventMs);
    });
  }

  /** Records of a later time would be taken for ones from the future. */
  get limitMs(): number {
    return this.#clock === undefined ? Infinity : this.#clock.nowMs() + AHEAD_MS_MAX;
  }

  /** The first events of a run are about to be sent: starts the clock, unless it runs already. */
  start(eventMs: number | undefined): void {
    if (this.#isStarted || eventMs === undefined) return;
    this.#isStarted = true;
    this.#clock?.advanceTo(eventMs);
  }

  /** Something is on its way; call what it returns when it is confirmed. */
  begin(): () => void {
    return this.#clock ? this.#sent.begin(undefined) : nothing;
  }

  /** Everything up to this event has been sent. */
  sentUpTo(eventMs: number | undefined): void {
    if (this.#clock === undefined || eventMs === undefined || eventMs <= this.#latestMs) return;
    this.#latestMs = eventMs;
    this.#sent.begin(eventMs)();
  }

  /** Rows below `end` were sent; the latest of them is of that time. */
  sentRows(end: number, latestMs: number | undefined): void {
    if (this.#clock && latestMs !== undefined) this.#rows.push({ end, latestMs });
  }

  /** The truths of all rows below are settled. */
  settled(low: number): void {
    const waiting = this.#rows.findIndex(({ end }) => end > low);
    const done = waiting < 0 ? this.#rows.length : waiting;
    for (let i = 0; i < done; i += 1) this.#clock?.advanceTo(this.#rows[i]?.latestMs ?? -Infinity);
    if (done > 0) this.#rows = this.#rows.slice(done);
  }

  /** Moves over a gap without events, once all before it is confirmed. */
  skipTo(eventMs: number): void {
    this.#clock?.advanceTo(eventMs - GROUP_SPAN_MAX_MS);
  }
}

/** Events that are sent together lie within this span. */
export const GROUP_SPAN_MAX_MS = AHEAD_MS_MAX / 2;

function nothing(): void {}
