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
  // Of each pool: its value, its weight, and the place behind its last point.
  const [values, weights, ends]: [number[], number[], number[]] = [[], [], []];
  for (let i = 0; i < points.length; i++) {
    let { value, weight } = points[i]!;
    while (values.length > 0 && values.at(-1)! >= value) {
      const [lastValue, lastWeight] = [values.pop()!, weights.pop()!];
      ends.pop();
      const all = lastWeight + weight;
      value = (lastValue * lastWeight + value * weight) / all;
      weight = all;
    }
    values.push(value);
    weights.push(weight);
    ends.push(i + 1);
  }
  const fitted: number[] = [];
  for (let pool = 0; pool < values.length; pool++) {
    while (fitted.length < ends[pool]!) fitted.push(values[pool]!);
  }
  return fitted;
}
