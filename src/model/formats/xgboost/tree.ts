import { ModelLoadError } from '../../load-error.ts';
import type { Budget } from '../budget.ts';
import type { TreeNodes } from '../trees/packed-trees.ts';
import { parentsFirst, type OrderedNodes } from '../trees/parents-first.ts';
import { floatBelow } from './float-below.ts';
import type { Document } from './document.ts';

/** One tree, its nodes in the order of their depth. */
export interface XgboostTree {
  readonly nodes: TreeNodes;
  /** nodes × leafWidth. */
  readonly leaves: Float64Array;
  readonly leafWidth: number;
  /** Node → the categories that go right, as bits. */
  readonly sets: ReadonlyMap<number, Uint32Array>;
}

/** The nodes of a tree as a file has them, in its own order. A negative left child is a leaf. */
export interface RawTree {
  readonly left: Float64Array;
  readonly right: Float64Array;
  readonly features: Float64Array;
  /** A row goes left when its feature is below this; the value of a leaf. */
  readonly conditions: Float64Array;
  readonly defaultLeft: Float64Array;
  /** The nodes that split by category, with the categories that go right. */
  readonly sets: ReadonlyMap<number, Uint32Array>;
  /** Values of each node's leaf where there are several; its place by the number of the node. */
  readonly leafVector: { readonly width: number; valueAt(node: number, output: number): number } | undefined;
}

/** @throws {ModelLoadError} when its arrays do not fit each other or its children make no tree */
export function readTree(tree: Document, budget: Budget): XgboostTree {
  const left = tree.numbers('left_children');
  const right = tree.numbers('right_children');
  const raw: RawTree = {
    left,
    right,
    features: tree.numbers('split_indices'),
    conditions: tree.numbers('split_conditions'),
    defaultLeft: tree.numbers('default_left'),
    sets: readSets(tree, budget),
    leafVector: leafVector(tree, left, right),
  };
  return arrangeTree(raw, budget);
}

/** Puts a tree into the order of its depth, its thresholds made so that `<` becomes `≤`. */
export function arrangeTree(raw: RawTree, budget: Budget): XgboostTree {
  const count = raw.left.length;
  if ([raw.right, raw.features, raw.conditions, raw.defaultLeft].some(({ length }) => length !== count))
    throw new ModelLoadError('a tree in it has arrays of different lengths');
  const order = parentsFirst(raw, budget);
  const width = raw.leafVector?.width ?? 1;
  budget.take(8 * order.from.length * (3 + width));
  const features = new Float64Array(order.from.length);
  const thresholds = new Float64Array(order.from.length);
  const missingLeft = new Float64Array(order.from.length);
  const leaves = new Float64Array(order.from.length * width);
  for (let node = 0; node < order.from.length; node++) {
    const before = order.from[node] as number;
    const condition = raw.conditions[before] as number;
    if ((order.left[node] as number) < 0) {
      if (raw.leafVector === undefined) leaves[node] = condition;
      else for (let at = 0; at < width; at++) leaves[node * width + at] = raw.leafVector.valueAt(before, at);
      continue;
    }
    features[node] = raw.features[before] as number;
    thresholds[node] = floatBelow(condition);
    missingLeft[node] = raw.defaultLeft[before] as number;
  }
  const { left, right } = order;
  const nodes = {
    left,
    right,
    features,
    thresholds,
    missingLeft,
    isLeaf: (node: number) => (left[node] as number) < 0,
  };
  return { nodes, leaves, leafWidth: width, sets: arrangeSets(raw, order) };
}

function arrangeSets({ sets }: RawTree, order: OrderedNodes): Map<number, Uint32Array> {
  const arranged = new Map<number, Uint32Array>();
  if (sets.size === 0) return arranged;
  for (const [node, before] of order.from.entries()) {
    const bits = sets.get(before);
    if (bits !== undefined && (order.left[node] as number) >= 0) arranged.set(node, bits);
  }
  return arranged;
}

/** Categories are kept in float32, which has no larger whole numbers. */
const CATEGORY_MAX = 2 ** 24;

function readSets(tree: Document, budget: Budget): Map<number, Uint32Array> {
  const sets = new Map<number, Uint32Array>();
  const types = tree.numbers('split_type');
  if (!types.includes(1)) return sets;
  const categories = tree.numbers('categories');
  const nodes = tree.numbers('categories_nodes');
  const segments = tree.numbers('categories_segments');
  const sizes = tree.numbers('categories_sizes');
  for (const [node, type] of types.entries()) if (type === 1) sets.set(node, new Uint32Array());
  for (const [at, node] of nodes.entries()) {
    const from = segments[at] ?? -1;
    const members = categories.subarray(from, from + (sizes[at] ?? 0));
    if (!sets.has(node) || from < 0 || members.length !== sizes[at])
      throw new ModelLoadError('a split by category in it is damaged');
    sets.set(node, bitsOf(members, budget));
  }
  return sets;
}

function bitsOf(members: Float64Array, budget: Budget): Uint32Array {
  const largest = members.reduce((most, member) => Math.max(most, member), 0);
  if (members.some((member) => !(Number.isInteger(member) && member >= 0 && member <= CATEGORY_MAX)))
    throw new ModelLoadError(
      `a split by category in it has a category that is no whole number up to ${CATEGORY_MAX}`,
    );
  const words = Math.floor(largest / 32) + 1;
  budget.take(4 * words + 100);
  const bits = new Uint32Array(words);
  for (const member of members) bits[member >> 5] = (bits[member >> 5] as number) | (1 << (member & 31));
  return bits;
}

/** Since 3.2 leaves have a table of their own, and `right_children` of a leaf is its row; before, every node has its values. */
function leafVector(tree: Document, left: Float64Array, right: Float64Array): RawTree['leafVector'] {
  const width = tree.has('tree_param') ? tree.child('tree_param').count('size_leaf_vector', 0) : 0;
  if (width <= 1) return undefined;
  const hasTable = tree.has('leaf_weights');
  const values = tree.numbers(hasTable ? 'leaf_weights' : 'base_weights');
  const rows = values.length / width;
  for (let node = 0; node < left.length; node++) {
    const row = hasTable ? (right[node] as number) : node;
    if ((left[node] as number) < 0 && !(Number.isInteger(row) && row >= 0 && row < rows))
      throw new ModelLoadError('a leaf in it has no values');
  }
  return {
    width,
    valueAt: (node, output) => values[(hasTable ? (right[node] as number) : node) * width + output] as number,
  };
}
