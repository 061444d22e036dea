import { AftermathError } from '../service/errors.ts';
import type { LoadedModel } from './predictor.ts';

/** What a model file may cost. */
export interface LoadLimits {
  /** Size of the file as it lies there. */
  readonly fileBytesMax: number;
  /** What it may unpack to: compressed parts, arrays and texts together. */
  readonly unpackedBytesMax: number;
  /** How long loading may take before it is given up. */
  readonly loadMsMax: number;
}

/** 1 GiB of file, 2 GiB unpacked, 60 s. */
export const DEFAULT_LOAD_LIMITS: LoadLimits = {
  fileBytesMax: 2 ** 30,
  unpackedBytesMax: 2 ** 31,
  loadMsMax: 60_000,
};

/** A model file that cannot be loaded: damaged, hostile, or of a kind that is not known. */
export class ModelLoadError extends AftermathError {
  constructor(message: string, options?: ErrorOptions) {
    super('stop', message, options);
    this.name = 'ModelLoadError';
  }
}

/**
 * Loads a model file of any known format, chosen by its content, off the main thread.
 *
 * @throws {ModelLoadError} when it cannot be read, is damaged or hostile, or holds a class that is not known
 */
export async function loadModel(
  path: string,
  limits: LoadLimits = DEFAULT_LOAD_LIMITS,
): Promise<LoadedModel> {
  throw new ModelLoadError(`Cannot load ${path}: not built yet (limits ${limits.fileBytesMax})`);
}
