/** The two sides of the join. */
export type Side = 'predictions' | 'truths';

/** Bounds of a `Balance`, in records and milliseconds. */
export interface BalanceBounds {
  /** Predictions may be so far ahead; truths come right behind them. */
  readonly leadMax: number;
  /** Once there was nothing to wait for, the side may go on so far without another look. */
  readonly aloneMax: number;
  /** Records that may be on their way into the ledger. */
  readonly openMax: number;
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
 * missing hold nobody up. And truths let their predictions go first: a pair that comes in one transaction is one
 * entry to find and to write, not two.
 */
export class Balance {
  readonly #bounds: BalanceBounds;
  readonly #truthsWaiting: () => number;
  readonly #admitted = { predictions: 0, truths: 0 };
  readonly #lastMs = { predictions: -Infinity, truths: -Infinity };
  /** How far ahead predictions are where neither has to wait for the other. */
  #base = 0;
  /** Truths that waited in the ledger when that was taken for what it is; `undefined` once truths have shown that it stays. */
  #waitedThen: number | undefined;
  /** Up to here a side goes on without a look at the other, unless that one has become a stream: by what it has admitted then. */
  readonly #aloneUntil = { predictions: 0, truths: 0 };
  readonly #streamFrom = { predictions: 0, truths: 0 };
  #moved = Promise.withResolvers<void>();

  /** @param truthsWaiting truths in the ledger without a prediction: so far ahead they are at most */
  constructor(bounds: BalanceBounds, truthsWaiting: () => number) {
    this.#bounds = bounds;
    this.#truthsWaiting = truthsWaiting;
  }

  /** Counts records that are taken now; fulfils when they may be, at once unless their side is ahead. */
  async admit(side: Side, records: number): Promise<void> {
    if (side === 'truths') this.#lookAtWaiting();
    if (this.#isAhead(side, records)) await this.#waitFor(OTHER[side], side, records);
    this.#admitted[side] += records;
    // Truths come as soon as they are let, and find their predictions: these need not be so far ahead of them.
    if (side === 'truths' && this.#mayEnd) this.#base = Math.max(0, Math.min(this.#base, this.#apart));
    this.#lastMs[side] = performance.now();
    this.#moved.resolve();
    this.#moved = Promise.withResolvers();
  }

  /** Truths that have found their predictions are not ahead, however many there were. */
  #lookAtWaiting(): void {
    const behind = this.#truthsWaiting() + this.#bounds.openMax;
    if (this.#lead < -behind) this.#base = this.#apart + behind;
    if (!this.#mayEnd) return;
    const more = this.#truthsWaiting() - (this.#waitedThen ?? 0);
    if (more < this.#bounds.streamMin) return;
    // They have run past what is predicted now: what is ahead of them waits for others.
    this.#waitedThen = undefined;
    this.#base = this.#apart + more;
  }

  async #waitFor(other: Side, side: Side, records: number): Promise<void> {
    const admitted = this.#admitted;
    const level = admitted[other] + Math.abs(this.#lead) + records;
    for (;;) {
      const before = admitted[other];
      await this.#untilLevel(side, records, this.#patienceMs(other));
      if (!this.#isAhead(side, records)) return;
      if (admitted[other] - before < this.#bounds.streamMin || admitted[other] >= level) break;
    }
    // Truths that no prediction has come for stay ahead of those that may come yet.
    if (side === 'predictions' || admitted[other] >= level) this.#base = this.#apart;
    if (side === 'predictions') this.#waitedThen = this.#truthsWaiting();
    this.#aloneUntil[side] = admitted[side] + this.#bounds.aloneMax;
    this.#streamFrom[other] = admitted[other] + this.#bounds.streamMin;
  }

  #patienceMs(other: Side): number {
    const { idleMs, busyMs, latelyMs, aloneMax } = this.#bounds;
    if (performance.now() - this.#lastMs[other] < latelyMs) return busyMs;
    // Truths that find nothing are in no hurry: whoever predicts may just be starting.
    return other === 'predictions' && this.#truthsWaiting() > aloneMax ? busyMs : idleMs;
  }

  /**
   * Until the side is ahead no more, or for so long. By many short timers: while the process stands still for something
   * else the other side cannot come either, and of that no more than one of them is counted.
   */
  async #untilLevel(side: Side, records: number, waitMs: number): Promise<void> {
    const late = Promise.withResolvers<'late'>();
    let left = WAIT_STEPS;
    const step = (): void => {
      if (left-- > 0) timer = setTimeout(step, waitMs / WAIT_STEPS);
      else late.resolve('late');
    };
    let timer: NodeJS.Timeout | undefined;
    step();
    while (this.#isAhead(side, records)) {
      if ((await Promise.race([this.#moved.promise, late.promise])) === 'late') break;
    }
    clearTimeout(timer);
  }

  /** Where predictions wait truths do not, whatever comes at once. */
  #isAhead(side: Side, records: number): boolean {
    const other = OTHER[side];
    if (this.#admitted[side] < this.#aloneUntil[side] && this.#admitted[other] < this.#streamFrom[other])
      return false;
    const { leadMax } = this.#bounds;
    if (side === 'predictions') return this.#lead > leadMax;
    const lead = this.#mayEnd ? this.#apart : this.#lead;
    return lead <= leadMax && lead < records;
  }

  /** Whether predictions are so far ahead only because truths did not come for a while: then these may come up to them. */
  get #mayEnd(): boolean {
    return this.#base > 0 && this.#waitedThen !== undefined;
  }

  /** Of the predictions, beyond what they may. */
  get #lead(): number {
    return this.#apart - this.#base;
  }

  /** Predictions that were admitted more than truths. */
  get #apart(): number {
    return this.#admitted.predictions - this.#admitted.truths;
  }
}

/** Timers of one wait. */
const WAIT_STEPS = 8;

const OTHER = { predictions: 'truths', truths: 'predictions' } as const;
