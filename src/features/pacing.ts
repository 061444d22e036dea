/** A stage that was held up (a blocked broker) catches up at most so much at once; the rest is given up. */
const BURST_MAX_MS = 1_000;

/**
 * When rows may go at a steady rate. The schedule is counted from its origin, so that rounding and late timers
 * do not add up.
 */
export class RatePacing {
  readonly #periodMs: number;
  #originMs: number;
  #taken = 0;

  /** @param rate rows per second; 0: no limit */
  constructor(rate: number, nowMs: number) {
    this.#periodMs = rate === 0 ? 0 : 1_000 / rate;
    this.#originMs = nowMs;
  }

  /** How many rows may go now. The first may go at once. */
  allowed(nowMs: number): number {
    if (this.#periodMs === 0) return Infinity;
    const lateMs = nowMs - this.nextMs() - BURST_MAX_MS;
    if (lateMs > 0) this.#originMs += lateMs;
    return Math.max(0, Math.floor((nowMs - this.#originMs) / this.#periodMs) + 1 - this.#taken);
  }

  took(rows: number): void {
    this.#taken += rows;
  }

  /** When the next row may go. */
  nextMs(): number {
    return this.#originMs + this.#taken * this.#periodMs;
  }

  /** When to look again: with the next row, or where rows come faster, when several can go in one message. */
  wakeMs(batchWaitMs: number): number {
    return this.#periodMs >= batchWaitMs ? this.nextMs() : this.nextMs() + batchWaitMs;
  }
}

/** Event time that runs `speed` times as fast as the clock, from the first event on. */
export class EventPacing {
  readonly #speed: number;
  #originMs: number;
  #eventOriginMs: number;

  constructor(speed: number, start: { nowMs: number; eventMs: number }) {
    this.#speed = speed;
    this.#originMs = start.nowMs;
    this.#eventOriginMs = start.eventMs;
  }

  /** The event time at that moment of the clock. */
  eventMs(nowMs: number): number {
    return this.#eventOriginMs + (nowMs - this.#originMs) * this.#speed;
  }

  /** The moment of the clock at which that event time is reached. */
  atMs(eventMs: number): number {
    return this.#originMs + (eventMs - this.#eventOriginMs) / this.#speed;
  }
}
