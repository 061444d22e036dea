import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, readdir, rename, rm, stat, truncate } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AftermathError, codeOf } from '../../service/errors.ts';

/**
 * Puts a copy of a file's beginning in its place, so that whoever still has the file open writes into one that nobody
 * sees. Where the file system can, nothing is copied but the list of its blocks.
 *
 * Of several that do so at once, because one was held up for longer than its lease, each has a copy of its own, and the later
 * takes the others' away.
 *
 * @param bytes of the file at most; without a file nothing happens
 * @throws {AftermathError} `retry` where another has taken the copy away
 */
export async function putCopyInPlace(path: string, bytes: number): Promise<void> {
  const prefix = `${basename(path)}.taken-over-`;
  for (const name of await readdir(dirname(path)))
    if (name.startsWith(prefix)) await rm(join(dirname(path), name), { force: true });
  const copy = join(dirname(path), `${prefix}${randomUUID()}`);
  try {
    await copyFile(path, copy, constants.COPYFILE_FICLONE);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  try {
    if ((await stat(copy)).size > bytes) await truncate(copy, bytes);
    await rename(copy, path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    throw new AftermathError('retry', `Cannot take over ${path}: another process does so.`, { cause: error });
  }
}
