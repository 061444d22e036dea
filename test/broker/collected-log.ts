import assert from 'node:assert/strict';
import pino from 'pino';
import type { Logger } from '../../src/service/logging.ts';
import { eventually } from '../setup/eventually.ts';

/** A logger whose lines a test can read and wait for. */
export interface CollectedLog {
  readonly log: Logger;
  readonly lines: string[];
  /** Waits until a line matches. */
  says(words: RegExp): Promise<void>;
}

/** A logger of every level that prints nothing. */
export function collectedLog(): CollectedLog {
  const lines: string[] = [];
  const write = (line: string): void => void lines.push((JSON.parse(line) as { msg: string }).msg);
  return {
    log: pino({ level: 'debug' }, { write }),
    lines,
    says: (words) =>
      eventually(async () => {
        assert.ok(
          lines.some((line) => words.test(line)),
          `${String(words)} is not in:\n${lines.join('\n')}`,
        );
      }, 30_000),
  };
}
