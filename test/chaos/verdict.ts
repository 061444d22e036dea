import { join } from 'node:path';
import { predictionImbalance, truthImbalance } from '../../src/metric/ledger/books.ts';
import { checkFile } from '../../src/metric/care/check-file.ts';
import type { Pipeline } from './pipeline.ts';

/** What a run left behind, once its services have stopped. */
export interface Verdict {
  readonly rows: number;
  /** Rows whose id is not in the log. */
  readonly lost: number;
  /** Lines of the log whose id was there before. */
  readonly duplicated: number;
  /** Lines in which truth or prediction are not those of their row of the data. */
  readonly wrong: number;
  /** Whatever else should not be: books that do not balance or do not say what the log has, a ledger that is damaged. */
  readonly problems: readonly string[];
}

/** Whether every id is in the log exactly once, with its own values, and ledger, books and log agree. */
export function isClean({ lost, duplicated, wrong, problems }: Verdict): boolean {
  return lost === 0 && duplicated === 0 && wrong === 0 && problems.length === 0;
}

/** Rows of the example: a pass over them repeats their values under other ids. */
const ROWS_PER_PASS = 442;

/** Reads log and ledger of a pipeline that has been stopped. */
export function verdictOf({ log, logs, rows }: Pipeline): Verdict {
  const seen = new Set<string>();
  const values = new Map<string, string>();
  const counts = { lines: 0, wrong: 0 };
  const text = log.text();
  const problems = text.endsWith('\n') ? [] : ['the last line of the log is not whole'];
  const run = /^id,y_true,y_pred,absolute_error\n([^-,]+)-/.exec(text)?.[1];
  for (const line of text.split('\n').slice(1, -1)) {
    counts.lines += 1;
    const comma = line.indexOf(',');
    const id = line.slice(0, comma);
    seen.add(id);
    const row = id.split('-')[1] ?? '';
    const known = values.get(row);
    if (known === undefined) values.set(row, line.slice(comma));
    else if (known !== line.slice(comma)) counts.wrong += 1;
  }
  const expected = Array.from({ length: rows }, (_, i) => idOf(run ?? '', i));
  const lost = expected.filter((id) => !seen.has(id)).length;
  const check = checkFile(join(logs, 'ledger.db'), log.path);
  const scored = check.models.reduce((sum, { counts: { scored } }) => sum + scored, 0);
  if (scored !== counts.lines) problems.push(`the books say ${scored} scored, the log ${counts.lines}`);
  for (const { model, counts: of } of check.models) {
    if (predictionImbalance(of) !== 0) problems.push(`the books of ${model} do not balance`);
  }
  if (check.truths === undefined || truthImbalance(check.truths) !== 0)
    problems.push('the books of the truths do not balance');
  const foreign = seen.size - (rows - lost);
  if (foreign > 0) problems.push(`${foreign} ids in the log are none of the run's`);
  problems.push(...check.problems);
  return { rows, lost, duplicated: counts.lines - seen.size, wrong: counts.wrong, problems };
}

function idOf(run: string, index: number): string {
  const pass = Math.floor(index / ROWS_PER_PASS) + 1;
  return `${run}-${(index % ROWS_PER_PASS) + 1}${pass === 1 ? '' : `-${pass}`}`;
}
