import { keyHash } from './key-hash.ts';

/**
 * The names that have figures of their own, of all that ever came: the `max` with the smallest hashes. Which they are
 * depends on the names alone, not on their order or on who saw them: a name that is kept in the end was kept from
 * the first time it came, so what was counted for it is all there is, and many writers' sets make one.
 */
export class KeptNames {
  readonly max: number;
  readonly #names = new Set<string>();
  /** The name that gives way next, once there are as many as may be. */
  #largest: string | undefined;

  /** @param max ≥ 1 */
  constructor(max: number) {
    this.max = max;
  }

  get size(): number {
    return this.#names.size;
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  /**
   * A name came.
   *
   * @returns `undefined` where it is kept and nothing else changes; else the name that is not kept any more: another, or itself
   */
  take(name: string): string | undefined {
    if (this.#names.has(name)) return undefined;
    const largest = this.#names.size < this.max ? undefined : this.#largestOf();
    if (largest !== undefined && !isBefore(name, largest)) return name;
    if (largest !== undefined) this.#names.delete(largest);
    this.#names.add(name);
    this.#largest = undefined;
    return largest;
  }

  /** In an order that depends on the names alone. */
  [Symbol.iterator](): Iterator<string> {
    return [...this.#names].sort()[Symbol.iterator]();
  }

  #largestOf(): string {
    if (this.#largest === undefined) {
      for (const name of this.#names) {
        if (this.#largest === undefined || isBefore(this.#largest, name)) this.#largest = name;
      }
    }
    return this.#largest!;
  }
}

/** Two names of one hash stand in their own order. */
function isBefore(a: string, b: string): boolean {
  const [first, second] = [keyHash(a, 0), keyHash(b, 0)];
  return first === second ? a < b : first < second;
}
