import { ModelLoadError } from '../../load_error.ts';
import type { Budget } from '../budget.ts';

/**
 * Many binary trees in a few typed arrays, one entry a node, tree after tree.
 *
 * A leaf is its own child, so that a walk of as many steps as the tree is deep needs no test for the end.
 */
export interface PackedTrees {
  /** Index of each tree's root. */
  readonly roots: Int32Array;
  /** Steps from the root to the deepest leaf, of each tree. */
  readonly depths: Int32Array;
  readonly features: Int32Array;
  /** A row goes left when its feature is ≤ this. */
  readonly thresholds: Float64Array;
  /** Left child at 2·node, right child after it. */
  readonly children: Int32Array;
  /** 1 where a missing value goes left; `undefined` when it goes right everywhere. */
  readonly missingLeft: Uint8Array | undefined;
  readonly categories: CategorySplits | undefined;
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
 * Packs trees, having checked that every child comes after its parent (so that no walk can go round), that
 * every feature exists, and that every node has all its parts.
 *
 * @param featureCount columns of the rows that will be walked
 * @throws {ModelLoadError}
 */
export function packTrees(trees: readonly TreeNodes[], featureCount: number, budget: Budget): PackedTrees {
  const nodes = trees.reduce((sum, { left }) => sum + left.length, 0);
  const hasMissingLeft = trees.some(({ missingLeft }) => missingLeft?.some((flag) => flag !== 0) === true);
  budget.take(nodes * 21 + trees.length * 8);
  const packed = {
    roots: new Int32Array(trees.length),
    depths: new Int32Array(trees.length),
    features: new Int32Array(nodes),
    thresholds: new Float64Array(nodes),
    children: new Int32Array(2 * nodes),
    missingLeft: hasMissingLeft ? new Uint8Array(nodes) : undefined,
    categories: undefined,
  };
  let start = 0;
  for (const [index, tree] of trees.entries()) {
    packed.roots[index] = start;
    packed.depths[index] = packTree(tree, start, featureCount, packed);
    start += tree.left.length;
  }
  return packed;
}

type Writable = { -readonly [K in keyof PackedTrees]: PackedTrees[K] };

function packTree(tree: TreeNodes, start: number, featureCount: number, packed: Writable): number {
  const count = tree.left.length;
  const parts = [tree.right, tree.features, tree.thresholds, tree.missingLeft ?? tree.left];
  if (count === 0 || parts.some((part) => part.length !== count))
    throw new ModelLoadError('a tree in it has no nodes');
  const depths = new Int32Array(count);
  let deepest = 0;
  for (let node = 0; node < count; node++) {
    const at = start + node;
    if (tree.isLeaf(node)) {
      packed.children.fill(at, 2 * at, 2 * at + 2);
      deepest = Math.max(deepest, depths[node] as number);
      continue;
    }
    const feature = tree.features[node] as number;
    if (!(feature >= 0 && feature < featureCount)) {
      throw new ModelLoadError(`a tree in it asks for feature ${feature} of ${featureCount}`);
    }
    packed.features[at] = feature;
    packed.thresholds[at] = tree.thresholds[node] as number;
    if (packed.missingLeft !== undefined) packed.missingLeft[at] = tree.missingLeft?.[node] === 0 ? 0 : 1;
    for (const [side, child] of [tree.left[node] as number, tree.right[node] as number].entries()) {
      if (!(child > node && child < count))
        throw new ModelLoadError('a tree in it has a child that is no later node');
      packed.children[2 * at + side] = start + child;
      depths[child] = (depths[node] as number) + 1;
    }
  }
  return deepest;
}
