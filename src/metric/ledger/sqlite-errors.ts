/** SQLite's own code of an error (https://www.sqlite.org/rescode.html), without its extended part; `undefined` for any other error. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number')
    return undefined;
  return error.errcode & 0xff;
}

/** Somebody else holds the lock. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === 5 || code === 6;
}

/** It may go well later: the disk is full, or reading and writing failed. */
export function isPassing(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === 5 || code === 10 || code === 13;
}

/** The file is damaged, or no database. */
export function isDamage(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === 11 || code === 26;
}

/** The file cannot be opened or may not be written. */
export function isForbidden(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === 3 || code === 8 || code === 14;
}
