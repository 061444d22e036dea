/**
 * Quantiles of all the values by linear interpolation between order statistics (numpy's default). Changes the
 * order of `values`. `undefined` for each when there is no value.
 *
 * @param values finite numbers
 * @param ratios each 0..1
 * @throws {RangeError} on a ratio that is none
 * @see Hyndman and Fan (1996), definition 7, doi:10.2307/2684934
 */
export function exactQuantiles(values: Float64Array, ratios: readonly number[]): (number | undefined)[] {
  const bad = ratios.find((ratio) => !(ratio >= 0 && ratio <= 1));
  if (bad !== undefined) throw new RangeError(`Cannot take the quantile at ${bad}: 0 to 1 is expected`);
  if (values.length === 0) return ratios.map(() => undefined);
  const ranks = ratios.map((ratio) => ratio * (values.length - 1));
  const wanted = new Set(ranks.flatMap((rank) => [Math.floor(rank), Math.ceil(rank)]));
  let from = 0;
  for (const place of [...wanted].sort((a, b) => a - b)) {
    select(values, place, from);
    from = place + 1;
  }
  return ranks.map((rank) => {
    const low = values[Math.floor(rank)]!;
    const high = values[Math.ceil(rank)]!;
    return low + (high - low) * (rank - Math.floor(rank));
  });
}

/**
 * Brings the value that belongs to `place` there, what is less before and what is more behind it. What lies before
 * `from` is in order already.
 *
 * @see Hoare (1961), Algorithm 65: Find, doi:10.1145/366622.366647
 */
function select(values: Float64Array, place: number, from: number): void {
  let [left, right] = [from, values.length - 1];
  while (left < right) {
    const pivot = middleOf(values[left]!, values[(left + right) >>> 1]!, values[right]!);
    let [i, j] = [left, right];
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const swapped = values[i]!;
      values[i++] = values[j]!;
      values[j--] = swapped;
    }
    if (place <= j) right = j;
    else if (place >= i) left = i;
    else return;
  }
}

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
