import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Writes a file that is always whole: aside first, then renamed over the old one. Its directory is made when
 * it is missing. When it fails the old file stays, and nothing is left beside it.
 *
 * @throws the system's error (`ENOSPC`, `EACCES`, …)
 */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const aside = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}`);
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(aside, content, { flag: 'wx' });
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
}
