/** How often the most frequent truth came; of numbers that name no classes nobody knows. */
export class FrequentLabel {
  #counts: Map<number | string, number> | undefined = new Map();
  #most = 0;

  /** `undefined` once there were more different truths than classes there can be. */
  get count(): number | undefined {
    return this.#counts && this.#most;
  }

  add(truth: number | string): void {
    if (this.#counts === undefined) return;
    const count = (this.#counts.get(truth) ?? 0) + 1;
    this.#counts.set(truth, count);
    if (count > this.#most) this.#most = count;
    if (this.#counts.size > LABELS_MAX) this.#counts = undefined;
  }
}

const LABELS_MAX = 1_000;
