import { statSync } from 'node:fs';
import { AftermathError } from '../../service/errors.ts';
import { inspectFile } from './inspect-file.ts';
import type { LedgerCheck } from './ledger-check.ts';
import { checkLog } from './check-log.ts';

/**
 * Checks a ledger file to its last byte, and the log against the cursor in it. Changes nothing.
 *
 * @throws {AftermathError} `stop` when there is no such file, or it is no ledger
 */
export function checkFile(path: string, logPath: string): LedgerCheck {
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
