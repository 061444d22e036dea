/** A first-in, first-out queue with cheap ends (`Array.shift` copies what stays). Grows to what it holds at most. */
export class Fifo<T> {
  #slots: (T | undefined)[] = Array.from({ length: 16 });
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Adds at the end. */
  push(item: T): void {
    if (this.#length === this.#slots.length) this.#grow();
    this.#slots[(this.#head + this.#length) & (this.#slots.length - 1)] = item;
    this.#length += 1;
  }

  /** Puts items back in front of everything, the first of them first. */
  unshiftAll(items: readonly T[]): void {
    for (let i = items.length - 1; i >= 0; i -= 1) {
      if (this.#length === this.#slots.length) this.#grow();
      this.#head = (this.#head - 1) & (this.#slots.length - 1);
      this.#slots[this.#head] = items[i];
      this.#length += 1;
    }
  }

  /** Takes the first one, or `undefined` when there is none. */
  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#slots.length - 1);
    this.#length -= 1;
    return item;
  }

  /** The item at `index` (0 is the first), or `undefined` beyond the end. */
  at(index: number): T | undefined {
    return index < this.#length ? this.#slots[(this.#head + index) & (this.#slots.length - 1)] : undefined;
  }

  #grow(): void {
    const slots: (T | undefined)[] = Array.from({ length: this.#slots.length * 2 });
    for (let i = 0; i < this.#length; i += 1) slots[i] = this.at(i);
    this.#slots = slots;
    this.#head = 0;
  }
}
