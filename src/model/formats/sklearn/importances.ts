import { fieldOf } from '../pickle/ndarray.ts';
import { isArray, isObject } from '../pickle/values.ts';
import { Attributes } from './attributes.ts';
import { membersOf } from './forests.ts';

/**
 * How much each feature matters to a fitted estimator, by its `coef_` or the impurity its trees removed.
 *
 * @param order of the norm over several rows of coefficients; 1 is scikit-learn's default
 * @throws {ModelLoadError} for an estimator that has neither
 * @see sklearn.feature_selection._base._get_feature_importances
 */
export function importancesOf(attributes: Attributes, order: number): Float64Array {
  if (attributes.has('best_estimator_')) return importancesOf(attributes.child('best_estimator_'), order);
  if (attributes.has('coef_')) return coefficientNorms(attributes, order);
  if (attributes.has('tree_')) return ofTree(attributes);
  if (!attributes.has('estimators_')) throw attributes.odd('coef_', 'coefficients or trees');
  const members = membersOf(attributes).map((member) => ofTree(member));
  const total = new Float64Array(members[0]?.length ?? 0);
  for (const member of members) {
    for (let at = 0; at < total.length; at++) total[at] = (total[at] as number) + (member[at] ?? 0);
  }
  return normalized(total.map((value) => value / members.length));
}

function coefficientNorms(attributes: Attributes, order: number): Float64Array {
  const { shape, values } = attributes.numbers('coef_');
  const width = shape.at(-1) ?? 1;
  if (shape.length < 2) return values.map((value) => Math.abs(value));
  const sums = new Float64Array(width);
  for (const [at, value] of values.entries()) {
    const size = Math.abs(value);
    const before = sums[at % width] as number;
    sums[at % width] = order === Infinity ? Math.max(before, size) : before + size ** order;
  }
  return order === Infinity ? sums : sums.map((sum) => sum ** (1 / order));
}

/** @see scikit-learn's Tree.compute_feature_importances */
function ofTree(attributes: Attributes): Float64Array {
  const tree = attributes.get('tree_');
  if (!isObject(tree)) throw attributes.odd('tree_', 'a fitted tree');
  const inside = new Attributes(tree, attributes.context);
  const nodes = inside.get('nodes');
  const [count] = tree.args;
  if (!isArray(nodes) || typeof count !== 'number' || !(count >= 0 && count <= 1_000_000)) {
    throw attributes.odd('tree_', 'a fitted tree');
  }
  const field = (name: string): Float64Array =>
    fieldOf(nodes, name, attributes.context.budget) ?? attributes.fail('tree_', `nodes with '${name}'`);
  const [left, right, features] = [field('left_child'), field('right_child'), field('feature')];
  const [impurity, weight] = [field('impurity'), field('weighted_n_node_samples')];
  const removed = (node: number): number => (weight[node] as number) * (impurity[node] as number);
  attributes.context.budget.take(8 * count);
  const result = new Float64Array(count);
  for (let node = 0; node < left.length; node++) {
    if (left[node] === -1) continue;
    const feature = features[node] as number;
    const gain = removed(node) - removed(left[node] as number) - removed(right[node] as number);
    result[feature] = (result[feature] ?? 0) + gain;
  }
  return normalized(result.map((value) => value / (weight[0] as number)));
}

function normalized(values: Float64Array): Float64Array {
  const sum = values.reduce((total, value) => total + value, 0);
  return sum > 0 ? values.map((value) => value / sum) : values;
}
