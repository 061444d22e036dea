/**
 * A number in [0, 1) that depends on nothing but the seed and two coordinates: the same draw can be made again
 * after a restart, without a state.
 *
 * 32 bits of it are random. The mixing is the finaliser of MurmurHash3, applied three times.
 *
 * @param seed 0 to 2^32 − 1
 * @param a, b whole numbers from 0 to 2^53 − 1
 */
export function draw(seed: number, a: number, b: number): number {
  let hash = mix(seed ^ 0x9e3779b9);
  hash = mix(hash ^ mix((a | 0) + Math.imul((a / 2 ** 32) | 0, 0x85ebca6b)));
  hash = mix(hash ^ mix((b | 0) + Math.imul((b / 2 ** 32) | 0, 0xc2b2ae35) + 0x27d4eb2f));
  return (hash >>> 0) / 2 ** 32;
}

function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/**
 * The numbers 0 to count − 1 in an order that depends on nothing but the seed and the coordinates of the
 * block.
 *
 * @see Knuth, The Art of Computer Programming 2, section 3.4.2, algorithm P
 */
export function shuffled(count: number, seed: number, pass: number, block: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  const blockSeed = Math.floor(draw(seed, pass, block) * 2 ** 32);
  for (let i = count - 1; i > 0; i -= 1) {
    const j = Math.floor(draw(blockSeed, i, 0) * (i + 1));
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return order;
}
