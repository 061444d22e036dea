import { ModelLoadError } from '../../load-error.ts';
import type { Budget } from '../budget.ts';
import type { TreeNodes } from '../trees/packed-trees.ts';
import { parentsFirst, type OrderedNodes } from '../trees/parents-first.ts';
import type { Section } from './text.ts';

/** One tree, its nodes in the order of their depth. */
export interface LightgbmTree {
  readonly nodes: TreeNodes;
  /** The value of each leaf, by node. */
  readonly leaves: Float64Array;
  /** Node → the categories that go left, as bits. */
  readonly sets: ReadonlyMap<number, Uint32Array>;
  /** 1 at nodes where zero is the missing value; `undefined` when nowhere. */
  readonly zeroIsMissing: Uint8Array | undefined;
  readonly linear: LinearLeaves | undefined;
}

/** Leaves that are linear models, by node: a constant, and a coefficient for each of some features. */
export interface LinearLeaves {
  readonly constants: Float64Array;
  /** Where the terms of each node begin, and one more for the end. */
  readonly starts: Int32Array;
  readonly features: Int32Array;
  readonly coefficients: Float64Array;
}

/** Bits of a node's `decision_type`; the missing type takes two of them. */
const CATEGORICAL = 1;
const DEFAULT_LEFT = 2;
const MISSING_ZERO = 1;
const MISSING_NAN = 2;

/**
 * Reads a tree.
 *
 * @throws {ModelLoadError} when its arrays do not fit each other or its children make no tree
 */
export function readTree(tree: Section, featureCount: number, budget: Budget): LightgbmTree {
  const leafCount = tree.count('num_leaves');
  if (leafCount < 1) throw new ModelLoadError('a tree in it has no leaves');
  const inner = leafCount - 1;
  const order = parentsFirst(childrenOf(tree, inner, budget), budget);
  if (order.from.length !== inner + leafCount)
    throw new ModelLoadError('a tree in it has leaves without a parent');
  const splits = inner === 0 ? undefined : splitsOf(tree, inner, budget);
  const count = order.from.length;
  budget.take(8 * 4 * count + count);
  const features = new Float64Array(count);
  const thresholds = new Float64Array(count);
  const missingLeft = new Float64Array(count);
  const leaves = new Float64Array(count);
  const sets = new Map<number, Uint32Array>();
  let zeroIsMissing: Uint8Array | undefined;
  const values = tree.numbers('leaf_value', leafCount);
  for (const [node, before] of order.from.entries()) {
    if (before >= inner || splits === undefined) {
      leaves[node] = values[before - inner] as number;
      continue;
    }
    features[node] = splits.features[before] as number;
    const type = splits.types[before] as number;
    const threshold = splits.thresholds[before] as number;
    if ((type & CATEGORICAL) !== 0) {
      sets.set(node, splits.setAt(threshold));
      continue;
    }
    thresholds[node] = Number.isNaN(threshold) ? -Infinity : threshold;
    const missing = (type >> 2) & 3;
    const defaultLeft = (type & DEFAULT_LEFT) !== 0;
    if (missing === MISSING_ZERO) {
      zeroIsMissing ??= new Uint8Array(count);
      zeroIsMissing[node] = 1;
    }
    // without a missing type NaN is compared as 0
    missingLeft[node] = Number(
      missing === MISSING_ZERO || missing === MISSING_NAN ? defaultLeft : 0 <= threshold,
    );
  }
  const { left, right } = order;
  return {
    nodes: { left, right, features, thresholds, missingLeft, isLeaf: (node) => (left[node] as number) < 0 },
    leaves,
    sets,
    zeroIsMissing,
    linear:
      tree.count('is_linear', 0) === 1 ? linearOf(tree, { order, inner, featureCount }, budget) : undefined,
  };
}

/** Inner nodes come first, then the leaves; a file has leaf l as -l - 1. */
function childrenOf(
  tree: Section,
  inner: number,
  budget: Budget,
): { left: Float64Array; right: Float64Array } {
  const count = 2 * inner + 1;
  const numbered = (key: string): Float64Array => {
    const children = inner === 0 ? new Float64Array() : tree.numbers(key, inner);
    budget.take(8 * count);
    const all = new Float64Array(count).fill(-1);
    for (const [node, child] of children.entries()) all[node] = child < 0 ? inner - child - 1 : child;
    return all;
  };
  return { left: numbered('left_child'), right: numbered('right_child') };
}

interface Splits {
  readonly features: Float64Array;
  readonly thresholds: Float64Array;
  readonly types: Float64Array;
  /** The set of categories with this number. */
  setAt(index: number): Uint32Array;
}

function splitsOf(tree: Section, inner: number, budget: Budget): Splits {
  const categorical = tree.count('num_cat', 0);
  const bounds = categorical === 0 ? new Float64Array(1) : tree.numbers('cat_boundaries', categorical + 1);
  const words = bounds[categorical] as number;
  const isRising = bounds.every(
    (bound, at) => Number.isInteger(bound) && bound >= (at === 0 ? 0 : (bounds[at - 1] as number)),
  );
  if (!isRising) throw new ModelLoadError('the categories of a tree in it are damaged');
  budget.take(4 * words);
  const bits = categorical === 0 ? new Uint32Array() : Uint32Array.from(tree.numbers('cat_threshold', words));
  return {
    features: tree.numbers('split_feature', inner),
    thresholds: tree.numbers('threshold', inner),
    types: tree.has('decision_type') ? tree.numbers('decision_type', inner) : new Float64Array(inner),
    setAt(index) {
      if (!(Number.isInteger(index) && index >= 0 && index < categorical))
        throw new ModelLoadError('a split in it names categories that it does not have');
      return bits.subarray(bounds[index], bounds[index + 1]);
    },
  };
}

function linearOf(
  tree: Section,
  { order, inner, featureCount }: { order: OrderedNodes; inner: number; featureCount: number },
  budget: Budget,
): LinearLeaves {
  const leafCount = inner + 1;
  const constants = tree.numbers('leaf_const', leafCount);
  const counts = tree.numbers('num_features', leafCount);
  if (counts.some((count) => !(Number.isInteger(count) && count >= 0)))
    throw new ModelLoadError('the linear leaves of a tree in it are damaged');
  const terms = counts.reduce((sum, count) => sum + count, 0);
  const features = tree.numbers('leaf_features', terms);
  const coefficients = tree.numbers('leaf_coeff', terms);
  if (features.some((feature) => !(Number.isInteger(feature) && feature >= 0 && feature < featureCount)))
    throw new ModelLoadError(`a leaf in it asks for a feature that is not among ${featureCount}`);
  budget.take(12 * order.from.length + 12 * terms + 8 * leafCount);
  const begins = new Float64Array(leafCount);
  for (let leaf = 1; leaf < leafCount; leaf++)
    begins[leaf] = (begins[leaf - 1] as number) + (counts[leaf - 1] as number);
  const placed = {
    constants: new Float64Array(order.from.length),
    starts: new Int32Array(order.from.length + 1),
    features: new Int32Array(terms),
    coefficients: new Float64Array(terms),
  };
  let to = 0;
  for (const [node, before] of order.from.entries()) {
    placed.starts[node] = to;
    if (before < inner) continue;
    const leaf = before - inner;
    const begin = begins[leaf] as number;
    const end = begin + (counts[leaf] as number);
    placed.constants[node] = constants[leaf] as number;
    placed.features.set(features.subarray(begin, end), to);
    placed.coefficients.set(coefficients.subarray(begin, end), to);
    to += end - begin;
  }
  placed.starts[order.from.length] = to;
  return placed;
}
