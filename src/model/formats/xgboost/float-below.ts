const single = new Float32Array(1);
const bits = new Int32Array(single.buffer);

/**
 * The largest float32 below a float32: `value < x` for float32 values is `value ≤ floatBelow(x)`.
 *
 * @returns NaN for NaN and -Infinity, below which there is nothing
 */
export function floatBelow(x: number): number {
  single[0] = x;
  const rounded = single[0];
  if (Number.isNaN(rounded) || rounded === -Infinity) return NaN;
  if (rounded === 0) return -(2 ** -149);
  bits[0] = (bits[0] as number) + (rounded > 0 ? -1 : 1);
  return single[0];
}
