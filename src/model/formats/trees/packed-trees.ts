import { ModelLoadError } from '../../load-error.ts';
import type { Budget } from '../budget.ts';

/**
 * Many binary trees in one buffer, 16 bytes a node, tree after tree.
 *
 * Node n has its threshold at `thresholds[2n]`, its feature at `links[4n + 2]` and its left child at
 * `links[4n + 3]`; the right child follows the left one. A leaf is its own left child and its threshold is
 * infinite, so that a walk of as many steps as the tree is deep needs no test for the end.
 */
export interface PackedTrees {
  /** Index of each tree's root. */
  readonly roots: Int32Array;
  /** Steps from the root to the deepest leaf, of each tree. */
  readonly depths: Int32Array;
  /** A row goes right when its feature is above this. */
  readonly thresholds: Float64Array;
  readonly links: Int32Array;
  /** 1 where a missing value goes left; `undefined` when it goes right everywhere. */
  readonly missingLeft: Uint8Array | undefined;
  readonly categories: CategorySplits | undefined;
  /**
   * Where each node of the file went, counted over all trees. Nodes that come level by level, with the
   * children of each next to each other, stay where they are.
   */
  readonly places: Int32Array;
}

/** Nodes that split by category: which go left, and which were known in training. */
export interface CategorySplits {
  /** Of each node the row in `goLeft`, or -1 for a split by threshold. */
  readonly rows: Int32Array;
  /** Sets of the categories 0 to 255, eight words of 32 bits each. */
  readonly goLeft: Uint32Array;
  /** Eight words a feature. A category that is not known goes where a missing value goes. */
  readonly known: Uint32Array;
}

/** One tree as a file has it, one entry a node, the root first. Children of a leaf are not read. */
export interface TreeNodes {
  readonly left: Float64Array;
  readonly right: Float64Array;
  readonly features: Float64Array;
  readonly thresholds: Float64Array;
  readonly isLeaf: (node: number) => boolean;
  readonly missingLeft: Float64Array | undefined;
}

/**
 * Packs trees, having checked that every node but the root has exactly one parent, which comes before it (so
 * that no walk can go round), that every feature exists, and that every node has all its parts.
 *
 * @param featureCount columns of the rows that will be walked
 * @throws {ModelLoadError}
 */
export function packTrees(trees: readonly TreeNodes[], featureCount: number, budget: Budget): PackedTrees {
  const nodes = trees.reduce((sum, { left }) => sum + left.length, 0);
  const hasMissingLeft = trees.some(({ missingLeft }) => missingLeft?.some((flag) => flag !== 0) === true);
  budget.take(nodes * 25 + trees.length * 8);
  const buffer = new ArrayBuffer(16 * nodes);
  const packed = {
    roots: new Int32Array(trees.length),
    depths: new Int32Array(trees.length),
    thresholds: new Float64Array(buffer),
    links: new Int32Array(buffer),
    missingLeft: hasMissingLeft ? new Uint8Array(nodes) : undefined,
    categories: undefined,
    places: new Int32Array(nodes).fill(-1),
  };
  let start = 0;
  for (const [index, tree] of trees.entries()) {
    packed.roots[index] = start;
    packed.depths[index] = packTree(tree, { start, featureCount }, packed);
    start += tree.left.length;
  }
  return packed;
}

/** Puts what a file has for each node where the packed trees look for it. `width` values a node. */
export function placeValues(
  values: Float64Array,
  places: Int32Array,
  width: number,
  budget: Budget,
): Float64Array {
  budget.take(8 * values.length);
  const placed = new Float64Array(values.length);
  for (const [node, place] of places.entries()) {
    for (let at = 0; at < width; at++) placed[place * width + at] = values[node * width + at] as number;
  }
  return placed;
}

function packTree(
  tree: TreeNodes,
  { start, featureCount }: { start: number; featureCount: number },
  packed: PackedTrees,
): number {
  const { places } = packed;
  const count = tree.left.length;
  const parts = [tree.right, tree.features, tree.thresholds, tree.missingLeft ?? tree.left];
  if (count === 0 || parts.some((part) => part.length !== count))
    throw new ModelLoadError('a tree in it has no nodes');
  const depths = new Int32Array(count);
  let deepest = 0;
  let next = start + 1;
  places[start] = start;
  for (let node = 0; node < count; node++) {
    const at = places[start + node] as number;
    if (at < 0) throw new ModelLoadError('a tree in it has a node without a parent');
    if (tree.isLeaf(node)) {
      packed.thresholds[2 * at] = Infinity;
      packed.links[4 * at + 3] = at;
      deepest = Math.max(deepest, depths[node] as number);
      continue;
    }
    const feature = tree.features[node] as number;
    if (!(feature >= 0 && feature < featureCount)) {
      throw new ModelLoadError(`a tree in it asks for feature ${feature} of ${featureCount}`);
    }
    packed.thresholds[2 * at] = tree.thresholds[node] as number;
    packed.links[4 * at + 2] = feature;
    packed.links[4 * at + 3] = next;
    if (packed.missingLeft !== undefined) packed.missingLeft[at] = tree.missingLeft?.[node] === 0 ? 0 : 1;
    for (const child of [tree.left[node] as number, tree.right[node] as number]) {
      const isNew = child > node && child < count && places[start + child] === -1;
      if (!isNew) throw new ModelLoadError('a tree in it has a child that is no later node of its own');
      places[start + child] = next++;
      depths[child] = (depths[node] as number) + 1;
    }
  }
  return deepest;
}
