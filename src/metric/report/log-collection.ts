import { AftermathError } from '../../service/errors.ts';
import { lastRows, type LastRows } from './last-rows.ts';
import type { LogCourse } from './log-course.ts';
import { readLog, type LogRow } from '../log/log-reader.ts';
import type { LogSlices } from './log-slices.ts';
import { LABEL_UNIT } from './report-classes.ts';
import { reportIntervals, type ReportIntervals, type ReportSettings } from './report-intervals.ts';

/** Miscoverage of each interval, over all looks. */
const ALPHA = 0.05;

/** What is kept of a log that was read once: its last rows, and what depends on the order of its lines. */
export interface LogCollection {
  readonly rows: LastRows;
  /** Labels by their code. */
  readonly labels: readonly string[];
  firstLabel: { line: number; text: string } | undefined;
  /** Lines whose absolute_error is not |y_true − y_pred|. */
  disagreeing: number;
  /** Every number is whole, as numbers that name classes are. */
  numbersAreWhole: boolean;
  /** Every absolute_error is at most 1. */
  errorsAreShares: boolean;
  /** Some absolute_error is neither 0 nor 1: probabilities came along. */
  graded: boolean;
  readonly intervals: ReportIntervals;
  /** The model whose rows these are, where the log names one. */
  model: string | undefined;
  readonly notes: string[];
}

/** What is read of a log. */
export interface CollectOptions extends ReportSettings {
  /** Which model's rows count, where the log has a column `model`; absent: the only one. */
  readonly model?: string | undefined;
  /** Told of every first row of an id, in the order of the log. */
  readonly course?: LogCourse | undefined;
  /** By what rows are told apart, beside. */
  readonly slices?: LogSlices | undefined;
  /** Told how many bytes were read, now and then. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/**
 * Reads a log as a stream; holds some 35 bytes an id.
 *
 * @throws {AftermathError} `stop` when the file is no such log or a line of it cannot be; `usage` when it
 *   holds several models and none was chosen, or not the chosen one
 */
export async function collectLog(path: string, options: CollectOptions): Promise<LogCollection> {
  const { model, course, slices, onBytes } = options;
  const codes = new Map<string, number>();
  const labels: string[] = [];
  const codeOf = (label: string): number => {
    let code = codes.get(label);
    if (code === undefined) {
      code = labels.push(label) * LABEL_UNIT;
      codes.set(label, code);
    }
    return code;
  };
  const found: LogCollection = {
    rows: lastRows(),
    labels,
    firstLabel: undefined,
    disagreeing: 0,
    numbersAreWhole: true,
    errorsAreShares: true,
    graded: false,
    intervals: reportIntervals(ALPHA, options),
    model: undefined,
    notes: [],
  };
  const models = new Set<string>();
  const log = readLog(path, { slice: slices?.tag, onBytes });
  let step = await log.next();
  for (; step.done !== true; step = await log.next()) {
    for (const row of step.value) {
      if (row.model !== undefined) {
        models.add(row.model);
        if (model !== undefined && row.model !== model) continue;
        if (models.size > 1 && model === undefined) continue;
      }
      const { truth, prediction, absoluteError } = row;
      if (typeof truth === 'number' && typeof prediction === 'number') {
        const whole = Number.isInteger(truth) && Number.isInteger(prediction);
        if (!agree(Math.abs(truth - prediction), absoluteError, whole)) found.disagreeing++;
        found.numbersAreWhole &&= whole;
      } else {
        found.firstLabel ??= labelOf(row);
      }
      found.errorsAreShares &&= absoluteError <= 1;
      found.graded ||= absoluteError !== 0 && absoluteError !== 1;
      const isNew = found.rows.put(
        row.id,
        typeof truth === 'number' ? truth : codeOf(truth),
        typeof prediction === 'number' ? prediction : codeOf(prediction),
        absoluteError,
        slices?.codeOf(row.slice),
      );
      if (!isNew) continue;
      const naive = found.intervals.add(row);
      course?.add(row, naive, found.intervals);
      slices?.add(row);
    }
  }
  found.rows.seal();
  found.model = chosenModel(path, models, model);
  const { tornLine } = step.value;
  if (tornLine !== undefined) {
    found.notes.push(`Line ${tornLine}, the last, is not finished and was left out.`);
  }
  if (found.rows.repeated > 0) {
    found.notes.push(
      `${counted(found.rows.repeated, 'id')} came more than once: the last row of each counts, and the first in the intervals.`,
    );
  }
  return found;
}

function chosenModel(
  path: string,
  models: ReadonlySet<string>,
  model: string | undefined,
): string | undefined {
  const names = [...models].map((name) => JSON.stringify(name)).join(', ');
  if (model === undefined && models.size > 1) {
    throw new AftermathError(
      'usage',
      `Cannot report on ${path} as one model: it holds ${names}; choose one with --model`,
    );
  }
  if (model !== undefined && !models.has(model)) {
    const found = models.size === 0 ? 'it has no column model, or no row' : `it holds ${names}`;
    throw new AftermathError('usage', `Cannot report on model ${JSON.stringify(model)} in ${path}: ${found}`);
  }
  return [...models].find((name) => model === undefined || name === model);
}

function labelOf({ line, truth, prediction }: LogRow): { line: number; text: string } {
  return { line, text: String(typeof truth === 'string' ? truth : prediction) };
}

/** Whole numbers to the last digit, others up to what services round their absolute_error to. */
function agree(expected: number, absoluteError: number, whole: boolean): boolean {
  return Math.abs(expected - absoluteError) <= (whole ? 1e-9 : 0.0051) * Math.max(1, expected);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
