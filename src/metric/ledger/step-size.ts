/** Bounds of a `StepSize`: milliseconds, and pieces of work (records, entries) in one step. */
export interface StepBounds {
  /** What a step may take beside what it takes whatever its size. */
  readonly aimMs: number;
  readonly min: number;
  readonly max: number;
  /** Of the first step, while nothing is known. */
  readonly first: number;
}

/**
 * How much work to do in one step, so that it takes about so long whatever the store costs at the moment: less after a
 * step that took too long, more again after full ones that were quick.
 *
 * What a step takes whatever its size (a round trip, the disk's fsync) is told apart by two steps of
 * about the same time that differ in size: smaller steps would not shorten it, only pay it more often. It is an estimate of the moment: never
 * more than the last step took, and less with each step that does not confirm it.
 */
export class StepSize {
  readonly #bounds: StepBounds;
  #now: number;
  #fixedMs = 0;
  /** What steps of another size are held against, and how many came since. */
  #before: Step | undefined = undefined;
  #since = 0;

  constructor(bounds: StepBounds) {
    this.#bounds = bounds;
    this.#now = bounds.first;
  }

  /** Pieces of work that the next step may have; whole, within the bounds. */
  get now(): number {
    return Math.floor(this.#now);
  }

  /** Told of each step that was done. */
  took(step: Step): void {
    if (step.size === 0) return;
    const { aimMs, min, max } = this.#bounds;
    this.#fixedMs = Math.min(step.ms, this.#fixedOf(step));
    const ratio = aimMs / Math.max(1, step.ms - this.#fixedMs);
    if (ratio < 1) this.#now = Math.max(min, Math.min(this.#now, step.size * ratio));
    // A small step says nothing of a larger one. Half the way back, so that a quick one among slow ones does not overshoot.
    else if (step.size >= this.now) this.#now = Math.min(max, this.#now * Math.min(2, Math.sqrt(ratio)));
  }

  #fixedOf(step: Step): number {
    const before = this.#before;
    this.#since++;
    const differs =
      before !== undefined && Math.max(before.size, step.size) >= DIFFERS * Math.min(before.size, step.size);
    if (differs || before === undefined || this.#since > SINCE_MAX) {
      this.#before = step;
      this.#since = 0;
    }
    if (!differs) return this.#fixedMs * FADES;
    const msEach = Math.max(0, (step.ms - before.ms) / (step.size - before.size));
    return (this.#fixedMs + Math.max(0, step.ms - msEach * step.size)) / 2;
  }
}

/** A step that was done: its pieces of work, and how long it took. */
export interface Step {
  readonly size: number;
  readonly ms: number;
}

/** Two steps tell of their parts where one is so many times the other. */
const DIFFERS = 1.4;
/** A step of longer ago was of another store, as it were. */
const SINCE_MAX = 8;
/** What is left of the estimate after a step that says nothing of it. */
const FADES = 0.9;
