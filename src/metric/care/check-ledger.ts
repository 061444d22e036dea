import { statSync } from 'node:fs';
import { AftermathError } from '../../service/errors.ts';
import type { TruthBooks } from '../../wire/snapshot.ts';
import type { ModelBooks } from '../ledger/books.ts';
import { inspectFile } from './inspect-file.ts';
import { checkLog } from './check-log.ts';

/** What a ledger and its log are worth. Written as JSON it is the answer of `aftermath ledger check --json`. */
export interface LedgerCheck {
  readonly path: string;
  readonly bytes: number;
  /** No problem was found. */
  readonly sound: boolean;
  /** Whole sentences: what is wrong. */
  readonly problems: readonly string[];
  /** Whole sentences: what mends itself at the next start, and what cannot be told. */
  readonly notes: readonly string[];
  readonly ids: number | undefined;
  /** Outcomes so far, revisions included. */
  readonly outcomes: number | undefined;
  readonly models: readonly Pick<ModelBooks, 'model' | 'counts'>[];
  readonly truths: TruthBooks | undefined;
}

/**
 * Checks a ledger file to its last byte, and the log against the cursor in it. Changes nothing.
 *
 * @throws {AftermathError} `stop` when there is no such file, or it is no ledger
 */
export function checkLedger(path: string, logPath: string): LedgerCheck {
  const bytes = statSync(path, { throwIfNoEntry: false })?.size;
  if (bytes === undefined)
    throw new AftermathError('stop', `Cannot check the ledger ${path}: there is no such file.`);
  const { problems, state, ids } = inspectFile(path);
  const log = state?.cursor === undefined ? { problems: [], notes: [] } : checkLog(logPath, state.cursor);
  const all = [...problems, ...log.problems];
  return {
    path,
    bytes,
    sound: all.length === 0,
    problems: all,
    notes: state === undefined && problems.length === 0 ? ['It has never committed.'] : log.notes,
    ids,
    outcomes: state?.rules.number,
    models: state?.rules.books.models.map(({ model, counts }) => ({ model, counts })) ?? [],
    truths: state?.rules.books.truths,
  };
}
