import { coarsen } from '../plot/charts/histogram.ts';
import { formatTick } from '../plot/charts/numbers.ts';
import type { Histogram } from '../wire/snapshot.ts';

/** Eighths of a character's height. */
const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/**
 * Errors as a line of bars: `0 ▇█▆▄▃▂▁▁▁ 88 min, 1.2 % beyond`. A bin with anything in it has a bar, an empty one a space.
 *
 * @param barsMax at least 8
 */
export function textHistogram(
  histogram: Histogram,
  { units, barsMax }: { readonly units: string | undefined; readonly barsMax: number },
): string {
  const rows = histogram.counts.reduce((sum, count) => sum + count, histogram.above);
  // As many rows as fill so many bins, and no more (Rice's rule, as the picture has it).
  const { width, counts, above } = coarsen(histogram, Math.min(rows, (barsMax / 4) ** 3));
  const most = Math.max(1, ...counts);
  const bars = counts.map((count) => (count === 0 ? ' ' : BARS[Math.ceil((count / most) * BARS.length) - 1]));
  const end = `${formatTick(width * counts.length, 'en', 4)}${units === undefined ? '' : ` ${units}`}`;
  const beyond = above === 0 ? '' : `, ${((100 * above) / rows).toPrecision(2)} % beyond`;
  return `0 ${bars.join('')} ${end}${beyond}`;
}
