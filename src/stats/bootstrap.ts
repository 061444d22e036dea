import { exactQuantiles } from './exact-quantiles.ts';
import type { Interval } from './confidence-sequence.ts';
import { uniformBits } from './uniform-bits.ts';

/** Figures by name as one resample has them; `undefined` where it has no answer. */
export type ResampledFigures = Readonly<Record<string, number | undefined>>;

/**
 * Percentile intervals of figures by the bootstrap: for each resample as many rows as there are, drawn with
 * replacement. They hold, about, for one look at a sample of this size, and are nothing to watch: whoever looks again
 * and again will see them exclude the truth. A figure that some resample has no answer to has no interval.
 *
 * Holds one byte a row, and one number a figure and resample.
 *
 * @param options.rows 1 or more
 * @param options.figures from how often each row was drawn; the array is used again for the next resample
 * @returns by name of the figure; the same seed gives the same intervals
 * @throws {RangeError} without a row, or on a level that is none
 * @see Efron (1979), doi:10.1214/aos/1176344552
 */
export function bootstrapIntervals(options: {
  readonly rows: number;
  readonly resamples: number;
  readonly seed: number;
  readonly level: number;
  readonly figures: (counts: Uint8Array) => ResampledFigures;
}): Map<string, Interval> {
  const { rows, resamples, seed, level, figures } = options;
  if (!(rows >= 1) || !(rows <= 2 ** 32)) throw new RangeError(`Cannot resample ${rows} rows`);
  if (!(level > 0 && level < 1)) throw new RangeError(`Cannot make an interval at a level of ${level}`);
  const bits = uniformBits(seed);
  const counts = new Uint8Array(rows);
  const drawn = new Map<string, Float64Array>();
  const unanswered = new Set<string>();
  for (let resample = 0; resample < resamples; resample++) {
    counts.fill(0);
    // 32 random bits scaled to a row: some rows are more probable than others by rows / 2³² at most
    for (let i = 0; i < rows; i++) counts[Math.floor((bits() / 2 ** 32) * rows)]!++;
    const found = figures(counts);
    for (const name in found) {
      const value = found[name];
      if (value === undefined) unanswered.add(name);
      else valuesOf(drawn, name, resamples)[resample] = value;
    }
  }
  const intervals = new Map<string, Interval>();
  for (const [name, values] of drawn) {
    if (unanswered.has(name)) continue;
    const [low, high] = exactQuantiles(values, [(1 - level) / 2, (1 + level) / 2]);
    intervals.set(name, { low: low!, high: high! });
  }
  return intervals;
}

function valuesOf(drawn: Map<string, Float64Array>, name: string, resamples: number): Float64Array {
  let values = drawn.get(name);
  if (values === undefined) drawn.set(name, (values = new Float64Array(resamples)));
  return values;
}
