import { AftermathError } from '../service/errors.ts';
import { exactQuantiles } from '../stats/exact-quantiles.ts';
import type { Figures } from '../stats/figure.ts';
import { present } from '../stats/figure.ts';
import { regression } from '../stats/regression.ts';
import type { Task } from '../wire/snapshot.ts';
import { lastRows } from './last-rows.ts';
import { readLog } from './log-reader.ts';
import type { LogRow } from './log-reader.ts';
import { type BootstrapOptions, bootstrapRegression } from './report-bootstrap.ts';
import { bootstrapClasses } from './report-bootstrap-classes.ts';
import { classFiguresOf, classLogOf, LABEL_UNIT } from './report-classes.ts';
import { reportIntervals } from './report-intervals.ts';
import type { ReportIntervals } from './report-intervals.ts';

/** What a log says. Written as JSON it is the answer of `aftermath report --json`. */
export interface Report {
  /** Different ids: of each, the last row counts. */
  readonly rows: number;
  /** Absent without a row. */
  readonly task?: Task;
  /** By name; a figure without an honest answer is absent. Intervals hold at every look, see `report-intervals.ts`. */
  readonly figures: Figures;
  /** How many ids came more than once. */
  readonly repeated: number;
  /** What a reader has to know beside the figures, in whole sentences. */
  readonly notes: readonly string[];
}

/** How a log is read. */
export interface ReportOptions {
  /** `auto`: regression, unless the log holds labels, or its absolute_error is none of |y_true − y_pred|. */
  readonly task: 'auto' | 'regression' | 'classification';
  /** Which model's rows count, where the log has a column `model`; absent: the only one. */
  readonly model?: string | undefined;
  /** Gives figures that have no interval valid at every look one of this n alone; absent: they have none. */
  readonly bootstrap?: BootstrapOptions | undefined;
}

/**
 * The figures of a log, ours or that of any service with the header `id,y_true,y_pred,absolute_error`.
 * Reads it as a stream; holds some 45 bytes an id.
 *
 * @throws {AftermathError} `stop` when the file is no such log or a line of it cannot be; `usage` when it
 *   holds several models and none was chosen, or not the chosen one
 */
export async function reportLog(path: string, options: ReportOptions = { task: 'auto' }): Promise<Report> {
  const collected = await collect(path, options);
  const { rows, notes } = collected;
  const common = { rows: rows.count, repeated: rows.repeated };
  if (rows.count === 0) return { ...common, figures: {}, notes: [...notes, 'The log has no outcome yet.'] };
  if (options.task === 'classification' || (options.task === 'auto' && readsAsClasses(collected))) {
    if (!collected.errorsAreShares) {
      throw new AftermathError(
        'stop',
        `Cannot report on ${path} as classes: its absolute_error goes beyond 1, which no class has`,
      );
    }
    const found = classFiguresOf(collected);
    const figures = collected.intervals.ofClasses(found.figures);
    const { bootstrap } = options;
    return {
      ...common,
      task: found.task,
      figures: bootstrap ? bootstrapClasses(figures, classLogOf(collected, found), bootstrap) : figures,
      notes,
    };
  }
  if (collected.firstLabel !== undefined) {
    const { line, text } = collected.firstLabel;
    throw new AftermathError(
      'stop',
      `Cannot read line ${line} of the log ${path}: a number is expected, ${JSON.stringify(text)} is there`,
    );
  }
  if (collected.disagreeing > 0) {
    notes.push(
      `absolute_error is not |y_true − y_pred| in ${counted(collected.disagreeing, 'line')}; the figures are made from y_true and y_pred.`,
    );
  }
  const figures = collected.intervals.ofRegression(regressionFigures(collected));
  const { bootstrap } = options;
  return {
    ...common,
    task: 'regression',
    figures: bootstrap ? bootstrapRegression(figures, rows, bootstrap) : figures,
    notes,
  };
}

/** Miscoverage of each interval, over all looks. */
const ALPHA = 0.05;

interface Collected {
  readonly rows: ReturnType<typeof lastRows>;
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
  readonly notes: string[];
}

async function collect(path: string, { model }: ReportOptions): Promise<Collected> {
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
  const found: Collected = {
    rows: lastRows(),
    labels,
    firstLabel: undefined,
    disagreeing: 0,
    numbersAreWhole: true,
    errorsAreShares: true,
    graded: false,
    intervals: reportIntervals(ALPHA),
    notes: [],
  };
  const models = new Set<string>();
  const log = readLog(path);
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
      );
      if (isNew) found.intervals.add(row);
    }
  }
  found.rows.seal();
  chosenModel(path, models, model);
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

function chosenModel(path: string, models: ReadonlySet<string>, model: string | undefined): void {
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
}

function labelOf({ line, truth, prediction }: LogRow): { line: number; text: string } {
  return { line, text: String(typeof truth === 'string' ? truth : prediction) };
}

/** Whole numbers to the last digit, others up to what services round their absolute_error to. */
function agree(expected: number, absoluteError: number, whole: boolean): boolean {
  return Math.abs(expected - absoluteError) <= (whole ? 1e-9 : 0.0051) * Math.max(1, expected);
}

function readsAsClasses({ firstLabel, disagreeing, numbersAreWhole, errorsAreShares }: Collected): boolean {
  return errorsAreShares && numbersAreWhole && (firstLabel !== undefined || disagreeing > 0);
}

function regressionFigures({ rows }: Collected): Figures {
  const state = regression.empty();
  const errors = new Float64Array(rows.count);
  let at = 0;
  rows.forEach((truth, prediction) => {
    regression.add(state, { truth, prediction });
    errors[at++] = Math.abs(prediction - truth);
  });
  const [median, p95] = exactQuantiles(errors, [0.5, 0.95]);
  return {
    ...regression.value(state),
    ...present({ median_absolute_error: median, p95_absolute_error: p95 }),
  };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
