import type { PackedTrees } from './packed-trees.ts';

/**
 * Splits that are no plain comparison: by a set of categories of any size, or with zero as the missing value.
 * Nodes are counted as packed: `packTrees` says in `places` where each node of a file went.
 */
export interface SetSplits {
  /** Of each node where its set begins in `bits`, or -1 for a split by threshold. */
  readonly starts: Int32Array;
  /** Of each node how many words of 32 categories its set has. */
  readonly lengths: Int32Array;
  readonly bits: Uint32Array;
  /** Where members of a set go; all others go to the other side. */
  readonly members: 'left' | 'right';
  /** What becomes of a category between -1 and 0: 0 (`zero`, as a cast does) or never a member. */
  readonly negativeFraction: 'zero' | 'none';
  /** 1 where a value within `ZERO` of zero is missing; `undefined` when nowhere. */
  readonly zeroIsMissing: Uint8Array | undefined;
}

/** The float32 1e-35, below which LightGBM takes a value for zero. */
const ZERO = Math.fround(1e-35);

/**
 * Finds the leaf of every row in one tree that may split by sets.
 *
 * A missing value goes left where `missingLeft` has 1, else right.
 *
 * @param values rows × width
 * @param leaves takes the node index of each row's leaf
 */
export function findLeavesBySets(
  trees: PackedTrees,
  sets: SetSplits,
  walk: { tree: number; values: Float64Array; width: number; leaves: Int32Array },
): void {
  const { thresholds, links, missingLeft } = trees;
  const { starts, zeroIsMissing } = sets;
  const { values, width, leaves } = walk;
  const root = trees.roots[walk.tree] as number;
  const memberSide = sets.members === 'left' ? 0 : 1;
  for (let row = 0; row < leaves.length; row++) {
    let node = root;
    for (;;) {
      const left = links[4 * node + 3] as number;
      if (left === node) break;
      const value = values[row * width + (links[4 * node + 2] as number)] as number;
      let side: number;
      if (
        Number.isNaN(value) ||
        (zeroIsMissing !== undefined && zeroIsMissing[node] === 1 && value <= ZERO && value >= -ZERO)
      ) {
        side = missingLeft?.[node] === 1 ? 0 : 1;
      } else if ((starts[node] as number) >= 0) {
        side = isMember(sets, node, value) ? memberSide : 1 - memberSide;
      } else {
        side = value <= (thresholds[2 * node] as number) ? 0 : 1;
      }
      node = left + side;
    }
    leaves[row] = node;
  }
}

function isMember(sets: SetSplits, node: number, value: number): boolean {
  const category = sets.negativeFraction === 'zero' ? Math.trunc(value) : Math.floor(value);
  if (!(category >= 0 && category < 32 * (sets.lengths[node] as number))) return false;
  const word = sets.bits[(sets.starts[node] as number) + Math.floor(category / 32)] as number;
  return ((word >>> (category % 32)) & 1) === 1;
}
