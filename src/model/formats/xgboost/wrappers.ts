import { ModelLoadError } from '../../load-error.ts';
import { isObject } from '../pickle/values.ts';
import { Attributes } from '../sklearn/attributes.ts';
import type { Builder } from '../sklearn/registry.ts';
import type { Built } from '../sklearn/step.ts';
import type { Value } from '../../../wire/records.ts';
import { readXgboost, useOfFile } from './file.ts';
import type { XgboostModel } from './model.ts';
import { boosterStep } from './step.ts';

/** XGBoost as people pickle it: its scikit-learn wrappers, and a booster by itself. */
export const XGBOOST: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ['xgboost.sklearn.XGBModel', regressor],
  ['xgboost.sklearn.XGBRegressor', regressor],
  ['xgboost.sklearn.XGBRanker', regressor],
  ['xgboost.sklearn.XGBRFRegressor', regressor],
  ['xgboost.sklearn.XGBClassifier', classifier],
  ['xgboost.sklearn.XGBRFClassifier', classifier],
  ['xgboost.core.Booster', booster],
]);

function regressor(attributes: Attributes): Built {
  return wrapped(attributes, { kind: 'regressor', classes: undefined });
}

function classifier(attributes: Attributes): Built {
  const classes = labelsOf(attributes);
  return wrapped(attributes, { kind: 'classifier', classes });
}

function booster(attributes: Attributes): Built {
  const model = modelOf(attributes);
  return boosterStep(model, { ...useOfFile(model), who: attributes.className });
}

function wrapped(
  attributes: Attributes,
  { kind, classes }: { kind: 'regressor' | 'classifier'; classes: readonly Value[] | undefined },
): Built {
  const value = attributes.get('_Booster');
  if (!isObject(value)) throw attributes.odd('_Booster', 'a booster (is it fitted?)');
  const model = modelOf(new Attributes(value, attributes.context));
  const missing = attributes.get('missing');
  return boosterStep(model, {
    who: attributes.className,
    kind,
    classes,
    missing: typeof missing === 'number' ? missing : NaN,
    isWrapped: true,
  });
}

function modelOf(attributes: Attributes): XgboostModel {
  const handle = attributes.get('handle');
  if (!(handle instanceof Uint8Array)) throw attributes.odd('handle', 'the bytes of a booster');
  const { budget } = attributes.context;
  try {
    const model = readXgboost(handle, budget);
    return model.featureNames === undefined ? { ...model, featureNames: namesOf(attributes, model) } : model;
  } catch (error) {
    if (error instanceof ModelLoadError)
      throw new ModelLoadError(`its booster: ${error.message}`, { cause: error });
    throw error;
  }
}

/** Before 1.4 the names were kept beside the booster; `f0`, `f1`, … are made up. */
function namesOf(attributes: Attributes, { featureCount }: XgboostModel): readonly string[] | undefined {
  const names = attributes.listIn(attributes.get('feature_names'));
  if (names?.length !== featureCount || !names.every((name) => typeof name === 'string')) return undefined;
  return names.every((name, at) => name === `f${at}`) ? undefined : names;
}

function labelsOf(attributes: Attributes): readonly Value[] | undefined {
  const encoder = attributes.get('_le');
  if (isObject(encoder)) {
    const inner = new Attributes(encoder, attributes.context);
    if (inner.has('classes_')) return inner.labels('classes_');
  }
  if (!attributes.has('classes_')) return undefined;
  const classes = attributes.listIn(attributes.get('classes_'));
  // several labels at once: a list of classes for each, which the number of scores says as well
  return classes?.some((label) => typeof label === 'object') === true
    ? undefined
    : attributes.labels('classes_');
}
