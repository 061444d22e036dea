import { realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { AftermathError, codeOf, messageOf } from '../service/errors.ts';

/**
 * The file that a task names, as an absolute path below the folder; symbolic links are resolved first, so
 * that none leads out of it.
 *
 * @param name relative to the folder, or absolute and within it
 * @throws {AftermathError} `refused` when it lies outside or is not there; `stop` when the folder is not
 */
export async function taskFile(directory: string, name: string): Promise<string> {
  const root = await mustBeThere(directory);
  // Nothing is said of files outside, not even whether they are there
  const outside = new AftermathError(
    'refused',
    `Cannot read data "${name}": it lies outside the folder for tasks. Name a file below it.`,
  );
  const asked = resolve(root, name);
  if (name.includes('\0') || !isBelow(root, asked)) throw outside;
  let path: string;
  try {
    path = await realpath(asked);
  } catch (error) {
    const found =
      codeOf(error) === 'ENOENT'
        ? 'there is no such file in the folder for tasks'
        : (codeOf(error) ?? 'it cannot be read');
    throw new AftermathError('refused', `Cannot read data "${name}": ${found}.`);
  }
  if (!isBelow(root, path)) throw outside;
  return path;
}

/**
 * The folder's real path.
 *
 * @throws {AftermathError} `stop` when it is not there
 */
export async function mustBeThere(directory: string): Promise<string> {
  try {
    return await realpath(directory);
  } catch (error) {
    throw new AftermathError(
      'stop',
      `Cannot take tasks: folder ${directory} cannot be used (${messageOf(error)}). Make it, or name another one with --tasks-dir.`,
    );
  }
}

function isBelow(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
