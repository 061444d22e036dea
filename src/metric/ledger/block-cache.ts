/**
 * The blocks that were read last, in two generations: one that fills, and the one before it. A look-up costs
 * one or two finds in a Map and nothing is kept in order, which an exact last-recently-used list would need.
 */
export class BlockCache {
  readonly #blocksMax: number;
  #young = new Map<number, Buffer>();
  #old = new Map<number, Buffer>();

  /** @param blocksMax blocks in memory at most, at least 2 */
  constructor(blocksMax: number) {
    this.#blocksMax = blocksMax;
  }

  /** The block of this number, by `read` where it is not here. */
  get(number: number, read: () => Buffer): Buffer {
    const young = this.#young.get(number);
    if (young !== undefined) return young;
    const found = this.#old.get(number) ?? read();
    if (this.#young.size >= this.#blocksMax / 2) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(number, found);
    return found;
  }
}
