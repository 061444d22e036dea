import {
  type ChangeWatch,
  changeMark,
  emptyWatch,
  keepMark,
  observe,
  type WatchState,
} from '../../wire/change-watch.ts';
import type { ChangeSnapshot, MarkSnapshot } from '../../wire/snapshot.ts';
import type { LogRow } from '../log/log-reader.ts';

/** Where a change detector saw a change in a log. It promises nothing. */
export interface LogMark {
  /** How many ids had come, this one included. */
  readonly row: number;
  /** The line of the log; the first of the file is 1. Absent where there is no such file. */
  readonly line?: number;
  /** As the log has it, in a column of that name. */
  readonly time?: string;
  readonly text: string;
  readonly change: ChangeSnapshot;
}

/**
 * What change detectors see from line to line: in the log's absolute_error, or in predictions that are numbers; for DDM in
 * right and wrong labels.
 */
export class LogMarks {
  readonly #watched: readonly (WatchState<LogMark> & { readonly watch: ChangeWatch })[];
  #rows = 0;

  /** @param watches those on features are left out: no log has them */
  constructor(watches: readonly ChangeWatch[]) {
    this.#watched = watches
      .filter(({ on }) => on.kind !== 'feature')
      .map((watch) => ({ ...emptyWatch<LogMark>(watch), watch }));
  }

  /** The first row of an id. */
  add(row: LogRow): void {
    this.#rows++;
    const { line, time } = row;
    for (const watched of this.#watched) {
      const { watch } = watched;
      const observation = observationOf(watch, row);
      if (typeof observation !== 'number') continue;
      const seen = observe(watch, watched, observation);
      if (seen === undefined) continue;
      const { text, change } = changeMark(watch, seen, 0);
      keepMark(watched, { row: this.#rows, line, ...(time && { time }), text, change });
    }
  }

  /** In the order of the log; of each detector the last twenty. @param task right and wrong are those of classes alone */
  seen(task: 'regression' | 'classification'): LogMark[] {
    const fitting = this.#watched.filter(({ watch }) => task === 'classification' || watch.name !== 'ddm');
    return fitting.flatMap(({ marks }) => marks).sort((a, b) => a.row - b.row);
  }
}

/** As marks on the course of the log's error. @param hasTimes whether its points have times, else they have numbers of rows; a mark without its time is left out then */
export function marksOnCourse(marks: readonly LogMark[], hasTimes: boolean): MarkSnapshot[] {
  const placed = marks.map(({ row, time, text, change }) => {
    const atMs = hasTimes ? Date.parse(time ?? '') : row;
    return { atMs, kind: 'change' as const, text, change };
  });
  return placed.filter(({ atMs }) => Number.isFinite(atMs));
}

function observationOf({ name, on }: ChangeWatch, row: LogRow): number | string {
  if (on.kind === 'prediction') return row.prediction;
  if (name === 'ddm') return row.truth === row.prediction ? 0 : 1;
  return row.absoluteError;
}
