/**
 * The sum as numpy adds a contiguous row: eight running sums beyond seven elements, halves beyond 128.
 *
 * @see numpy's pairwise_sum in loops_utils
 */
export function pairwiseSum(values: Float64Array): number {
  const count = values.length;
  if (count < 8) {
    let sum = 0;
    for (const value of values) sum += value;
    return sum;
  }
  if (count > 128) {
    const half = Math.floor(count / 2);
    const middle = half - (half % 8);
    return pairwiseSum(values.subarray(0, middle)) + pairwiseSum(values.subarray(middle));
  }
  const sums = values.slice(0, 8);
  let at = 8;
  for (; at + 8 <= count; at += 8) {
    for (let lane = 0; lane < 8; lane++) sums[lane] = (sums[lane] as number) + (values[at + lane] as number);
  }
  const [a, b, c, d, e, f, g, h] = sums as unknown as readonly [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  let sum = a + b + (c + d) + (e + f + (g + h));
  for (; at < count; at++) sum += values[at] as number;
  return sum;
}
