import type { Value } from '../../../wire/records.ts';
import { ModelLoadError } from '../../load-error.ts';
import { isObject } from '../pickle/values.ts';
import { Attributes } from '../sklearn/attributes.ts';
import type { Builder } from '../sklearn/registry.ts';
import type { Built } from '../sklearn/step.ts';
import { readLightgbm, type LightgbmModel } from './model.ts';
import { bareUse, boosterStep } from './step.ts';

/** LightGBM as people pickle it: its scikit-learn wrappers, and a booster by itself. */
export const LIGHTGBM: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ['lightgbm.sklearn.LGBMModel', regressor],
  ['lightgbm.sklearn.LGBMRegressor', regressor],
  ['lightgbm.sklearn.LGBMRanker', regressor],
  ['lightgbm.sklearn.LGBMClassifier', classifier],
  ['lightgbm.basic.Booster', booster],
]);

function regressor(attributes: Attributes): Built {
  const { model, rounds } = inner(attributes);
  return boosterStep(model, { who: attributes.className, kind: 'regressor', classes: undefined, rounds });
}

function classifier(attributes: Attributes): Built {
  const { model, rounds } = inner(attributes);
  const classes = labelsOf(attributes);
  return boosterStep(model, { who: attributes.className, kind: 'classifier', classes, rounds });
}

function booster(attributes: Attributes): Built {
  const { model, rounds } = modelOf(attributes);
  return boosterStep(model, { ...bareUse(model, attributes.className), rounds });
}

interface Inner {
  readonly model: LightgbmModel;
  /** Up to the best round, when training stopped early: a pickle has them all. */
  readonly rounds: number | undefined;
}

function inner(attributes: Attributes): Inner {
  const value = attributes.get('_Booster');
  if (!isObject(value)) throw attributes.odd('_Booster', 'a booster (is it fitted?)');
  return modelOf(new Attributes(value, attributes.context));
}

function modelOf(attributes: Attributes): Inner {
  const key = attributes.has('_handle') ? '_handle' : 'handle';
  const text = attributes.get(key);
  if (typeof text !== 'string' && !(text instanceof Uint8Array))
    throw attributes.odd(key, 'the text of a booster');
  const { budget, warnings } = attributes.context;
  if (typeof text === 'string') budget.take(2 * text.length);
  const bytes = typeof text === 'string' ? Buffer.from(text, 'utf8') : text;
  const best = attributes.get('best_iteration');
  try {
    const model = readLightgbm(bytes, budget);
    warnings.push(...model.warnings);
    return { model, rounds: typeof best === 'number' && best > 0 ? best : undefined };
  } catch (error) {
    if (error instanceof ModelLoadError)
      throw new ModelLoadError(`its booster: ${error.message}`, { cause: error });
    throw error;
  }
}

function labelsOf(attributes: Attributes): readonly Value[] | undefined {
  if (attributes.has('_classes')) return attributes.labels('_classes');
  const encoder = attributes.get('_le');
  if (!isObject(encoder)) return undefined;
  const inside = new Attributes(encoder, attributes.context);
  return inside.has('classes_') ? inside.labels('classes_') : undefined;
}
