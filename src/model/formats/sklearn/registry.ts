import { ModelLoadError } from '../../load-error.ts';
import type { Budget } from '../budget.ts';
import { describe, isObject, type PickleObject, type PickleValue } from '../pickle/values.ts';
import { Attributes, type BuildContext } from './attributes.ts';
import { CARRIED_GLOBALS } from './carried-globals.ts';
import { BOOSTING } from './boosting.ts';
import { DISCRETIZERS } from './discretizer.ts';
import { DISTRIBUTIONS } from './distributions.ts';
import { FORESTS } from './forests.ts';
import { FUNCTION_TRANSFORMERS } from './function-transformer.ts';
import { HIST_BOOSTING } from './hist-boosting.ts';
import { POLYNOMIAL } from './polynomial.ts';
import { DUMMIES } from './dummies.ts';
import { WRAPPERS } from './wrappers.ts';
import { AVERAGING } from './averaging.ts';
import { ADA_BOOST } from './ada-boost.ts';
import { STACKING } from './stacking.ts';
import { ONE_FOR_EACH } from './one-for-each.ts';
import { ISOTONIC } from './isotonic.ts';
import { CALIBRATION } from './calibration.ts';
import { NEIGHBORS } from './neighbors.ts';
import { SUPPORT_VECTORS } from './support-vectors.ts';
import { NEURAL_NETWORKS } from './neural-network.ts';
import { BAYES } from './bayes.ts';
import { DECOMPOSITION } from './decomposition.ts';
import { SELECTION } from './selection.ts';
import { ENCODERS } from './encoders.ts';
import { IMPUTERS } from './imputer.ts';
import { LINEAR_CLASSIFIERS } from './linear-classifiers.ts';
import { LINEAR_REGRESSORS } from './linear-regressors.ts';
import { PIPELINES } from './pipeline.ts';
import { SCALERS } from './scalers.ts';
import { LIGHTGBM } from '../lightgbm/wrappers.ts';
import { XGBOOST } from '../xgboost/wrappers.ts';
import { guarded } from './guard.ts';
import { versionWarnings } from './version-warnings.ts';
import type { About, Built, Step } from './step.ts';

/** Makes a step from the attributes of one class. A family file maps exact class names to these. */
export type Builder = (attributes: Attributes) => Built;

const BUILDERS: ReadonlyMap<string, Builder> = new Map([
  ...LINEAR_REGRESSORS,
  ...LINEAR_CLASSIFIERS,
  ...SCALERS,
  ...ENCODERS,
  ...IMPUTERS,
  ...PIPELINES,
  ...FORESTS,
  ...BOOSTING,
  ...HIST_BOOSTING,
  ...FUNCTION_TRANSFORMERS,
  ...POLYNOMIAL,
  ...DISTRIBUTIONS,
  ...DISCRETIZERS,
  ...DUMMIES,
  ...WRAPPERS,
  ...SELECTION,
  ...DECOMPOSITION,
  ...BAYES,
  ...NEURAL_NETWORKS,
  ...SUPPORT_VECTORS,
  ...NEIGHBORS,
  ...CALIBRATION,
  ...ISOTONIC,
  ...ONE_FOR_EACH,
  ...STACKING,
  ...ADA_BOOST,
  ...AVERAGING,
  ...XGBOOST,
  ...LIGHTGBM,
]);

const DEPTH_MAX = 40;
const FEATURES_MAX = 1_000_000;
const BYTES_PER_STEP = 2_000;
/** A file of a kilobyte can have the same estimator in millions of places, and each would be built. */
const SAME_MAX = 500;

/** A model that was built, and what was read to do so. */
export interface BuiltModel {
  readonly step: Step;
  readonly touched: ReadonlyMap<PickleObject, ReadonlySet<string>>;
  readonly warnings: readonly string[];
  /** The version of scikit-learn that saved it, when it says so. */
  readonly version: string | undefined;
}

/**
 * Builds what predicts from what a pickle held.
 *
 * @throws {ModelLoadError} when it holds no estimator that we know, or one whose attributes do not fit
 */
export function buildModel(root: PickleValue, budget: Budget): BuiltModel {
  const touched = new Map<PickleObject, Set<string>>();
  const warnings: string[] = [];
  const timesBuilt = new Map<PickleValue | undefined, number>();
  let depth = 0;
  const context: BuildContext = {
    budget,
    touched,
    warnings,
    build(value) {
      if (++depth > DEPTH_MAX) throw new ModelLoadError(`it nests estimators more than ${DEPTH_MAX} deep`);
      budget.take(BYTES_PER_STEP);
      const times = (timesBuilt.get(value) ?? 0) + 1;
      if (times > SAME_MAX) throw new ModelLoadError(`it has one estimator in more than ${SAME_MAX} places`);
      timesBuilt.set(value, times);
      const step = buildStep(value, context);
      depth--;
      return step;
    },
  };
  const step = context.build(root);
  const found = isObject(root) ? new Attributes(root, context).get('_sklearn_version') : undefined;
  const version = typeof found === 'string' ? found : undefined;
  if (isObject(root) && root.name.startsWith('sklearn.')) warnings.push(...versionWarnings(version));
  return { step, touched, warnings, version };
}

/**
 * Refuses a global that is not on the lists.
 *
 * @throws {ModelLoadError} naming it, what can be loaded, and the way out
 */
export function checkGlobal(fullName: string): void {
  if (BUILDERS.has(fullName) || CARRIED_GLOBALS.has(fullName)) return;
  throw new ModelLoadError(
    `it needs ${printable(fullName)}, which is not among what we load. ${whatLoads()}`,
  );
}

function buildStep(value: PickleValue | undefined, context: BuildContext): Step {
  if (!isObject(value)) throw new ModelLoadError(`it holds ${describe(value)} where an estimator should be`);
  const builder = BUILDERS.get(value.name);
  if (builder === undefined) {
    throw new ModelLoadError(
      `it holds ${printable(value.name)} where an estimator should be. ${whatLoads()}`,
    );
  }
  const attributes = new Attributes(value, context);
  if (!(value.state instanceof Map))
    throw new ModelLoadError(`its ${attributes.className} has no attributes`);
  return complete(builder(attributes), attributes);
}

/** Adds what an estimator's attributes say about every estimator: its columns, their names, its line. */
function complete(built: Built, attributes: Attributes): Step {
  const names = attributes.has('feature_names_in_') ? attributes.list('feature_names_in_') : undefined;
  const areTexts = names !== undefined && names.every((name) => typeof name === 'string');
  const declared = attributes.has('n_features_in_') ? attributes.number('n_features_in_') : undefined;
  const featureCount = built.featureCount ?? declared ?? (areTexts ? names.length : undefined);
  if (
    featureCount !== undefined &&
    !(Number.isInteger(featureCount) && featureCount >= 0 && featureCount <= FEATURES_MAX)
  ) {
    throw attributes.odd('n_features_in_', `a number of columns up to ${FEATURES_MAX}`);
  }
  if (declared !== undefined && featureCount !== declared) {
    throw new ModelLoadError(`its ${attributes.className} says ${declared} columns and has ${featureCount}`);
  }
  const featureNames = built.featureNames ?? (areTexts ? names : undefined);
  if (featureNames !== undefined && featureNames.length !== featureCount) {
    throw attributes.odd('feature_names_in_', `${featureCount} names`);
  }
  const about: About = {
    featureCount,
    featureNames,
    textFeatures: built.textFeatures ?? [],
    lines: [attributes.className, ...(built.lines ?? []).map((line) => `  ${line}`)],
  };
  return guarded({ ...built, ...about });
}

function printable(name: string): string {
  return name.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 120);
}

function whatLoads(): string {
  const names = new Set([...BUILDERS.keys()].map((name) => name.slice(name.lastIndexOf('.') + 1)));
  return `What loads: ${[...names].sort().join(', ')}. Anything else can be exported to ONNX (skl2onnx) and loaded as that.`;
}
