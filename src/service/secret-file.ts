import { readFileSync } from 'node:fs';
import { AftermathError, whyUnreadable } from './errors.ts';

/**
 * What stands in a file that holds a secret and nothing else, as Docker and Kubernetes mount them; one new line at
 * the end is not part of it.
 *
 * @param what is in it, as in `Cannot read <what> from FILE`
 * @throws {AftermathError} `stop`: it cannot be read, it is empty, or it has several lines
 */
export function readSecret(path: string, what: string): string {
  const failed = (why: string, cause?: unknown): AftermathError =>
    new AftermathError('stop', `Cannot read ${what} from ${path}: ${why}.`, { cause });
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw failed(whyUnreadable(error), error);
  }
  const secret = text.replace(/\r?\n$/, '');
  if (secret === '') throw failed('the file is empty');
  if (/[\r\n]/.test(secret)) throw failed('there are several lines in it, expected the secret alone');
  return secret;
}
