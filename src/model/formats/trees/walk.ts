import type { CategorySplits, PackedTrees } from './packed_trees.ts';

/** Deeper trees are walked row by row until a leaf: most rows end long before the deepest one. */
const SIDE_BY_SIDE_DEPTH_MAX = 14;

/**
 * Finds the leaf of every row in one tree.
 *
 * Four rows are walked side by side, so that one waits for memory while the others go on. A missing value
 * goes right, or where `missingLeft` says.
 *
 * @param values rows × width; rounded to float32 for scikit-learn's trees, which compare them with float64 thresholds
 * @param leaves takes the node index of each row's leaf
 * @param hasMissing whether any value is NaN
 */
export function findLeaves(
  trees: PackedTrees,
  tree: number,
  values: Float64Array,
  width: number,
  leaves: Int32Array,
  hasMissing: boolean,
): void {
  if (trees.categories !== undefined) {
    findLeavesByCategory(trees, trees.categories, { tree, values, width, leaves });
    return;
  }
  const { features, thresholds, children } = trees;
  const missingLeft = hasMissing ? trees.missingLeft : undefined;
  const root = trees.roots[tree] as number;
  const depth = trees.depths[tree] as number;
  const rows = leaves.length;
  let row = 0;
  if (missingLeft === undefined && depth <= SIDE_BY_SIDE_DEPTH_MAX) {
    for (; row + 4 <= rows; row += 4) {
      const first = row * width;
      const second = first + width;
      const third = second + width;
      const fourth = third + width;
      let a = root;
      let b = root;
      let c = root;
      let d = root;
      for (let step = 0; step < depth; step++) {
        a = children[
          2 * a + ((values[first + (features[a] as number)] as number) <= (thresholds[a] as number) ? 0 : 1)
        ] as number;
        b = children[
          2 * b + ((values[second + (features[b] as number)] as number) <= (thresholds[b] as number) ? 0 : 1)
        ] as number;
        c = children[
          2 * c + ((values[third + (features[c] as number)] as number) <= (thresholds[c] as number) ? 0 : 1)
        ] as number;
        d = children[
          2 * d + ((values[fourth + (features[d] as number)] as number) <= (thresholds[d] as number) ? 0 : 1)
        ] as number;
      }
      leaves[row] = a;
      leaves[row + 1] = b;
      leaves[row + 2] = c;
      leaves[row + 3] = d;
    }
  }
  for (; row < rows; row++) {
    const start = row * width;
    let node = root;
    for (;;) {
      const value = values[start + (features[node] as number)] as number;
      let side = value <= (thresholds[node] as number) ? 0 : 1;
      if (missingLeft !== undefined && Number.isNaN(value) && missingLeft[node] === 1) side = 0;
      const next = children[2 * node + side] as number;
      if (next === node) break;
      node = next;
    }
    leaves[row] = node;
  }
}

/** Whether any value is NaN. */
export function anyMissing(values: Float64Array): boolean {
  for (let at = 0; at < values.length; at++) if (Number.isNaN(values[at])) return true;
  return false;
}

interface Walk {
  readonly tree: number;
  readonly values: Float64Array;
  readonly width: number;
  readonly leaves: Int32Array;
}

/** @see scikit-learn's _hist_gradient_boosting/_predictor.pyx, which keeps a category in eight bits */
function findLeavesByCategory(trees: PackedTrees, categories: CategorySplits, walk: Walk): void {
  const { features, thresholds, children, missingLeft } = trees;
  const { tree, values, width, leaves } = walk;
  for (let row = 0; row < leaves.length; row++) {
    let node = trees.roots[tree] as number;
    for (;;) {
      const feature = features[node] as number;
      const value = values[row * width + feature] as number;
      const missingSide = missingLeft?.[node] === 1 ? 0 : 1;
      const split = categories.rows[node] as number;
      let side = value <= (thresholds[node] as number) ? 0 : 1;
      if (Number.isNaN(value) || (split >= 0 && value < 0)) side = missingSide;
      else if (split >= 0) {
        const category = Math.trunc(value) & 255;
        if (has(categories.goLeft, split, category)) side = 0;
        else side = has(categories.known, feature, category) ? 1 : missingSide;
      }
      const next = children[2 * node + side] as number;
      if (next === node) break;
      node = next;
    }
    leaves[row] = node;
  }
}

function has(sets: Uint32Array, row: number, category: number): boolean {
  return (((sets[8 * row + (category >> 5)] as number) >>> (category & 31)) & 1) === 1;
}
