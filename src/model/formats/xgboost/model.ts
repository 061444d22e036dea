import type { Budget } from '../budget.ts';
import { ModelLoadError } from '../../load-error.ts';
import { versionNumber } from '../sklearn/attributes.ts';
import type { CategoryColumn } from '../trees/category-codes.ts';
import { readCategories } from './categories.ts';
import type { Document } from './document.ts';
import { linkOf, marginOf, type Link } from './objectives.ts';
import { type BoosterShape, readTreeBooster, type TreeBooster } from './tree-booster.ts';

/** What an XGBoost model file says, as plain data that can cross a thread. */
export interface XgboostModel {
  /** For example `3.2.0`; `undefined` for versions that do not say. */
  readonly version: string | undefined;
  readonly objective: string;
  readonly link: Link;
  readonly featureCount: number;
  readonly featureNames: readonly string[] | undefined;
  /** The columns whose categories it knows by name. */
  readonly categories: readonly CategoryColumn[];
  /** Scores a row: classes of a multiclass model, targets, quantiles. */
  readonly width: number;
  /** The margin that every row starts with, one a score. */
  readonly base: Float32Array;
  readonly booster: TreeBooster | LinearBooster;
  /** Rounds up to the best one, where training noted it. */
  readonly bestRounds: number | undefined;
  /** What the scikit-learn wrapper left in the file, as JSON. */
  readonly wrapper: string | undefined;
}

/** weight of feature f and score s at f × width + s, the biases after them. */
export interface LinearBooster {
  readonly kind: 'linear';
  readonly weights: Float32Array;
}

const WIDTH_MAX = 100_000;
const FEATURES_MAX = 1_000_000;

/**
 * Makes a model of the document that `save_model` writes, as JSON or UBJSON, or of a pickled booster's.
 *
 * @throws {ModelLoadError} when parts are missing or do not fit each other, or the objective is not known
 */
export function readModel(root: Document, budget: Budget): XgboostModel {
  if (!root.has('learner')) {
    if (root.has('Model')) return readModel(root.child('Model'), budget);
    throw new ModelLoadError("it has no 'learner', so it is no XGBoost model");
  }
  const learner = root.child('learner');
  const version = root.has('version') ? root.numbers('version').join('.') : undefined;
  const param = learner.child('learner_model_param');
  const objective = learner.child('objective').text('name');
  const featureCount = param.count('num_feature');
  const width = Math.max(param.count('num_class', 0), param.count('num_target', 1), 1);
  if (width > WIDTH_MAX || featureCount > FEATURES_MAX)
    throw new ModelLoadError(`it has ${width} scores for ${featureCount} features, more than we load`);
  const names = learner.texts('feature_names');
  if (names.length > 0 && names.length !== featureCount)
    throw new ModelLoadError(`it has ${names.length} feature names for ${featureCount} features`);
  const shape = { featureCount, width };
  const gradientBooster = learner.child('gradient_booster');
  const attributes = learner.has('attributes') ? learner.child('attributes') : undefined;
  return {
    version,
    objective,
    link: linkOf(objective),
    featureCount,
    featureNames: names.length > 0 ? names : undefined,
    categories: readCategories(gradientBooster, featureCount),
    width,
    base: baseMargins(param, { objective, width, version: versionNumber(version) }),
    booster: readBooster(gradientBooster, shape, budget),
    bestRounds: bestRounds(attributes),
    wrapper: attributes?.has('scikit_learn') === true ? attributes.text('scikit_learn') : undefined,
  };
}

function readBooster(booster: Document, shape: BoosterShape, budget: Budget): TreeBooster | LinearBooster {
  const name = booster.text('name');
  if (name === 'gbtree') return readTreeBooster(booster.child('model'), shape, budget);
  if (name === 'dart') {
    const weights = booster.numbers('weight_drop');
    return readTreeBooster(booster.child('gbtree').child('model'), shape, budget, weights);
  }
  if (name !== 'gblinear') throw new ModelLoadError(`its booster '${name}' is not one that we know`);
  return linearBooster(booster.child('model').numbers('weights'), shape);
}

/** @throws {ModelLoadError} when the number of weights does not fit the shape */
export function linearBooster(
  weights: ArrayLike<number>,
  { featureCount, width }: BoosterShape,
): LinearBooster {
  if (weights.length !== (featureCount + 1) * width)
    throw new ModelLoadError(
      `it has ${weights.length} weights for ${featureCount} features and ${width} scores`,
    );
  return { kind: 'linear', weights: Float32Array.from(weights) };
}

/** Since 3.1 a list in brackets with one for each score, before that one number for all. */
function baseMargins(
  param: Document,
  about: { objective: string; width: number; version: number },
): Float32Array {
  const value = param.get('base_score');
  const scores =
    typeof value === 'string'
      ? value.replaceAll(/[[\]]/g, '').split(',').map(Number)
      : [param.number('base_score')];
  if ((scores.length !== 1 && scores.length !== about.width) || scores.some((score) => Number.isNaN(score)))
    throw new ModelLoadError("its 'base_score' is not one number, or one for each score");
  return expandBase(scores, about);
}

/** The margins that rows start with, from base scores as the file has them. */
export function expandBase(
  scores: readonly number[],
  about: { objective: string; width: number; version: number },
): Float32Array {
  return Float32Array.from({ length: about.width }, (_, at) =>
    marginOf(about.objective, scores[scores.length === 1 ? 0 : at] as number, about.version),
  );
}

function bestRounds(attributes: Document | undefined): number | undefined {
  if (attributes?.has('best_iteration') !== true) return undefined;
  return attributes.count('best_iteration') + 1;
}
