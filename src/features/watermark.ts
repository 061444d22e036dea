/**
 * Of rows that follow each other without a gap: below which one every truth is settled (confirmed, or there
 * is none). They settle in any order. Takes one byte for each row from there on.
 */
export class Watermark {
  #states = new Uint8Array(1024);
  #low: number;
  #published: number;

  /** @param start the first row that is not settled, and how many truths were published below it */
  constructor(start: { low: number; published: number }) {
    this.#low = start.low;
    this.#published = start.published;
  }

  /** Every row below is settled. */
  get low(): number {
    return this.#low;
  }

  /** Truths published below `low`. */
  get published(): number {
    return this.#published;
  }

  /** Bytes that it holds. */
  get bytes(): number {
    return this.#states.length;
  }

  /** The row's truth is confirmed, or (`without`) it has none. A row settles once. */
  settle(seq: number, how: 'published' | 'without'): void {
    while (seq - this.#low >= this.#states.length) this.#grow();
    const mask = this.#states.length - 1;
    this.#states[seq & mask] = how === 'published' ? PUBLISHED : WITHOUT;
    for (let state = this.#states[this.#low & mask]; state; state = this.#states[this.#low & mask]) {
      this.#states[this.#low & mask] = 0;
      this.#low += 1;
      if (state === PUBLISHED) this.#published += 1;
    }
  }

  #grow(): void {
    const [old, states] = [this.#states, new Uint8Array(this.#states.length * 2)];
    for (let i = 0; i < old.length; i += 1) {
      const seq = this.#low + i;
      states[seq & (states.length - 1)] = old[seq & (old.length - 1)] as number;
    }
    this.#states = states;
  }
}

const PUBLISHED = 1;
const WITHOUT = 2;
