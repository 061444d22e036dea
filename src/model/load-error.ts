import { AftermathError } from '../service/errors.ts';

/** A model file that cannot be loaded: damaged, hostile, or of a kind that is not known. */
export class ModelLoadError extends AftermathError {
  constructor(message: string, options?: ErrorOptions) {
    super('stop', message, options);
    this.name = 'ModelLoadError';
  }
}
