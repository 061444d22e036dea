import { addCount, emptySketch, linearBins } from '../../stats/count-sketch.ts';
import { foldedConfusion } from '../../stats/confusion.ts';
import { RegressionBlock } from '../../stats/regression-block.ts';
import type { HistoryPoint, ModelSnapshot } from '../../wire/snapshot.ts';
import type { LogCollection } from './log-collection.ts';
import { marksOnCourse } from './log-marks.ts';
import { collectLog } from './log-models.ts';
import { OutcomeGrids } from '../figures/outcome-grids.ts';
import { type ClassFigures, labelText } from './report-classes.ts';
import { comparisonOf, figuresOf, type Report, type ReportOptions, withComparisons } from './report.ts';
import { CONFUSION_LABELS_MAX } from '../snapshot/shown-charts.ts';

/** A log as charts show it. */
export interface LogCharts {
  readonly report: Report;
  /** The chosen model and then the others, as metric would tell of them, without what no log has: books, coverage, lags. */
  readonly models: readonly [ModelSnapshot, ...ModelSnapshot[]];
}

/**
 * Reads a log once for its figures and for all charts that it allows.
 *
 * @param options.slices the columns, or tags, by which errors are to be cut up
 * @throws {AftermathError} as `reportLog`
 */
export async function chartsOfLog(
  path: string,
  options: ReportOptions & { readonly slices?: readonly string[] },
): Promise<LogCharts> {
  const { slices = [], ...further } = options;
  const log = await collectLog(path, { ...further, charts: { slices } });
  const champion = shownOf(path, log, further);
  const report = withComparisons(
    { ...champion.report, notes: [...log.notes, ...champion.report.notes] },
    log,
  );
  const challengers = log.challengers.map((challenger): ModelSnapshot => {
    const shown = shownOf(path, challenger, { ...further, bootstrap: undefined }).model;
    const comparison = comparisonOf(report, log, challenger);
    return { ...shown, role: 'challenger', ...(comparison && { comparison }) };
  });
  return { report, models: [champion.model, ...challengers] };
}

/** One model of the log. Its rows are gone after it. */
function shownOf(
  path: string,
  { model, collection }: { readonly model: string | undefined; readonly collection: LogCollection },
  options: ReportOptions,
): { readonly report: Report; readonly model: ModelSnapshot } {
  const { report, classes } = figuresOf(path, collection, options);
  const { rows, course, slices } = collection;
  const isRegression = report.task === 'regression';
  const [errors, grids] = [emptySketch(), new OutcomeGrids()];
  const errorOf = (truth: number, prediction: number, absoluteError: number) =>
    isRegression ? Math.abs(prediction - truth) : absoluteError;
  const block = new RegressionBlock();
  rows.forEach((truth, prediction, absoluteError) => {
    addCount(errors, errorOf(truth, prediction, absoluteError), 1);
    if (!isRegression) return;
    if (!block.hasRoom(false)) {
      grids.putBlock(block);
      block.clear();
    }
    block.put(truth, prediction, undefined);
  });
  grids.putBlock(block);
  const history =
    report.task === undefined ? [] : (course?.points(isRegression ? 'regression' : 'classification') ?? []);
  const shownSlices = slices?.shown(
    (n, visit) =>
      rows.forEach((truth, prediction, absoluteError, row) =>
        visit(rows.sliceOf(row, n), truth, prediction, absoluteError),
      ),
    classes && {
      labels: classes.labels,
      labelOf: (value) => labelText(collection, value),
      graded: collection.graded,
      beta: options.beta,
    },
  );
  rows.release();
  return {
    report,
    model: {
      ...modelOf(model, report, history),
      errors: linearBins(errors, { binsMax: 64, insideRatio: 0.99 }),
      ...grids.shown(),
      ...(course?.hasTimes !== true && { historyAlong: 'rows' as const }),
      ...(report.marks && { marks: marksOnCourse(report.marks, course?.hasTimes === true) }),
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
