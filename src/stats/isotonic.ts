/** A value with its weight, > 0. */
export interface WeightedValue {
  readonly value: number;
  readonly weight: number;
}

/**
 * Isotonic regression: the values that never fall and are nearest to the given ones by weighted squares, by pooling
 * neighbours that fall until none does.
 *
 * @returns as many as were given; none of none
 * @see Ayer, Brunk, Ewing, Reid and Silverman (1955), doi:10.1214/aoms/1177728423
 */
export function isotonic(points: readonly WeightedValue[]): number[] {
  const pools: { value: number; weight: number; points: number }[] = [];
  for (const { value, weight } of points) {
    let pool = { value, weight, points: 1 };
    for (let last = pools.at(-1); last !== undefined && last.value >= pool.value; last = pools.at(-1)) {
      pools.pop();
      const all = last.weight + pool.weight;
      const mean = (last.value * last.weight + pool.value * pool.weight) / all;
      pool = { value: mean, weight: all, points: last.points + pool.points };
    }
    pools.push(pool);
  }
  return pools.flatMap(({ value, points: count }) => Array.from({ length: count }, () => value));
}
