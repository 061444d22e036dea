import { DEFAULT_LOAD_LIMITS, type LoadLimits } from './load_limits.ts';
import { ModelLoadError } from './load_error.ts';
import type { LoadedModel } from './predictor.ts';

/**
 * Loads a model file of any known format, chosen by its content, off the main thread.
 *
 * @throws {ModelLoadError} when it cannot be read, is damaged or hostile, or holds a class that is not known
 */
export async function loadModel(path: string, limits: LoadLimits = DEFAULT_LOAD_LIMITS): Promise<LoadedModel> {
  throw new ModelLoadError(`Cannot load ${path}: not built yet (limits ${limits.fileBytesMax})`);
}
