import { bootstrapIntervals, type ResampledFigures } from '../../stats/bootstrap.ts';
import type { Figures } from '../../stats/figure.ts';
import type { LastRows } from './last-rows.ts';

/** How many resamples, and from which seed. */
export interface BootstrapOptions {
  /** 100..100,000 */
  readonly resamples: number;
  /** 0..2³² − 1 */
  readonly seed: number;
}

/** Confidence of each interval, for one look. */
const LEVEL = 0.95;

/** The figures that have no interval yet, with that of the bootstrap where it has one. */
export function withBootstrap(
  figures: Figures,
  rows: number,
  { resamples, seed }: BootstrapOptions,
  resampled: (counts: Uint8Array) => ResampledFigures,
): Figures {
  const intervals = bootstrapIntervals({ rows, resamples, seed, level: LEVEL, figures: resampled });
  const method = `fixed-n bootstrap, ${resamples} resamples`;
  return Object.fromEntries(
    Object.entries(figures).map(([name, figure]) => {
      const interval = figure.low === undefined ? intervals.get(name) : undefined;
      return [name, interval === undefined ? figure : { ...figure, ...interval, level: LEVEL, method }];
    }),
  );
}

/** The figures of a log of numbers, each without an interval given one. Holds 25 bytes a row beside the rows. */
export function bootstrapRegression(figures: Figures, rows: LastRows, options: BootstrapOptions): Figures {
  const { count } = rows;
  // In order of their size, so that one pass over the counts finds sums and quantiles both
  const order = byAbsoluteError(rows);
  const errors = new Float64Array(count);
  const truths = new Float64Array(count);
  let [at, truthSum] = [0, 0];
  rows.forEach((truth, prediction) => {
    const place = order[at++]!;
    errors[place] = prediction - truth;
    truths[place] = truth;
    truthSum += truth;
  });
  // From about their mean, so that the squares keep their digits
  const origin = truthSum / count;
  const ranks = [0.5, 0.95].map((ratio) => ratio * (count - 1));
  return withBootstrap(figures, count, options, (counts) => {
    let [drawn, absolute, signed, squared, truth, truthSquared] = [0, 0, 0, 0, 0, 0];
    const quantiles = ranks.map((rank) => ({ rank, low: 0, high: 0 }));
    for (let i = 0; i < count; i++) {
      const times = counts[i]!;
      if (times === 0) continue;
      const error = errors[i]!;
      const off = truths[i]! - origin;
      const size = Math.abs(error);
      for (const quantile of quantiles) {
        if (drawn <= Math.floor(quantile.rank)) quantile.low = size;
        if (drawn <= Math.ceil(quantile.rank)) quantile.high = size;
      }
      drawn += times;
      absolute += times * size;
      signed += times * error;
      squared += times * error * error;
      truth += times * off;
      truthSquared += times * off * off;
    }
    const spread = truthSquared - (truth * truth) / count;
    const [median, p95] = quantiles.map(({ rank, low, high }) => low + (high - low) * (rank % 1));
    return {
      mae: absolute / count,
      mse: squared / count,
      rmse: Math.sqrt(squared / count),
      bias: signed / count,
      r2: spread > 0 ? 1 - squared / spread : undefined,
      explained_variance: spread > 0 ? 1 - (squared - (signed * signed) / count) / spread : undefined,
      median_absolute_error: median,
      p95_absolute_error: p95,
    };
  });
}

/** For each row the place that it has among all by the size of its error. */
function byAbsoluteError(rows: LastRows): Uint32Array {
  const sizes = new Float64Array(rows.count);
  let at = 0;
  rows.forEach((truth, prediction) => (sizes[at++] = Math.abs(prediction - truth)));
  const sorted = Uint32Array.from(sizes, (_, i) => i).sort((a, b) => sizes[a]! - sizes[b]!);
  const places = new Uint32Array(rows.count);
  for (const [place, row] of sorted.entries()) places[row] = place;
  return places;
}
