import { ModelLoadError } from '../../load-error.ts';
import { fieldOf, numbersOf } from '../pickle/ndarray.ts';
import { isArray, isObject, type PickleValue } from '../pickle/values.ts';
import type { TreeNodes } from '../trees/packed-trees.ts';
import { Attributes } from './attributes.ts';
import { pairwiseSum } from './pairwise-sum.ts';

/** A fitted tree of scikit-learn, checked but not packed. */
export interface DecisionTree {
  readonly nodes: TreeNodes;
  readonly featureCount: number;
  readonly outputs: number;
  /** Classes at most of an output; 1 for a regressor. */
  readonly width: number;
  /** nodes × outputs × width, as stored: means, counts or shares. */
  readonly values: Float64Array;
}

/**
 * Reads `tree_` of a fitted decision tree.
 *
 * @throws {ModelLoadError}
 */
export function decisionTreeOf(attributes: Attributes): DecisionTree {
  const tree = attributes.get('tree_');
  if (!isObject(tree) || tree.name !== 'sklearn.tree._tree.Tree')
    throw attributes.odd('tree_', 'a fitted tree');
  const { budget } = attributes.context;
  const inside = new Attributes(tree, attributes.context);
  const nodes = inside.get('nodes');
  const values = inside.get('values');
  if (!isArray(nodes) || !isArray(values)) throw attributes.odd('tree_', 'a fitted tree');
  const field = (name: string): Float64Array =>
    fieldOf(nodes, name, budget) ?? attributes.fail('tree_', `nodes with '${name}'`);
  const left = field('left_child');
  const [featureCount] = tree.args;
  const [, outputs = 1, width = 1] = values.shape;
  const contents = numbersOf(values, budget);
  if (typeof featureCount !== 'number' || contents.length !== left.length * outputs * width) {
    throw new ModelLoadError('a tree in it has other values than nodes');
  }
  return {
    nodes: {
      left,
      right: field('right_child'),
      features: field('feature'),
      thresholds: field('threshold'),
      isLeaf: (node) => left[node] === -1,
      missingLeft: fieldOf(nodes, 'missing_go_to_left', budget),
    },
    featureCount,
    outputs,
    width,
    values: contents,
  };
}

/**
 * The share of each class in each node: nodes × the classes of all outputs.
 *
 * Before 1.4.1 a tree stored weighted counts, and `predict_proba` divided them by their sum.
 */
export function classShares(
  tree: DecisionTree,
  counts: readonly number[],
  attributes: Attributes,
): Float64Array {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const nodes = tree.nodes.left.length;
  attributes.context.budget.take(8 * nodes * total);
  const shares = new Float64Array(nodes * total);
  const areCounts = attributes.version() < SHARES_SINCE || attributes.version() === Infinity;
  let to = 0;
  for (let node = 0; node < nodes; node++) {
    for (const [output, count] of counts.entries()) {
      const start = (node * tree.outputs + output) * tree.width;
      const part = tree.values.subarray(start, start + count);
      const sum = areCounts ? pairwiseSum(part) || 1 : 1;
      for (const value of part) shares[to++] = value / sum;
    }
  }
  return shares;
}

const SHARES_SINCE = 1.0401;

const CRITERIA_WITH_MISSING = new Set<PickleValue>([
  'gini',
  'log_loss',
  'entropy',
  'squared_error',
  'friedman_mse',
  'poisson',
]);

/** Whether this tree takes missing values: since 1.3, with random splits since 1.6, with any criterion since 1.9. */
export function treeTakesMissing(attributes: Attributes): boolean {
  if (attributes.version() >= 1.09 && attributes.version() !== Infinity) return true;
  const since = attributes.get('splitter') === 'random' ? 1.06 : 1.03;
  return (
    attributes.version() >= since &&
    attributes.version() !== Infinity &&
    CRITERIA_WITH_MISSING.has(attributes.get('criterion') ?? null) &&
    !attributes.has('monotonic_cst')
  );
}
