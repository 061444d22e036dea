import { addCount, emptySketch, linearBins } from '../../stats/count-sketch.ts';
import { foldedConfusion } from '../../stats/confusion.ts';
import type { HistoryPoint, ModelSnapshot } from '../../wire/snapshot.ts';
import { collectLog } from './log-collection.ts';
import { LogCourse } from './log-course.ts';
import { LogSlices } from './log-slices.ts';
import { OutcomeGrids } from '../figures/outcome-grids.ts';
import type { ClassFigures } from './report-classes.ts';
import { reportOf, type Report, type ReportOptions } from './report.ts';
import { CONFUSION_LABELS_MAX } from '../snapshot/shown-charts.ts';

/** A log as charts show it. */
export interface LogCharts {
  readonly report: Report;
  /** As metric would tell of the model, without what no log has: books, coverage, lags. */
  readonly model: ModelSnapshot;
}

/**
 * Reads a log once for its figures and for all charts that it allows.
 *
 * @param options.slice the column, or tag, by which errors are to be cut up
 * @throws {AftermathError} as `reportLog`
 */
export async function chartsOfLog(
  path: string,
  options: ReportOptions & { readonly slice?: string | undefined },
): Promise<LogCharts> {
  const course = new LogCourse();
  const slices = options.slice === undefined ? undefined : new LogSlices(options.slice);
  const collected = await collectLog(path, { ...options, course, slices });
  const { report, classes } = reportOf(path, collected, options);
  const isRegression = report.task === 'regression';
  const [errors, grids] = [emptySketch(), new OutcomeGrids()];
  const errorOf = (truth: number, prediction: number, absoluteError: number) =>
    isRegression ? Math.abs(prediction - truth) : absoluteError;
  collected.rows.forEach((truth, prediction, absoluteError) => {
    addCount(errors, errorOf(truth, prediction, absoluteError), 1);
    if (isRegression) grids.put({ prediction, truth }, 1);
  });
  const history =
    report.task === undefined ? [] : course.points(isRegression ? 'regression' : 'classification');
  const shownSlices = slices?.shown((visit) =>
    collected.rows.forEach((truth, prediction, absoluteError, code) =>
      visit(code, errorOf(truth, prediction, absoluteError)),
    ),
  );
  collected.rows.release();
  return {
    report,
    model: {
      ...modelOf(collected.model, report, history),
      errors: linearBins(errors, { binsMax: 64, insideRatio: 0.99 }),
      ...grids.shown(),
      ...(!course.hasTimes && { historyAlong: 'rows' as const }),
      ...(classes && ofClasses(classes)),
      ...(shownSlices && { slices: shownSlices }),
    },
  };
}

function ofClasses({ confusion, curves }: ClassFigures): Pick<ModelSnapshot, 'confusion' | 'curves'> {
  return { confusion: foldedConfusion(confusion, CONFUSION_LABELS_MAX), ...(curves && { curves }) };
}

function modelOf(
  name: string | undefined,
  { rows, task, figures }: Report,
  history: readonly HistoryPoint[],
): Omit<ModelSnapshot, 'errors'> {
  const none = { pending: 0, expired: 0, duplicate: 0, conflict: 0, unknown: 0, refused: 0 };
  return {
    model: name === undefined || name === '' ? 'default' : name,
    role: 'champion',
    version: undefined,
    task,
    books: { received: rows, scored: rows, ...none },
    figures,
    history,
    labelLag: undefined,
  };
}
