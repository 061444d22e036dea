import { openServing, type ServingModel } from '../model/serving.ts';
import { AftermathError } from '../service/errors.ts';

/**
 * Loads the files of `--model [NAME=]FILE…`: the first is the champion, the others are challengers. A name is what
 * the sidecar says, or the stem of the file, unless given.
 *
 * @throws {AftermathError} `usage` when two have one name; `ModelLoadError` when a file cannot be served
 */
export async function loadServing(files: readonly string[]): Promise<ServingModel[]> {
  const models: ServingModel[] = [];
  for (const [i, given] of files.entries()) {
    const [, name, named] = /^([\w.-]+)=(.+)$/.exec(given) ?? [];
    const model = await openServing({
      path: named ?? given,
      name,
      role: i === 0 ? 'champion' : 'challenger',
    });
    if (models.some((other) => other.name === model.name)) {
      throw new AftermathError(
        'usage',
        `Cannot serve two models as "${model.name}": give one another name with --model NAME=FILE.`,
      );
    }
    models.push(model);
  }
  return models;
}
