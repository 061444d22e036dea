import { HASH_RANGE } from './key-hash.ts';

/**
 * Says of a hash that it is certainly not in a set, or that it may be: with 12 bits a hash wrong about 1 time in 200, with
 * 10 about 1 in 80.
 *
 * A split block Bloom filter (Putze, Sanders and Singler 2009; as in Parquet): a hash sets one bit in each
 * of the 8 words of one block, so a look-up touches one line of the processor's cache.
 */
export class HashFilter {
  readonly words: Uint32Array;
  readonly #blocks: number;

  private constructor(words: Uint32Array) {
    this.words = words;
    this.#blocks = words.length / WORDS_PER_BLOCK;
  }

  /** An empty filter with room for so many hashes. */
  static for(hashes: number, bitsPerHash: number): HashFilter {
    const blocks = Math.max(1, Math.ceil((hashes * bitsPerHash) / (WORDS_PER_BLOCK * 32)));
    return new HashFilter(new Uint32Array(blocks * WORDS_PER_BLOCK));
  }

  /** The filter whose `words` were stored. @throws {RangeError} on bytes that are no filter */
  static of(bytes: Uint8Array): HashFilter {
    if (bytes.length === 0 || bytes.length % (WORDS_PER_BLOCK * 4) !== 0) {
      throw new RangeError(`Cannot read a filter of ${bytes.length} bytes`);
    }
    return new HashFilter(new Uint32Array(Uint8Array.from(bytes).buffer));
  }

  add(hash: number): void {
    const base = this.#base(hash);
    for (let i = 0; i < WORDS_PER_BLOCK; i++) this.words[base + i]! |= 1 << bitOf(hash, i);
  }

  mayHave(hash: number): boolean {
    const base = this.#base(hash);
    for (let i = 0; i < WORDS_PER_BLOCK; i++) {
      if ((this.words[base + i]! & (1 << bitOf(hash, i))) === 0) return false;
    }
    return true;
  }

  /** The high bits choose the block, the low 32 the bits in it. */
  #base(hash: number): number {
    return Math.floor((hash / HASH_RANGE) * this.#blocks) * WORDS_PER_BLOCK;
  }
}

const WORDS_PER_BLOCK = 8;
const SALTS = new Int32Array([
  0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31,
]);

function bitOf(hash: number, word: number): number {
  return Math.imul(hash | 0, SALTS[word]!) >>> 27;
}
