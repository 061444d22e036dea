/** The two sides of the join. */
export type Side = 'predictions' | 'truths';

/** Bounds of a `Balance`, in records and milliseconds. */
export interface BalanceBounds {
  /** One side may be so far ahead. */
  readonly leadMax: number;
  /** Waited for a side that had nothing lately. */
  readonly idleMs: number;
  /** Waited for any other, again and again as long as it takes `streamMin` records in that time. */
  readonly busyMs: number;
  /** So long after its last records a side still counts as busy: whoever feeds it may be the slower one. */
  readonly latelyMs: number;
  readonly streamMin: number;
}

/**
 * Keeps the two queues in step while both have a backlog.
 *
 * Left alone, whichever is delivered faster runs ahead, and hundreds of thousands of ids wait for partners
 * that lie ready in the other queue: they leave memory for the disk, and come back one by one. So the side
 * that is ahead waits for the other, as long as that one is a stream too: labels that are late, few or
 * missing hold nobody up.
 */
export class Balance {
  readonly #bounds: BalanceBounds;
  readonly #admitted = { predictions: 0, truths: 0 };
  readonly #lastMs = { predictions: -Infinity, truths: -Infinity };
  /** How far ahead predictions were when it was last found that there is nothing to wait for. */
  #base = 0;
  #moved = Promise.withResolvers<void>();

  constructor(bounds: BalanceBounds) {
    this.#bounds = bounds;
  }

  /** Counts records that are taken now; fulfils when they may be, at once unless their side is ahead. */
  async admit(side: Side, records: number): Promise<void> {
    if (this.#isAhead(side)) await this.#waitFor(side === 'predictions' ? 'truths' : 'predictions', side);
    this.#admitted[side] += records;
    this.#lastMs[side] = performance.now();
    this.#moved.resolve();
    this.#moved = Promise.withResolvers();
  }

  async #waitFor(other: Side, side: Side): Promise<void> {
    for (;;) {
      const { idleMs, busyMs, latelyMs, streamMin } = this.#bounds;
      const isBusy = performance.now() - this.#lastMs[other] < latelyMs;
      const before = this.#admitted[other];
      await this.#untilLevel(side, isBusy ? busyMs : idleMs);
      if (!this.#isAhead(side)) return;
      if (this.#admitted[other] - before >= streamMin) continue;
      this.#base = this.#admitted.predictions - this.#admitted.truths;
      return;
    }
  }

  /** Until the side is ahead no more, or for so long. */
  async #untilLevel(side: Side, waitMs: number): Promise<void> {
    const late = Promise.withResolvers<'late'>();
    const timer = setTimeout(() => late.resolve('late'), waitMs);
    while (this.#isAhead(side)) {
      if ((await Promise.race([this.#moved.promise, late.promise])) === 'late') break;
    }
    clearTimeout(timer);
  }

  #isAhead(side: Side): boolean {
    const lead = this.#admitted.predictions - this.#admitted.truths - this.#base;
    return (side === 'predictions' ? lead : -lead) > this.#bounds.leadMax;
  }
}
