import { ModelLoadError } from '../../load_error.ts';
import type { Budget } from '../budget.ts';
import type { XgboostModel } from './model.ts';

/**
 * Refuses the binary format that XGBoost has dropped.
 *
 * @throws {ModelLoadError} always, with the way out
 */
export function readBinary(_bytes: Uint8Array, _budget: Budget): XgboostModel {
  throw new ModelLoadError(
    'it is in the binary format that XGBoost has dropped; load it with the version that saved it and save it again with booster.save_model("model.json")',
  );
}
