import { buildLightgbm } from './lightgbm/file.ts';
import type { ParsedModel, Served } from './served.ts';
import { buildSklearn } from './sklearn.ts';
import { buildXgboost } from './xgboost/file.ts';
import { ModelLoadError } from '../load-error.ts';

/**
 * Builds the model that a file was read into, whatever library it is from.
 *
 * @throws {ModelLoadError}
 */
export function build(parsed: ParsedModel): Served {
  return BUILDS[parsed.library](parsed);
}

const BUILDS: Readonly<Record<ParsedModel['library'], (parsed: ParsedModel) => Served>> = {
  XGBoost: buildXgboost,
  LightGBM: buildLightgbm,
  'scikit-learn': buildSklearn,
  ONNX: () => {
    throw new ModelLoadError('it is an ONNX model, which its runtime opens in a thread of its own');
  },
};
