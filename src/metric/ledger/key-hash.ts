/**
 * A 53-bit hash of a text, seeded so that nobody outside can choose ids that collide. Two multiplicative
 * lanes over the UTF-16 code units, mixed at the end (the construction known as cyrb53).
 *
 * @param seed any 32-bit integer; equal texts have equal hashes only under the same seed
 * @returns an integer, 0..2^53 − 1, evenly spread
 */
export function keyHash(key: string, seed: number): number {
  let high = 0xdeadbeef ^ seed;
  let low = 0x41c6ce57 ^ seed;
  for (let i = 0; i < key.length; i++) {
    const code = key.charCodeAt(i);
    high = Math.imul(high ^ code, 2_654_435_761);
    low = Math.imul(low ^ code, 1_597_334_677);
  }
  high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909);
  low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909);
  return (low >>> 0) * 2_097_152 + (high >>> 11);
}

/** 2^53: hashes lie below. */
export const HASH_RANGE = 9_007_199_254_740_992;
