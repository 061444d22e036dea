import { AftermathError } from '../../service/errors.ts';
import { exactQuantiles } from '../../stats/exact-quantiles.ts';
import type { Figures } from '../../stats/figure.ts';
import { present } from '../../stats/figure.ts';
import { RegressionBlock } from '../../stats/regression-block.ts';
import type { ComparisonSnapshot, Task } from '../../wire/snapshot.ts';
import { NO_FURTHER_FIGURES } from '../figures/figure-settings.ts';
import { RegressionSet } from '../figures/regression-set.ts';
import { withReasons } from '../ordered/interval-reasons.ts';
import type { LogCollection } from './log-collection.ts';
import type { LogMark } from './log-marks.ts';
import { type Challenger, collectLog, type CollectedLog } from './log-models.ts';
import { type BootstrapOptions, bootstrapRegression } from './report-bootstrap.ts';
import { bootstrapClasses } from './report-bootstrap-classes.ts';
import { classFiguresOf, classLogOf, type ClassFigures } from './report-classes.ts';
import type { ReportSettings } from './report-intervals.ts';

/** What a log says. Written as JSON it is the answer of `aftermath report --json`. */
export interface Report {
  /** Different ids: of each, the last row counts. */
  readonly rows: number;
  /** Absent without a row. */
  readonly task?: Task;
  /** By name; a figure without an honest answer is absent. Intervals hold at every look; where there is none, `why` says so. */
  readonly figures: Figures;
  /** The log's other models against this one, paired by id, where one was chosen of several. */
  readonly comparisons?: readonly ChallengerReport[];
  /** What change detectors saw, in the order of the log: of each the last twenty. They promise nothing. Absent: nothing. */
  readonly marks?: readonly LogMark[];
  /** How many ids came more than once. */
  readonly repeated: number;
  /** What a reader has to know beside the figures, in whole sentences. */
  readonly notes: readonly string[];
}

/** How another model stands against the one that a report is on. */
export interface ChallengerReport extends ComparisonSnapshot {
  readonly challenger: string;
}

/** How a log is read. */
export interface ReportOptions extends ReportSettings {
  /** `auto`: regression, unless the log holds labels, or its absolute_error is none of |y_true − y_pred|. */
  readonly task: 'auto' | 'regression' | 'classification';
  /** Which model's rows count, where the log has a column `model`; the others are compared with it. Absent: the only one. */
  readonly model?: string | undefined;
  /** Weight of recall against precision in `f_beta`; absent: there is none. */
  readonly beta?: number | undefined;
  /** Gives figures that have no interval valid at every look one of this n alone; absent: they have none. */
  readonly bootstrap?: BootstrapOptions | undefined;
  /** Told how many bytes were read, now and then. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/**
 * The figures of a log, ours or that of any service with the header `id,y_true,y_pred,absolute_error`.
 *
 * @throws {AftermathError} as `collectLog`, and `stop` where it cannot be of the task
 */
export async function reportLog(path: string, options: ReportOptions = { task: 'auto' }): Promise<Report> {
  const log = await collectLog(path, options);
  const { report } = figuresOf(path, log.collection, options);
  return withComparisons({ ...report, notes: [...log.notes, ...report.notes] }, log);
}

/** A report with what its log has of other models. */
export function withComparisons(report: Report, log: CollectedLog): Report {
  const comparisons = log.challengers.flatMap((challenger) => {
    const found = comparisonOf(report, log, challenger);
    return found === undefined ? [] : [{ challenger: challenger.model, ...found }];
  });
  return comparisons.length === 0 ? report : { ...report, comparisons };
}

/** How a challenger stands, by the task of the report; `undefined` before the two have a row together. */
export function comparisonOf(
  { task }: Report,
  { model = '' }: CollectedLog,
  { pair }: Challenger,
): ComparisonSnapshot | undefined {
  return task && pair.of(task === 'regression' ? 'regression' : 'classification', model);
}

/** The figures of one model, and its classes where it has some. @throws {AftermathError} as `reportLog` */
export function figuresOf(
  path: string,
  collected: LogCollection,
  options: ReportOptions,
): { report: Report; classes: ClassFigures | undefined } {
  const { task, bootstrap } = options;
  const { rows } = collected;
  const notes: string[] = [];
  const common = { rows: rows.count, repeated: rows.repeated };
  if (rows.count === 0) {
    notes.push('The log has no outcome yet.');
    return { report: { ...common, figures: {}, notes }, classes: undefined };
  }
  if (task === 'classification' || (task === 'auto' && readsAsClasses(collected))) {
    if (!collected.errorsAreShares) {
      throw new AftermathError(
        'stop',
        `Cannot report on ${path} as classes: its absolute_error goes beyond 1, which no class has`,
      );
    }
    const classes = classFiguresOf(collected, options.beta);
    const valid = collected.intervals.ofClasses(classes.figures);
    const all = bootstrap ? bootstrapClasses(valid, classLogOf(collected, classes), bootstrap) : valid;
    return {
      report: {
        ...common,
        task: classes.task,
        figures: withReasons(all, common),
        ...marksIn(collected, 'classification'),
        notes,
      },
      classes,
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
  const valid = collected.intervals.ofRegression(regressionFigures(collected, options));
  const all = bootstrap ? bootstrapRegression(valid, rows, bootstrap) : valid;
  return {
    report: {
      ...common,
      task: 'regression',
      figures: withReasons(all, common),
      ...marksIn(collected, 'regression'),
      notes,
    },
    classes: undefined,
  };
}

function marksIn({ marks }: LogCollection, task: 'regression' | 'classification'): Pick<Report, 'marks'> {
  const seen = marks.seen(task);
  return seen.length === 0 ? {} : { marks: seen };
}

function readsAsClasses({
  firstLabel,
  disagreeing,
  numbersAreWhole,
  errorsAreShares,
}: LogCollection): boolean {
  return errorsAreShares && numbersAreWhole && (firstLabel !== undefined || disagreeing > 0);
}

function regressionFigures(
  { rows }: LogCollection,
  { errorMax, pinball: quantiles = [] }: ReportOptions,
): Figures {
  const set = new RegressionSet({ ...NO_FURTHER_FIGURES, pinball: quantiles, errorMax });
  const block = new RegressionBlock();
  const errors = new Float64Array(rows.count);
  let at = 0;
  const flush = (): void => {
    set.putBlock(block);
    errors.set(block.size.subarray(0, block.count), at);
    at += block.count;
    block.clear();
  };
  rows.forEach((truth, prediction) => {
    if (!block.hasRoom(false)) flush();
    block.put(truth, prediction, undefined);
  });
  flush();
  const [median, p95, largest] = exactQuantiles(errors, [0.5, 0.95, 1]);
  return {
    ...set.values(),
    ...present({
      median_absolute_error: median,
      p95_absolute_error: p95,
      largest_absolute_error: largest,
    }),
  };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
