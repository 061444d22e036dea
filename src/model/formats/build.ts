import type { ParsedModel, Served } from './served.ts';
import { buildSklearn } from './sklearn.ts';
import { buildXgboost } from './xgboost/file.ts';

/**
 * Builds the model that a file was read into, whatever library it is from.
 *
 * @throws {ModelLoadError}
 */
export function build(parsed: ParsedModel): Served {
  switch (parsed.library) {
    case 'XGBoost':
      return buildXgboost(parsed);
    case 'LightGBM':
      return buildSklearn(parsed);
    case 'scikit-learn':
      return buildSklearn(parsed);
  }
}
