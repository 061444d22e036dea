import { AftermathError } from '../../service/errors.ts';
import type { CohortPoint, EstimateSnapshot, PredictionBooks, TruthBooks } from '../../wire/snapshot.ts';
import { coverageOf } from '../snapshot/coverage.ts';
import { type JoinOptions, joinFiles } from './offline-join.ts';
import type { LogMark } from './log-marks.ts';
import { type Report, reportLog, type ReportOptions } from './report.ts';

/** A report on two files: that of their log, and what became of every row. */
export interface JoinReport extends Report {
  /** Whose figures these are; absent without a prediction. */
  readonly model?: string;
  /** Share of the model's predictions that the figures stand on, 0..1; absent without a prediction. */
  readonly coverage?: number;
  /** Seconds from prediction to truth, where both files carry times. */
  readonly labelLag?: { readonly median: number; readonly p95: number };
  /** By the time of the prediction, oldest first, where both files carry times: a late cohort has few of its truths yet. */
  readonly cohorts?: readonly CohortPoint[];
  /** Of classes with probabilities: what the figures of the predictions without truth will be, and how such estimates did. */
  readonly estimate?: EstimateSnapshot;
  /** What became of the rows: of the model's predictions, and of all truths. Both balance. */
  readonly books: { readonly predictions: PredictionBooks | undefined; readonly truths: TruthBooks };
}

/**
 * Joins two files as the metric stage would have, and reports on what came of it.
 *
 * @param report.model whose predictions count, where the file holds several models'
 * @throws {AftermathError} `usage` when there are several models and none was chosen, or not the chosen one; `stop` as `joinFiles`
 */
export async function reportJoin(
  options: JoinOptions,
  { model, ...further }: Omit<ReportOptions, 'task'> = {},
): Promise<JoinReport> {
  using joined = await joinFiles(options);
  const names = joined.models.map((each) => each.model);
  if (model === undefined ? names.length > 1 : !names.includes(model)) {
    const held = names.map((name) => JSON.stringify(name)).join(', ') || 'none that can be used';
    const found = `it holds predictions of ${held}; choose one with --model`;
    throw new AftermathError('usage', `Cannot report on ${options.predictions.path}: ${found}`);
  }
  const chosen = joined.models.find((each) => model === undefined || each.model === model);
  const hasRows = chosen !== undefined && chosen.books.scored > 0;
  const report = await reportLog(joined.logPath, {
    task: options.task ?? 'auto',
    model: hasRows ? chosen.model : undefined,
    ...further,
  }).catch((error: unknown) => {
    // Nobody knows the file that it names.
    if (!(error instanceof AftermathError)) throw error;
    const text = error.message.replaceAll(joined.logPath, 'the joined files');
    throw new AftermathError(error.consequence, text, { cause: error });
  });
  const coverage = chosen && coverageOf(chosen.books);
  return {
    ...report,
    ...(chosen && { model: chosen.model }),
    ...(coverage !== undefined && { coverage }),
    ...(chosen?.labelLag && { labelLag: chosen.labelLag }),
    ...(chosen?.cohorts && { cohorts: chosen.cohorts }),
    // The log of the join is nobody's file.
    ...(report.marks && { marks: report.marks.map(withoutLine) }),
    ...(chosen?.estimate && { estimate: chosen.estimate }),
    books: { predictions: chosen?.books, truths: joined.truths },
    notes: [...report.notes, ...joined.notes],
  };
}

function withoutLine({ row, time, text, change }: LogMark): LogMark {
  return { row, ...(time && { time }), text, change };
}
