import { closeSync, openSync, statSync } from 'node:fs';
import { codeOf } from '../../service/errors.ts';
import type { LogCursor } from '../ledger/ledger.ts';
import { wholeRows } from '../log/log-rebuild.ts';

/** What is wrong, and what mends itself, in whole sentences. */
export interface LogFindings {
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

/** Looks whether a log is the one that a cursor means. It may be longer: what is behind the cursor was never committed. */
export function checkLog(path: string, cursor: LogCursor): LogFindings {
  const [problems, notes]: [string[], string[]] = [[], []];
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    notes.push(
      `There is no log ${path}: metric writes it again, with the ${cursor.rows} rows that the ledger still knows.`,
    );
    return { problems, notes };
  }
  try {
    const size = statSync(path).size;
    const { rows, bytes } = wholeRows(fd, Math.min(size, cursor.bytes));
    if (size < cursor.bytes) {
      notes.push(
        `The log ${path} has ${rows} of ${cursor.rows} rows: metric writes the others again from the ledger.`,
      );
    } else if (bytes !== cursor.bytes || rows !== cursor.rows) {
      problems.push(
        `The log ${path} is not the one this ledger wrote: its first ${cursor.bytes} bytes hold ${rows} whole rows, the ledger says ${cursor.rows}.`,
      );
    } else if (size > cursor.bytes) {
      notes.push(
        `The log ${path} goes on for ${size - cursor.bytes} bytes that are not committed: metric cuts them off when it starts.`,
      );
    }
    return { problems, notes };
  } finally {
    closeSync(fd);
  }
}
