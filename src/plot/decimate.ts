import type { HistoryPoint, Snapshot } from '../wire/snapshot.ts';

/** As many points as the page's widest chart has pixels for: one every two. */
export const PAGE_POINTS_MAX = 360;

/** A snapshot as the page needs it: the same, but no history is longer than can be seen. */
export function decimateForPage(snapshot: Snapshot): Snapshot {
  if (snapshot.models.every(({ history }) => history.length <= PAGE_POINTS_MAX)) return snapshot;
  return {
    ...snapshot,
    models: snapshot.models.map((model) => ({ ...model, history: decimate(model.history, PAGE_POINTS_MAX) })),
  };
}

/**
 * At most `pointsMax` of the points, in their order: the first, the last, and of every stretch between two of equal
 * length the one that lies farthest from the straight way (largest triangle, three buckets), so that a peak is never lost.
 *
 * @param pointsMax at least 3
 * @see Steinarsson (2013), Downsampling Time Series for Visual Representation
 */
export function decimate(points: readonly HistoryPoint[], pointsMax: number): readonly HistoryPoint[] {
  const last = points.at(-1);
  let [kept] = points;
  if (points.length <= pointsMax || kept === undefined || last === undefined) return points;
  const decimated = [kept];
  const size = (points.length - 2) / (pointsMax - 2);
  const start = (bucket: number) => 1 + Math.floor(bucket * size);
  for (let bucket = 0; bucket < pointsMax - 2; bucket++) {
    const next = meanOf(points.slice(start(bucket + 1), start(bucket + 2)), last);
    kept = farthest(points.slice(start(bucket), start(bucket + 1)), kept, next);
    decimated.push(kept);
  }
  decimated.push(last);
  return decimated;
}

interface Place {
  readonly atMs: number;
  readonly mae: number;
}

/** The middle of the next stretch; after the last one, the last point. */
function meanOf(points: readonly HistoryPoint[], last: HistoryPoint): Place {
  if (points.length === 0) return last;
  const mean = (of: (point: HistoryPoint) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  return { atMs: mean(({ atMs }) => atMs), mae: mean(({ mae }) => mae) };
}

/** The point that makes the largest triangle with the one kept before and what comes next. */
function farthest(points: readonly HistoryPoint[], before: HistoryPoint, next: Place): HistoryPoint {
  const area = ({ atMs, mae }: HistoryPoint) =>
    Math.abs((before.atMs - next.atMs) * (mae - before.mae) - (before.atMs - atMs) * (next.mae - before.mae));
  return points.reduce((best, point) => (area(point) > area(best) ? point : best), points[0] ?? before);
}
