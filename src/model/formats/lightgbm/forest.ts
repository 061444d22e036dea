import type { Budget } from '../budget.ts';
import { packTrees, placeValues, type PackedTrees } from '../trees/packed-trees.ts';
import { findLeavesBySets, type SetSplits } from '../trees/set-walk.ts';
import { addLeaves, anyMissing, findLeaves } from '../trees/walk.ts';
import { joinedLinear } from './linear-leaves.ts';
import type { LightgbmTree, LinearLeaves } from './tree.ts';

/** The trees of a LightGBM model, packed; plain data that can cross a thread. */
export interface Forest {
  readonly packed: PackedTrees;
  readonly sets: SetSplits | undefined;
  /** The value of every node; only leaves have one. */
  readonly leaves: Float64Array;
  readonly linear: LinearLeaves | undefined;
}

/**
 * Packs trees.
 *
 * @throws {ModelLoadError} when a tree asks for a feature that does not exist
 */
export function packForest(trees: readonly LightgbmTree[], featureCount: number, budget: Budget): Forest {
  const packed = packTrees(
    trees.map(({ nodes }) => nodes),
    featureCount,
    budget,
  );
  const count = packed.places.length;
  budget.take(8 * count);
  const values = new Float64Array(count);
  let start = 0;
  for (const { leaves } of trees) {
    values.set(leaves, start);
    start += leaves.length;
  }
  return {
    packed,
    sets: packSets(trees, packed, budget),
    leaves: placeValues(values, packed.places, 1, budget),
    linear: joinedLinear(trees, packed, budget),
  };
}

/** Rows to score. */
export interface ScoreRequest {
  /** rows × width. */
  readonly values: Float64Array;
  readonly rows: number;
  /** Columns of the rows. */
  readonly width: number;
  /** Scores a row: tree t adds to score t mod this. */
  readonly scores: number;
  /** How many trees take part. */
  readonly trees: number;
}

/** Adds the leaf of every tree to the scores of every row, in the order of the trees: rows × scores. */
export function scoreForest(forest: Forest, request: ScoreRequest): Float64Array {
  const { packed, sets, linear } = forest;
  const { values, rows, width, scores, trees } = request;
  const result = new Float64Array(rows * scores);
  if (sets === undefined && linear === undefined && trees === packed.roots.length) {
    addLeaves(packed, { values, rows, width, table: forest.leaves, leafWidth: 1, columns: scores, result });
    return result;
  }
  const found = new Int32Array(rows);
  const hasMissing = anyMissing(values);
  for (let tree = 0; tree < trees; tree++) {
    if (sets === undefined) findLeaves(packed, tree, values, width, found, hasMissing);
    else findLeavesBySets(packed, sets, { tree, values, width, leaves: found });
    for (let row = 0, to = tree % scores; row < rows; row++, to += scores)
      result[to] = (result[to] as number) + leafValue(forest, found[row] as number, values, row * width);
  }
  return result;
}

/** A linear leaf with any of its features missing has its plain value. */
function leafValue({ leaves, linear }: Forest, node: number, values: Float64Array, from: number): number {
  const plain = leaves[node] as number;
  if (linear === undefined) return plain;
  const constant = linear.constants[node] as number;
  // a tree without linear leaves in a file that has some
  if (Number.isNaN(constant)) return plain;
  let value = constant;
  const end = linear.starts[node + 1] as number;
  for (let at = linear.starts[node] as number; at < end; at++) {
    const feature = values[from + (linear.features[at] as number)] as number;
    if (Number.isNaN(feature)) return plain;
    value += (linear.coefficients[at] as number) * feature;
  }
  return value;
}

function packSets(
  trees: readonly LightgbmTree[],
  { places }: PackedTrees,
  budget: Budget,
): SetSplits | undefined {
  const hasZeros = trees.some(({ zeroIsMissing }) => zeroIsMissing !== undefined);
  if (!hasZeros && trees.every(({ sets }) => sets.size === 0)) return undefined;
  let words = 0;
  for (const { sets } of trees) for (const bits of sets.values()) words += bits.length;
  budget.take(9 * places.length + 4 * words);
  const starts = new Int32Array(places.length).fill(-1);
  const lengths = new Int32Array(places.length);
  const bits = new Uint32Array(words);
  const zeroIsMissing = hasZeros ? new Uint8Array(places.length) : undefined;
  let word = 0;
  let first = 0;
  for (const tree of trees) {
    for (const [node, set] of tree.sets) {
      const at = places[first + node] as number;
      starts[at] = word;
      lengths[at] = set.length;
      bits.set(set, word);
      word += set.length;
    }
    for (const [node, flag] of (tree.zeroIsMissing ?? []).entries())
      if (flag === 1 && zeroIsMissing !== undefined) zeroIsMissing[places[first + node] as number] = 1;
    first += tree.nodes.left.length;
  }
  return { starts, lengths, bits, members: 'left', negativeFraction: 'zero', zeroIsMissing };
}
