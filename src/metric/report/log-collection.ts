import type { LogRow } from '../log/log-reader.ts';
import { ALPHA } from '../ordered/intervals.ts';
import { lastRows, type LastRows } from './last-rows.ts';
import { LogCourse } from './log-course.ts';
import { LogMarks } from './log-marks.ts';
import { LogSlices } from './log-slices.ts';
import { type ClassRows, LABEL_UNIT } from './report-classes.ts';
import { reportIntervals, type ReportIntervals, type ReportSettings } from './report-intervals.ts';

/** What is gathered of a model's rows. */
export interface CollectionSettings extends ReportSettings {
  /** What charts need beside figures; absent: nothing. */
  readonly charts?: { readonly slices: readonly string[] } | undefined;
}

/** What is kept of one model's rows of a log: the last of each id, some 35 bytes, and what depends on the order of lines. */
export class LogCollection implements ClassRows {
  readonly rows: LastRows = lastRows();
  /** Labels by their code. */
  readonly labels: string[] = [];
  firstLabel: { readonly line: number; readonly text: string } | undefined;
  /** Lines whose absolute_error is not |y_true − y_pred|. */
  disagreeing = 0;
  /** Every number is whole, as numbers that name classes are. */
  numbersAreWhole = true;
  /** Every absolute_error is at most 1. */
  errorsAreShares = true;
  /** Some absolute_error is neither 0 nor 1: probabilities came along. */
  graded = false;
  readonly intervals: ReportIntervals;
  readonly marks: LogMarks;
  readonly course: LogCourse | undefined;
  readonly slices: LogSlices | undefined;
  readonly #codes = new Map<string, number>();

  constructor(settings: CollectionSettings) {
    this.intervals = reportIntervals(ALPHA, settings);
    this.marks = new LogMarks(settings.marks ?? []);
    const { charts } = settings;
    this.course = charts && new LogCourse();
    this.slices = charts && charts.slices.length > 0 ? new LogSlices(charts.slices) : undefined;
  }

  /** The next row of the log. True where its id is new. */
  put(row: LogRow): boolean {
    const { truth, prediction, absoluteError } = row;
    if (typeof truth === 'number' && typeof prediction === 'number') {
      const whole = Number.isInteger(truth) && Number.isInteger(prediction);
      if (!agree(Math.abs(truth - prediction), absoluteError, whole)) this.disagreeing++;
      this.numbersAreWhole &&= whole;
    } else {
      this.firstLabel ??= labelOf(row);
    }
    this.errorsAreShares &&= absoluteError <= 1;
    this.graded ||= absoluteError !== 0 && absoluteError !== 1;
    const codes = this.slices?.codesOf(row.slices);
    const isNew = this.rows.put(
      row.id,
      typeof truth === 'number' ? truth : this.#codeOf(truth),
      typeof prediction === 'number' ? prediction : this.#codeOf(prediction),
      absoluteError,
      codes,
    );
    if (!isNew) return false;
    const naive = this.intervals.add(row);
    this.marks.add(row);
    this.course?.add(row, naive, this.intervals);
    if (codes !== undefined) this.slices?.add(row, codes);
    return true;
  }

  #codeOf(label: string): number {
    let code = this.#codes.get(label);
    if (code === undefined) {
      code = this.labels.push(label) * LABEL_UNIT;
      this.#codes.set(label, code);
    }
    return code;
  }
}

function labelOf({ line, truth, prediction }: LogRow): { line: number; text: string } {
  return { line, text: String(typeof truth === 'string' ? truth : prediction) };
}

/** Whole numbers to the last digit, others up to what services round their absolute_error to. */
function agree(expected: number, absoluteError: number, whole: boolean): boolean {
  return Math.abs(expected - absoluteError) <= (whole ? 1e-9 : 0.0051) * Math.max(1, expected);
}
