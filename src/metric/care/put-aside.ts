import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Why a ledger file is not the ledger any more. */
export type AsideReason = 'damaged' | 'moved';

/** The file and what belongs to it under a name that says why and when. @returns that name; `undefined` without a file */
export function putAside(path: string, reason: AsideReason): string | undefined {
  if (!existsSync(path)) return undefined;
  const aside = `${path}.${reason}-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
  // Last the file itself: whoever is stopped in between still finds it as it was, not missing.
  for (const end of ['-wal', '-shm', '']) if (existsSync(path + end)) renameSync(path + end, aside + end);
  return aside;
}

/** What was put aside of a ledger file for this reason, the latest first. */
export function asideOf(path: string, reason: AsideReason): string[] {
  const begin = `${basename(path)}.${reason}-`;
  const found = readdirSync(dirname(path)).filter((name) => name.startsWith(begin) && name.endsWith('Z'));
  return found
    .sort()
    .toReversed()
    .map((name) => join(dirname(path), name));
}

/** Removes a database with what belongs to it. */
export function removeDatabase(path: string, ends: readonly string[] = ['', '-wal', '-shm', '-lock']): void {
  for (const end of ends) rmSync(path + end, { force: true });
}
