import type { Baselines } from '../../stats/running-baselines.ts';
import { HISTORY_POINTS_MAX, type HistoryPoint, type RunningMean } from '../../wire/snapshot.ts';
import type { LogRow } from '../log/log-reader.ts';
import { FrequentLabel } from './frequent-label.ts';
import type { CourseIntervals, ReportIntervals } from './report-intervals.ts';

/**
 * How the error went from line to line of a log, in a bounded number of points: when they are too many, every second
 * one goes and the others are twice as far apart. What the naive answer, the median of the truths so far or the most frequent
 * one, would have had on the same rows goes along.
 */
export class LogCourse {
  readonly #points: CoursePoint[] = [];
  #every = 1;
  #rows = 0;
  /** Sums since the beginning: of the distance of truth and prediction, and of the log's absolute_error. */
  #distances = 0;
  #shares = 0;
  #naive = 0;
  #naiveRows = 0;
  #right = 0;
  readonly #truths = new FrequentLabel();
  #timesAreKnown = true;

  /** Whether points have the time that the log gives them; else they are as far apart as their rows. */
  get hasTimes(): boolean {
    return this.#timesAreKnown && this.#points.length > 0;
  }

  /**
   * The first row of an id.
   *
   * @param naive the naive answers before it
   */
  add(
    { truth, prediction, absoluteError, time }: LogRow,
    naive: Baselines | undefined,
    intervals: ReportIntervals,
  ): void {
    this.#rows++;
    this.#shares += absoluteError;
    if (truth === prediction) this.#right++;
    this.#truths.add(truth);
    if (typeof truth === 'number' && typeof prediction === 'number') {
      this.#distances += Math.abs(truth - prediction);
      if (naive !== undefined) {
        this.#naive += Math.abs(truth - naive.median);
        this.#naiveRows++;
      }
    }
    if (this.#rows % this.#every !== 0) return;
    this.#mark(time, intervals);
    if (this.#points.length < HISTORY_POINTS_MAX) return;
    for (let i = 0; i < HISTORY_POINTS_MAX / 2; i++) this.#points[i] = this.#points[2 * i + 1]!;
    this.#points.length = HISTORY_POINTS_MAX / 2;
    this.#every *= 2;
  }

  /** Oldest first; where times are not known `atMs` is the number of rows. */
  points(task: 'regression' | 'classification'): HistoryPoint[] {
    const isRegression = task === 'regression';
    return this.#points.map((point, i) => {
      const before = this.#points[i - 1];
      const sum = isRegression ? point.distances : point.shares;
      const sumBefore = before === undefined ? 0 : isRegression ? before.distances : before.shares;
      const interval = isRegression ? point.intervals.ofRegression() : point.intervals.ofClasses();
      return {
        atMs: this.#timesAreKnown ? point.atMs! : point.rows,
        scored: point.rows,
        mae: sum / point.rows,
        recentMae: (sum - sumBefore) / (point.rows - (before?.rows ?? 0)),
        ...(interval && { low: interval.low, high: interval.high }),
        ...(isRegression && point.naiveMae !== undefined && { naiveMae: point.naiveMae }),
        ...(!isRegression && { means: { accuracy: accuracyAt(point, before) } }),
      };
    });
  }

  #mark(time: string | undefined, intervals: ReportIntervals): void {
    const ms = time === undefined ? Number.NaN : Date.parse(time);
    const atMs = Math.max(ms, this.#points.at(-1)?.atMs ?? ms);
    this.#timesAreKnown &&= Number.isFinite(ms);
    this.#points.push({
      rows: this.#rows,
      atMs: this.#timesAreKnown ? atMs : undefined,
      distances: this.#distances,
      shares: this.#shares,
      intervals: intervals.now(),
      right: this.#right,
      naiveRight: this.#truths.count,
      naiveMae: this.#naiveRows === 0 ? undefined : this.#naive / this.#naiveRows,
    });
  }
}

function accuracyAt(
  { rows, right, naiveRight, intervals }: CoursePoint,
  before: CoursePoint | undefined,
): RunningMean {
  const interval = intervals.ofAccuracy();
  return {
    value: right / rows,
    recent: (right - (before?.right ?? 0)) / (rows - (before?.rows ?? 0)),
    ...(interval && { low: interval.low, high: interval.high }),
    ...(naiveRight !== undefined && { naive: naiveRight / rows }),
  };
}

interface CoursePoint {
  readonly rows: number;
  readonly atMs: number | undefined;
  readonly distances: number;
  readonly shares: number;
  readonly intervals: CourseIntervals;
  readonly naiveMae: number | undefined;
  /** Rows whose prediction is their truth, and those that have the most frequent truth. */
  readonly right: number;
  readonly naiveRight: number | undefined;
}
