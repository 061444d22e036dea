/**
 * Uniform numbers in [0, 1) from a linear congruential generator, the same in `oracles/stream.py`.
 * Seed 42 gives .2523451748, .0881250454, .5772811982.
 */
export function uniforms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Uniform numbers in [0, 1) for simulations: sfc32 (Doty-Humphrey), whose neighbours and seeds are unrelated. */
export function randoms(seed: number): () => number {
  let [a, b, c, counter] = [0, seed, seed ^ 0x9e3779b9, 1];
  const next = (): number => {
    const result = (a + b + counter++) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + result;
    return (result >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 15; i++) next();
  return next;
}
