import { ModelLoadError } from '../../load-error.ts';
import type { Attributes } from './attributes.ts';
import { after, requireTransformer } from './pipeline.ts';
import type { Builder } from './registry.ts';
import { numericFrame, type Built, type Step } from './step.ts';

/** Wrappers that hand rows on to the one estimator inside. */
export const WRAPPERS: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ['sklearn.model_selection._search.GridSearchCV', within('best_estimator_')],
  ['sklearn.model_selection._search.RandomizedSearchCV', within('best_estimator_')],
  ['sklearn.model_selection._search_successive_halving.HalvingGridSearchCV', within('best_estimator_')],
  ['sklearn.model_selection._search_successive_halving.HalvingRandomSearchCV', within('best_estimator_')],
  ['sklearn.linear_model._ransac.RANSACRegressor', within('estimator_')],
  ['sklearn.frozen._frozen.FrozenEstimator', within('estimator')],
  ['sklearn.model_selection._classification_threshold.FixedThresholdClassifier', thresholded],
  ['sklearn.model_selection._classification_threshold.TunedThresholdClassifierCV', thresholded],
  ['sklearn.compose._target.TransformedTargetRegressor', transformedTarget],
]);

function within(key: string): Builder {
  return (attributes) => {
    const step = attributes.step(key);
    const { featureCount, featureNames, textFeatures, lines } = step;
    return { ...after(step, (frame) => frame), featureCount, featureNames, textFeatures, lines };
  };
}

/** A binary classifier whose probability of the positive class is compared with another threshold than ½. */
function thresholded(attributes: Attributes): Built {
  const step = requireClassifier(attributes.step('estimator_'));
  const [classes = []] = step.classes;
  const isAuto = (attributes.get('threshold') ?? 'auto') === 'auto';
  const response = attributes.get('response_method') ?? 'auto';
  const usesProba = response === 'predict_proba' || (response === 'auto' && step.proba !== undefined);
  const threshold = attributes.has('best_threshold_')
    ? attributes.number('best_threshold_')
    : isAuto
      ? usesProba
        ? 0.5
        : 0
      : attributes.number('threshold');
  const positive = attributes.has('pos_label') ? classes.indexOf(attributes.get('pos_label') as never) : 1;
  const { proba, decision } = step;
  const scoring = usesProba ? proba : decision;
  if (classes.length !== 2 || positive < 0 || scoring === undefined)
    throw attributes.odd('estimator_', 'a binary classifier');
  return {
    ...step,
    both: undefined,
    predict(frame, refusals) {
      const scores = scoring(frame, refusals);
      const result = new Float64Array(frame.rows);
      for (let row = 0; row < frame.rows; row++) {
        const score = usesProba
          ? (scores[2 * row + positive] as number)
          : (scores[row] as number) * (positive === 1 ? 1 : -1);
        result[row] = score >= threshold ? positive : 1 - positive;
      }
      return result;
    },
    lines: [`threshold ${threshold}`, ...step.lines],
  };
}

function transformedTarget(attributes: Attributes): Built {
  const regressor = attributes.step('regressor_');
  const transformer = requireTransformer(attributes.step('transformer_'));
  if (regressor.kind !== 'regressor') throw attributes.odd('regressor_', 'a regressor');
  if (transformer.inverse === undefined)
    throw attributes.odd('transformer_', 'a transformation that can be undone');
  const { outputs, featureCount, featureNames, textFeatures, lines } = regressor;
  return {
    kind: 'regressor',
    outputs,
    featureCount,
    featureNames,
    textFeatures,
    predict(frame, refusals) {
      const predicted = regressor.predict(frame, refusals);
      return transformer.inverse?.(numericFrame(frame.rows, outputs, predicted)).values ?? predicted;
    },
    lines: [...lines, 'target:', ...transformer.lines.map((line) => `  ${line}`)],
  };
}

/** @throws {ModelLoadError} when something else stands where a classifier is needed */
export function requireClassifier(step: Step): Extract<Step, { kind: 'classifier' }> {
  if (step.kind === 'classifier') return step;
  throw new ModelLoadError(`it has ${step.lines[0] ?? 'an estimator'} where a classifier should be`);
}

/** @throws {ModelLoadError} when something else stands where a regressor is needed */
export function requireRegressor(step: Step): Extract<Step, { kind: 'regressor' }> {
  if (step.kind === 'regressor') return step;
  throw new ModelLoadError(`it has ${step.lines[0] ?? 'an estimator'} where a regressor should be`);
}
