/** Messages that a consumer asks for at first: few enough for the slowest, and few enough for the largest. */
const PREFETCH_FIRST = { byTime: 8, byBytes: 100 } as const;
/** So many times less at once, at most. */
const SHRINK_MAX = 8;
/** However large messages are: one is worked on, and the next is there when it is done. */
const PREFETCH_MIN_BY_BYTES = 2;
/** Messages differ in size, and another number costs a way to the server and back: it has to differ by so much. */
const DIFFERENCE_MIN = 1.5;

/** The bounds of what a consumer has in hand. */
export interface HoldBounds {
  /** Messages at most. */
  readonly prefetchMax: number;
  /** As the time that they take; `undefined`: any. */
  readonly holdMs?: number | undefined;
  /** As the memory that they take; `undefined`: any. */
  readonly holdBytes?: number | undefined;
}

/** Some messages that were done with. */
export interface Finished {
  /** Since the first of them arrived. */
  readonly heldMs: number;
  /** Unacknowledged ones until then, these included: fewer than asked for say nothing of who could do more. */
  readonly inHand: number;
  readonly messages: number;
  /** Of their bodies. */
  readonly bytes: number;
}

/**
 * How many messages a consumer asks for, so that what it has in hand is about so much work as it does in a given time, and
 * takes no more than so much memory. Where several consume one queue, a slow one then takes less than the others, and lets
 * nothing wait for long; by a number alone each would first take that number, whatever its messages cost: a thousand
 * arrays of a thousand records are another thing than a thousand records. It begins with few, asks for more while they
 * are done soon and take little, and for fewer when they take longer or are larger.
 */
export class Hold {
  readonly #bounds: HoldBounds;
  #byTime: number;
  #byBytes: number;

  constructor(bounds: HoldBounds) {
    this.#bounds = bounds;
    this.#byTime = bounds.holdMs === undefined ? Infinity : PREFETCH_FIRST.byTime;
    this.#byBytes = bounds.holdBytes === undefined ? Infinity : PREFETCH_FIRST.byBytes;
  }

  /** Messages to ask for. */
  get prefetch(): number {
    return Math.min(this.#bounds.prefetchMax, this.#byTime, this.#byBytes);
  }

  /** Messages to work on at once at most: where memory is the bound half of them, and the other half arrives meanwhile. */
  get batchMax(): number {
    return this.#byBytes < this.#bounds.prefetchMax ? Math.ceil(this.#byBytes / 2) : this.#bounds.prefetchMax;
  }

  /** @returns whether another number is asked for now */
  finished(done: Finished): boolean {
    const before = this.prefetch;
    const couldDoMore = done.inHand >= before;
    this.#byTime = this.#fittingTime(done, couldDoMore);
    this.#byBytes = this.#fittingBytes(done, couldDoMore);
    return this.prefetch !== before;
  }

  #fittingTime({ heldMs }: Finished, couldDoMore: boolean): number {
    const [before, { holdMs, prefetchMax }] = [this.#byTime, this.#bounds];
    if (holdMs === undefined) return before;
    if (heldMs > holdMs) {
      const fitting = Math.floor((before * holdMs) / heldMs);
      return Math.max(1, Math.ceil(before / SHRINK_MAX), fitting);
    }
    return heldMs < holdMs / 2 && couldDoMore ? Math.min(prefetchMax, before * 2) : before;
  }

  #fittingBytes({ messages, bytes }: Finished, couldDoMore: boolean): number {
    const [before, { holdBytes, prefetchMax }] = [this.#byBytes, this.#bounds];
    if (holdBytes === undefined) return before;
    const fitting = Math.floor((holdBytes * messages) / Math.max(1, bytes));
    if (fitting < before / DIFFERENCE_MIN) return Math.max(PREFETCH_MIN_BY_BYTES, fitting);
    return fitting > before * DIFFERENCE_MIN && couldDoMore ? Math.min(prefetchMax, fitting) : before;
  }
}
