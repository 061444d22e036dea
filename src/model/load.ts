import { readFile, stat } from 'node:fs/promises';
import { whyUnreadable } from '../service/errors.ts';
import { build } from './formats/build.ts';
import { InTurns } from './in-turns.ts';
import { ModelLoadError } from './load-error.ts';
import { DEFAULT_LOAD_LIMITS, type LoadLimits } from './load-limits.ts';
import { type ParsedFile, parseFile } from './parsed-file.ts';
import type { LoadedModel, Predictor } from './predictor.ts';
import { ModelThread, openThread } from './thread.ts';

/**
 * Loads a model file of any known format, chosen by its content.
 *
 * It is read and built in a worker, so that not even a bug can stop the process. A heavy model stays there; of a
 * light one plain data comes back, of which only the predictor is made here.
 *
 * @param options.signal gives up loading
 * @throws {ModelLoadError} when it cannot be read, is damaged or hostile, or holds a class that is not known
 */
export async function loadModel(
  path: string,
  limits: LoadLimits = DEFAULT_LOAD_LIMITS,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Predictor> {
  try {
    const file = await readWhole(path, limits);
    const opened = await openThread(file, limits, options.signal);
    if (opened instanceof ModelThread) return opened;
    return new InTurns(serve(file.length, opened), opened.rowMs);
  } catch (error) {
    if (error instanceof ModelLoadError)
      throw new ModelLoadError(`Cannot load ${path}: ${error.message}`, { cause: error });
    throw error;
  }
}

/**
 * Loads a model from the bytes of its file, in this thread.
 *
 * @throws {ModelLoadError} whose message is only the reason
 */
export function loadBytes(file: Uint8Array, limits: LoadLimits = DEFAULT_LOAD_LIMITS): LoadedModel {
  return serve(file.length, parseFile(file, limits));
}

function serve(sizeBytes: number, { parsed, sha256 }: ParsedFile): LoadedModel {
  const served = build(parsed);
  return {
    info: { ...served.about, format: parsed.format, sizeBytes, sha256 },
    predict: (table) => served.predict(table),
  };
}

async function readWhole(path: string, limits: LoadLimits): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > limits.fileBytesMax) {
      throw new ModelLoadError(
        `it has ${size} bytes, more than the ${limits.fileBytesMax} that a model file may have`,
      );
    }
    return await readFile(path);
  } catch (error) {
    if (error instanceof ModelLoadError) throw error;
    throw new ModelLoadError(whyUnreadable(error), { cause: error });
  }
}
