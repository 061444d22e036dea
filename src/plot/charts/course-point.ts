import type { HistoryPoint } from '../../wire/snapshot.ts';

/** How a figure stood at one moment. */
export interface CoursePoint {
  readonly atMs: number;
  readonly scored: number;
  /** Of all outcomes so far, and of those since the point before. */
  readonly value: number;
  readonly recent: number;
  /** Interval of `value`, where one is valid. */
  readonly low?: number;
  readonly high?: number;
  /** What the naive answer would have had on the same rows. */
  readonly naive?: number;
  /** Share of the predictions that the figure stands on, 0..1. */
  readonly coverage?: number;
}

/** A history as that of one figure; points that do not have it are left out. @param figure `mae`, or a name in `means` */
export function coursePoints(history: readonly HistoryPoint[], figure: string): CoursePoint[] {
  return history.flatMap((point) => {
    const { atMs, scored, coverage } = point;
    const mean = figure === 'mae' ? ofError(point) : point.means?.[figure];
    return mean === undefined ? [] : [{ atMs, scored, ...mean, ...(coverage !== undefined && { coverage }) }];
  });
}

function ofError({
  mae,
  recentMae,
  low,
  high,
  naiveMae,
}: HistoryPoint): Omit<CoursePoint, 'atMs' | 'scored'> {
  return {
    value: mae,
    recent: recentMae,
    ...(low !== undefined && high !== undefined && { low, high }),
    ...(naiveMae !== undefined && { naive: naiveMae }),
  };
}
