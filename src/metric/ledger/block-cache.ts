/**
 * The blocks that were read last, in two generations: one that fills, and the one before it. A look-up costs
 * one or two finds in a Map and nothing is kept in order, which an exact last-recently-used list would need.
 *
 * Blocks lie in memory of the cache's own, which is used again: as objects of their own they would die old, and of what dies old the
 * garbage collector lets tens of megabytes come together.
 */
export class BlockCache {
  readonly #blocksMax: number;
  #young = new Map<number, Buffer>();
  #old = new Map<number, Buffer>();
  readonly #free: ArrayBufferLike[] = [];

  /** @param blocksMax blocks in memory at most, at least 2 */
  constructor(blocksMax: number) {
    this.#blocksMax = blocksMax;
  }

  /**
   * The block of this number, by `read` where it is not here: into the memory it is given, or into other memory where that is none or does
   * not do. Good until another block is asked for.
   */
  get(number: number, read: (into: ArrayBufferLike | undefined) => Buffer): Buffer {
    const young = this.#young.get(number);
    if (young !== undefined) return young;
    const old = this.#old.get(number);
    if (old !== undefined) this.#old.delete(number);
    const found = old ?? read(this.#free.pop());
    if (this.#young.size >= this.#blocksMax / 2) {
      for (const { buffer } of this.#old.values()) this.#free.push(buffer);
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(number, found);
    return found;
  }
}
