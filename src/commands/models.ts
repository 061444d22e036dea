import { basename } from 'node:path';
import { loadModel } from '../model/load.ts';
import type { ServingModel } from '../model/scoring.ts';
import { AftermathError } from '../service/errors.ts';

/**
 * Loads the files of `--model [NAME=]FILE…`: the first is the champion, the others are challengers. A name
 * is the stem of its file unless given.
 *
 * @throws {AftermathError} `usage` when two have one name; `ModelLoadError` when a file cannot be loaded
 */
export async function loadServing(files: readonly string[]): Promise<ServingModel[]> {
  const named = files.map((given) => {
    const [, name, path] = /^([\w.-]+)=(.+)$/.exec(given) ?? [];
    return name !== undefined && path !== undefined ? { name, path } : { name: stem(given), path: given };
  });
  const twice = named.find(({ name }, i) => named.findIndex((other) => other.name === name) !== i);
  if (twice !== undefined) {
    throw new AftermathError(
      'usage',
      `Cannot serve two models as "${twice.name}": give one another name with --model NAME=FILE.`,
    );
  }
  const models: ServingModel[] = [];
  for (const [i, { name, path }] of named.entries()) {
    models.push({ name, role: i === 0 ? 'champion' : 'challenger', loaded: await loadModel(path) });
  }
  return models;
}

function stem(path: string): string {
  return basename(path)
    .replace(/\.(gz|z)$/i, '')
    .replace(/\.[^.]+$/, '');
}
