import type { CoursePoint } from './course-point.ts';

/** Corners of a plot of errors over time. */
export interface ErrorLimits {
  readonly fromMs: number;
  readonly toMs: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Holds every line, and as much of the band as does not squeeze them: an interval on a handful of rows may be a
 * hundred times wider than anything that comes after it. Room around a line that is flat, or a single point.
 *
 * @param lines the champion's first; an empty list gives 0 to 1
 * @param options.max no value lies above it
 */
export function errorLimits(
  lines: readonly (readonly CoursePoint[])[],
  { along, max = Infinity }: { readonly along?: 'rows' | undefined; readonly max?: number | undefined } = {},
): ErrorLimits {
  const all = lines.flat();
  if (all.length === 0) return { fromMs: 0, toMs: 1, low: 0, high: 1 };
  // A first point on a few rows may lie anywhere: it need not be seen at the cost of all others.
  const settled = lines.flatMap((points) => {
    const rows = points.at(-1)?.scored ?? 0;
    return points.filter(({ scored }) => scored * SETTLED_SHARE >= rows);
  });
  const errors = settled.flatMap(({ value, naive }) => (naive === undefined ? [value] : [value, naive]));
  let [low, high] = [Math.min(...errors), Math.max(...errors)];
  const reach = (high - low) / 2 || Math.abs(high) * 0.1 || 1;
  const last = lines[0]?.at(-1);
  [low, high] = [Math.min(low, last?.low ?? low), Math.max(high, last?.high ?? high)];
  const [lowMin, highMax] = [low - reach, high + reach];
  for (const point of settled) {
    low = Math.min(low, Math.max(point.low ?? low, lowMin));
    high = Math.max(high, Math.min(point.high ?? high, highMax));
  }
  const room = (high - low) * 0.06 || reach;
  const [fromMs, toMs] = [Math.min(...all.map((p) => p.atMs)), Math.max(...all.map((p) => p.atMs))];
  // Around a single point: half a minute, or a row.
  const besideMs = along === 'rows' ? 1 : 30_000;
  return {
    fromMs: toMs > fromMs ? fromMs : fromMs - besideMs,
    toMs: toMs > fromMs ? toMs : toMs + besideMs,
    low: Math.max(0, low - room),
    high: Math.min(max, high + room),
  };
}

/** Points from this part of all rows on decide the limits. */
const SETTLED_SHARE = 50;
