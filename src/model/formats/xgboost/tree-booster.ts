import { ModelLoadError } from '../../load-error.ts';
import type { Budget } from '../budget.ts';
import { packTrees, type PackedTrees } from '../trees/packed-trees.ts';
import type { SetSplits } from '../trees/set-walk.ts';
import type { Document } from './document.ts';
import { readTree, type XgboostTree } from './tree.ts';

/** What every reader of a booster needs to check indices. */
export interface BoosterShape {
  readonly featureCount: number;
  readonly width: number;
}

/** Boosted trees, packed. */
export interface TreeBooster {
  readonly kind: 'trees';
  readonly packed: PackedTrees;
  readonly sets: SetSplits | undefined;
  /** Leaf values of each node: 1, or one for each score where a tree has them all. */
  readonly leaves: Float32Array;
  readonly leafWidth: number;
  /** The score that each tree adds to. */
  readonly groups: Int32Array;
  /** DART's weight of each tree. */
  readonly weights: Float32Array | undefined;
  /** Trees of a round and all before it, one entry a round. */
  readonly roundEnds: Int32Array;
}

/**
 * Reads and packs the trees of a `gbtree` model.
 *
 * @throws {ModelLoadError}
 */
export function readTreeBooster(
  model: Document,
  shape: BoosterShape,
  budget: Budget,
  dartWeights?: Float64Array,
): TreeBooster {
  const trees = model.children('trees').map((tree) => readTree(tree, budget));
  const perRound = model.child('gbtree_model_param').count('num_parallel_tree', 1);
  return packBooster(
    {
      trees,
      groups: model.numbers('tree_info'),
      // since 3.4 DART is a gbtree with weights
      weights: dartWeights ?? (model.has('weight_drop') ? model.numbers('weight_drop') : undefined),
      roundEnds: model.has('iteration_indptr') ? model.numbers('iteration_indptr').slice(1) : undefined,
      parallelTrees: perRound,
    },
    shape,
    budget,
  );
}

/** What a file of either kind says about its trees. */
export interface TreeParts {
  readonly trees: readonly XgboostTree[];
  readonly groups: Float64Array;
  readonly weights: Float64Array | undefined;
  readonly roundEnds: Float64Array | undefined;
  readonly parallelTrees: number;
}

/** Packs trees, having checked that the parts fit each other. */
export function packBooster(parts: TreeParts, shape: BoosterShape, budget: Budget): TreeBooster {
  const { trees, groups, weights } = parts;
  const leafWidth = trees[0]?.leafWidth ?? 1;
  if (groups.length !== trees.length || (weights !== undefined && weights.length < trees.length))
    throw new ModelLoadError(`it has ${trees.length} trees, and groups or weights of another number`);
  if (trees.some((tree) => tree.leafWidth !== leafWidth) || (leafWidth > 1 && leafWidth !== shape.width))
    throw new ModelLoadError(`its trees have leaves of ${leafWidth} values for ${shape.width} scores`);
  if (groups.some((group) => !(Number.isInteger(group) && group >= 0 && group < shape.width)))
    throw new ModelLoadError('a tree in it adds to a score that it does not have');
  if (shape.width > Math.max(1, trees.length) * leafWidth)
    throw new ModelLoadError(`it has ${trees.length} trees for ${shape.width} scores`);
  const nodes = trees.map((tree) => tree.nodes);
  const packed = packTrees(nodes, shape.featureCount, budget);
  return {
    kind: 'trees',
    packed,
    sets: packSets(trees, packed, budget),
    leaves: packLeaves(trees, packed, budget),
    leafWidth,
    groups: Int32Array.from(groups),
    weights: weights && Float32Array.from(weights),
    roundEnds: roundEnds(parts, leafWidth > 1 ? 1 : shape.width),
  };
}

function packLeaves(trees: readonly XgboostTree[], { places }: PackedTrees, budget: Budget): Float32Array {
  const width = trees[0]?.leafWidth ?? 1;
  budget.take(4 * places.length * width);
  const values = new Float32Array(places.length * width);
  let start = 0;
  for (const { leaves, nodes } of trees) {
    for (let node = 0; node < nodes.left.length; node++) {
      const to = (places[start + node] as number) * width;
      for (let at = 0; at < width; at++) values[to + at] = leaves[node * width + at] as number;
    }
    start += nodes.left.length;
  }
  return values;
}

function roundEnds({ trees, roundEnds, parallelTrees }: TreeParts, treesPerScore: number): Int32Array {
  if (roundEnds !== undefined) {
    if (roundEnds.some((end) => !(Number.isInteger(end) && end >= 0 && end <= trees.length)))
      throw new ModelLoadError('a round in it has trees that it does not have');
    return Int32Array.from(roundEnds);
  }
  const perRound = Math.max(1, parallelTrees) * treesPerScore;
  const rounds = Math.ceil(trees.length / perRound);
  return Int32Array.from({ length: rounds }, (_, round) => Math.min(trees.length, (round + 1) * perRound));
}

function packSets(
  trees: readonly XgboostTree[],
  { places }: PackedTrees,
  budget: Budget,
): SetSplits | undefined {
  if (trees.every(({ sets }) => sets.size === 0)) return undefined;
  const count = places.length;
  let words = 0;
  for (const { sets } of trees) for (const bits of sets.values()) words += bits.length;
  budget.take(8 * count + 4 * words);
  const starts = new Int32Array(count).fill(-1);
  const lengths = new Int32Array(count);
  const all = new Uint32Array(words);
  let start = 0;
  let firstNode = 0;
  for (const { sets, nodes } of trees) {
    for (const [node, bits] of sets) {
      const at = places[firstNode + node] as number;
      starts[at] = start;
      lengths[at] = bits.length;
      all.set(bits, start);
      start += bits.length;
    }
    firstNode += nodes.left.length;
  }
  return { starts, lengths, bits: all, members: 'right', negativeFraction: 'none', zeroIsMissing: undefined };
}
