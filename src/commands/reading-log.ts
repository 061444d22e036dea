import { statSync } from 'node:fs';
import { basename } from 'node:path';
import v8 from 'node:v8';
import { progressOf, type Progress } from '../service/progress.ts';

/** The reading of a log: how far it is, and whether the log is large. */
export interface ReadingLog extends Progress {
  readonly isLarge: boolean;
}

/** From here on memory counts for more than a fifth of the time: half of it would be dead rows. */
const LARGE_BYTES = 256 << 20;

/** Begins to read files, one after the other; `done` is told the bytes of all. One that is not there is said by whoever reads it. */
export function readingFiles(what: string, paths: readonly string[]): Progress {
  const names = paths.map((path) => basename(path)).join(' and ');
  return progressOf(
    `${what} ${names}`,
    paths.reduce((sum, path) => sum + bytesOf(path), 0),
  );
}

function bytesOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Begins to read a log. A file that is not there is said by whoever reads it. */
export function readingLog(path: string): ReadingLog {
  const bytes = bytesOf(path);
  const isLarge = bytes > LARGE_BYTES;
  // V8 lets young objects grow to a hundred megabytes before it looks at them. It reads this flag whenever it would.
  if (isLarge) v8.setFlagsFromString('--semi-space-growth-factor=1');
  return Object.assign(progressOf(`reading ${basename(path)}`, bytes), { isLarge });
}
