/**
 * Quantiles of all the values by linear interpolation between order statistics (numpy's default). Sorts
 * `values` in place. `undefined` for each when there is no value.
 *
 * @param values finite numbers
 * @param ratios each 0..1
 * @throws {RangeError} on a ratio that is none
 * @see Hyndman and Fan (1996), definition 7, doi:10.2307/2684934
 */
export function exactQuantiles(values: Float64Array, ratios: readonly number[]): (number | undefined)[] {
  values.sort();
  return ratios.map((ratio) => {
    if (!(ratio >= 0 && ratio <= 1))
      throw new RangeError(`Cannot take the quantile at ${ratio}: 0 to 1 is expected`);
    if (values.length === 0) return undefined;
    const rank = ratio * (values.length - 1);
    const low = values[Math.floor(rank)]!;
    const high = values[Math.ceil(rank)]!;
    return low + (high - low) * (rank - Math.floor(rank));
  });
}
