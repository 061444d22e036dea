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
