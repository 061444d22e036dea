import { ReplayClock, type Clock } from '../service/clock.ts';
import { AHEAD_MS_MAX } from '../wire/time.ts';
import { InOrder } from './in-order.ts';

/**
 * Moves the clock of a replay with what is published. It moves when everything up to an event is confirmed:
 * were it to run ahead of what is on its way, a horizon would end before a truth that was in time.
 *
 * With any other clock it does nothing.
 */
export class EventClock {
  readonly #clock: ReplayClock | undefined;
  readonly #sent: InOrder<number | undefined>;
  #isStarted = false;
  #latestMs = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock instanceof ReplayClock ? clock : undefined;
    this.#sent = new InOrder((eventMs) => {
      if (eventMs !== undefined) this.#clock?.advanceTo(eventMs);
    });
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

  /** The first events of a run are about to be sent: starts the clock, unless it runs already. */
  start(eventMs: number | undefined): void {
    if (this.#isStarted || eventMs === undefined) return;
    this.#isStarted = true;
    this.#clock?.advanceTo(eventMs);
  }

  /** Whether the clock is too far behind an event for it to be sent: it would be taken for one in the future. */
  isBehind(eventMs: number | undefined): boolean {
    return this.#clock !== undefined && eventMs !== undefined && eventMs > this.#clock.nowMs() + AHEAD_MS_MAX;
  }

  /** Moves over a gap without events, once all before it is confirmed. */
  skipTo(eventMs: number): void {
    this.#clock?.advanceTo(eventMs - GROUP_SPAN_MAX_MS);
  }
}

/** Events that are sent together lie within this span. */
export const GROUP_SPAN_MAX_MS = AHEAD_MS_MAX / 2;

function nothing(): void {}
