/** Messages that a consumer asks for at first: few enough for the slowest. */
const PREFETCH_FIRST = 8;
/** So many times less at once, at most. */
const SHRINK_MAX = 8;

/**
 * How many messages a consumer asks for, so that what it has in hand is about so much work as it does in a given time.
 * Where several consume one queue, a slow one then takes less than the others, and lets nothing wait for long; by a
 * number alone each would first take that number, whatever its messages cost. It begins with few, asks for twice as many
 * while they are done in less than half the time, and for fewer when they take longer.
 */
export class Hold {
  readonly #prefetchMax: number;
  readonly #holdMs: number;
  #prefetch: number;

  /** @param bounds.holdMs `undefined`: always `prefetchMax` */
  constructor(bounds: { readonly prefetchMax: number; readonly holdMs: number | undefined }) {
    this.#prefetchMax = bounds.prefetchMax;
    this.#holdMs = bounds.holdMs ?? Infinity;
    this.#prefetch =
      bounds.holdMs === undefined ? bounds.prefetchMax : Math.min(PREFETCH_FIRST, bounds.prefetchMax);
  }

  get prefetch(): number {
    return this.#prefetch;
  }

  /**
   * Some messages were done with.
   *
   * @param done.heldMs since the first of them arrived
   * @param done.inHand unacknowledged ones until then, these included: fewer than asked for say nothing of who could do more
   * @returns whether another number is asked for now
   */
  finished(done: { readonly heldMs: number; readonly inHand: number }): boolean {
    const before = this.#prefetch;
    if (done.heldMs > this.#holdMs) {
      const fitting = Math.floor((before * this.#holdMs) / done.heldMs);
      this.#prefetch = Math.max(1, Math.ceil(before / SHRINK_MAX), fitting);
    } else if (done.heldMs < this.#holdMs / 2 && done.inHand >= before) {
      this.#prefetch = Math.min(this.#prefetchMax, before * 2);
    }
    return this.#prefetch !== before;
  }
}
