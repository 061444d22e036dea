/** From which row on rows were sent at which moment. */
export type SentTime = readonly [seq: number, sentMs: number];

/**
 * When rows were sent, coarsely: after a crash the truths that were due are due at their old moments again.
 * One entry for each step of time, so its size does not depend on the number of rows.
 */
export class SentTimes {
  readonly #stepMs: number;
  #times: SentTime[];

  /** @param options.delayMaxMs the longest time from a row to its truth */
  constructor(options: { delayMaxMs: number; times: readonly SentTime[] }) {
    this.#stepMs = Math.max(STEP_MIN_MS, options.delayMaxMs / STEPS);
    this.#times = [...options.times];
  }

  note(seq: number, sentMs: number): void {
    const last = this.#times.at(-1);
    if (last === undefined || sentMs >= last[1] + this.#stepMs) this.#times.push([seq, sentMs]);
  }

  /** When a row was sent, up to a step early; `undefined` when nothing is known of it. */
  of(seq: number): number | undefined {
    return this.#times.findLast(([first]) => first <= seq)?.[1];
  }

  /** What is needed of rows from `low` on. */
  from(low: number): readonly SentTime[] {
    const first = this.#times.findLastIndex(([seq]) => seq <= low);
    if (first > 0) this.#times = this.#times.slice(first);
    return this.#times;
  }
}

const STEP_MIN_MS = 10;
const STEPS = 500;
