import { constants } from 'node:fs';
import { copyFile, rename, stat, truncate } from 'node:fs/promises';
import { codeOf } from '../../service/errors.ts';

/**
 * Puts a copy of a file's beginning in its place, so that whoever still has the file open writes into one that nobody
 * sees. Where the file system can, nothing is copied but the list of its blocks.
 *
 * @param bytes of the file at most; without a file nothing happens
 */
export async function putCopyInPlace(path: string, bytes: number): Promise<void> {
  const copy = `${path}.taken-over`;
  try {
    await copyFile(path, copy, constants.COPYFILE_FICLONE);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  if ((await stat(copy)).size > bytes) await truncate(copy, bytes);
  await rename(copy, path);
}
