import { ModelLoadError } from '../../load-error.ts';
import type { Budget } from '../budget.ts';
import { BinaryReader } from './binary-reader.ts';
import { expandBase, linearBooster, type LinearBooster, type XgboostModel } from './model.ts';
import { linkOf } from './objectives.ts';
import { arrangeTree, type XgboostTree } from './tree.ts';
import { type BoosterShape, packBooster, type TreeBooster } from './tree-booster.ts';

const SNAPSHOT = 'CONFIG-offset:';
const BYTES = { modelRest: 104, treesRest: 152, treeRest: 124, node: 20, statistics: 16, linearParam: 136 };
const FEATURES_MAX = 1_000_000;
const WIDTH_MAX = 100_000;

/**
 * Reads the binary format that XGBoost wrote until 2.x, and pickled until 1.5.
 *
 * @throws {ModelLoadError} when it is damaged
 * @see XGBoost 1.7, src/learner.cc (LearnerModelParamLegacy), src/tree/tree_model.cc (RegTree::Load)
 */
export function readBinary(bytes: Uint8Array, budget: Budget): XgboostModel {
  const reader = new BinaryReader(bytes, budget);
  if (reader.skipText(SNAPSHOT)) reader.skip(8);
  reader.skipText('binf');
  const baseScore = reader.float32();
  const featureCount = reader.int32();
  const classes = reader.int32();
  const hasAttributes = reader.int32() !== 0;
  reader.skip(4);
  const [major, minor, targets] = [reader.int32(), reader.int32(), reader.int32()];
  reader.skip(BYTES.modelRest);
  const objective = reader.text();
  const booster = reader.text();
  const width = Math.max(classes, targets, 1);
  if (!(featureCount >= 0 && featureCount <= FEATURES_MAX && width <= WIDTH_MAX))
    throw new ModelLoadError(`it has ${width} scores for ${featureCount} features, more than we load`);
  const shape = { featureCount, width };
  const read = readBooster(reader, booster, shape, budget);
  const attributes = hasAttributes ? reader.pairs() : new Map<string, string>();
  const best = attributes.get('best_iteration');
  return {
    version: major > 0 ? `${major}.${minor}` : undefined,
    objective,
    link: linkOf(objective),
    featureCount,
    featureNames: undefined,
    categories: [],
    width,
    base:
      // before 1.0 the base score was saved as a margin
      major > 0
        ? expandBase([baseScore], { objective, width, version: major + minor / 100 })
        : new Float32Array(width).fill(baseScore),
    booster: read,
    bestRounds: best !== undefined && /^\d{1,9}$/.test(best) ? Number(best) + 1 : undefined,
    wrapper: attributes.get('scikit_learn'),
  };
}

function readBooster(
  reader: BinaryReader,
  name: string,
  shape: BoosterShape,
  budget: Budget,
): TreeBooster | LinearBooster {
  if (name === 'gblinear') {
    reader.skip(BYTES.linearParam);
    return linearBooster(reader.floats(reader.length(4)), shape);
  }
  if (name !== 'gbtree' && name !== 'dart')
    throw new ModelLoadError(`its booster '${name.slice(0, 40)}' is not one that we know`);
  const count = reader.int32();
  const parallelTrees = reader.int32();
  reader.skip(BYTES.treesRest);
  reader.expect(count, BYTES.node);
  const trees: XgboostTree[] = [];
  for (let tree = 0; tree < count; tree++) trees.push(readTree(reader, budget));
  const groups = Float64Array.from({ length: count }, () => reader.int32());
  const weights = name === 'dart' && count > 0 ? reader.floats(reader.length(4)) : undefined;
  return packBooster({ trees, groups, weights, roundEnds: undefined, parallelTrees }, shape, budget);
}

function readTree(reader: BinaryReader, budget: Budget): XgboostTree {
  reader.skip(4);
  const count = reader.int32();
  reader.skip(12);
  const leafVector = reader.int32();
  reader.skip(BYTES.treeRest);
  reader.expect(count, BYTES.node + BYTES.statistics);
  budget.take(8 * 5 * count);
  const raw = {
    left: new Float64Array(count),
    right: new Float64Array(count),
    features: new Float64Array(count),
    conditions: new Float64Array(count),
    defaultLeft: new Float64Array(count),
    sets: new Map<number, Uint32Array>(),
    leafVector: undefined,
  };
  for (let node = 0; node < count; node++) {
    reader.skip(4);
    raw.left[node] = reader.int32();
    raw.right[node] = reader.int32();
    const split = reader.int32();
    raw.features[node] = split & 0x7fffffff;
    raw.defaultLeft[node] = split < 0 ? 1 : 0;
    raw.conditions[node] = reader.float32();
  }
  reader.skip(BYTES.statistics * count);
  if (leafVector > 1) throw new ModelLoadError('its trees have leaves of several values in a binary file');
  return arrangeTree(raw, budget);
}
