import type { CategorySplits, PackedTrees } from './packed-trees.ts';

/** Rows to walk, and what the leaves add up to. */
export interface Walk {
  /** rows × width; rounded to float32 for scikit-learn's trees, which compare them with float64 thresholds. */
  readonly values: Float64Array;
  readonly rows: number;
  readonly width: number;
  /** `leafWidth` values a node. */
  readonly table: Float64Array;
  readonly leafWidth: number;
  /** Columns that trees with one value a leaf add to, tree t to column t mod columns. */
  readonly columns: number;
  /** rows × leafWidth or rows × columns; added to. */
  readonly result: Float64Array;
}

/** Deeper trees are walked row by row until a leaf: most rows end long before the deepest one. */
const SIDE_BY_SIDE_DEPTH_MAX = 16;

/**
 * Adds the leaf of every tree to the result of every row, in the order of the trees.
 *
 * Eight walks go side by side, so that one waits for memory while the others go on: eight rows in a tree, or in
 * a small batch eight trees for a row. A missing value goes right, or where `missingLeft` says.
 */
export function addLeaves(trees: PackedTrees, walk: Walk): void {
  const { rows } = walk;
  const hasMissing = anyMissing(walk.values);
  const count = trees.roots.length;
  if (trees.categories === undefined && !hasMissing && rows < 8) {
    addTreesSideBySide(trees, walk);
    return;
  }
  const leaves = new Int32Array(rows);
  for (let tree = 0; tree < count; tree++) {
    findLeaves(trees, tree, walk.values, walk.width, leaves, hasMissing);
    addFound(walk, tree, leaves);
  }
}

/** Whether any value is NaN. */
export function anyMissing(values: Float64Array): boolean {
  for (let at = 0; at < values.length; at++) if (Number.isNaN(values[at])) return true;
  return false;
}

function addFound({ table, leafWidth, columns, result }: Walk, tree: number, leaves: Int32Array): void {
  if (leafWidth === 1) {
    let to = tree % columns;
    for (let row = 0; row < leaves.length; row++, to += columns) {
      result[to] = (result[to] as number) + (table[leaves[row] as number] as number);
    }
    return;
  }
  for (let row = 0, to = 0; row < leaves.length; row++) {
    const from = (leaves[row] as number) * leafWidth;
    for (let at = 0; at < leafWidth; at++, to++) {
      result[to] = (result[to] as number) + (table[from + at] as number);
    }
  }
}

// `Number(a > b)` compiles to arithmetic where `a > b ? 1 : 0` compiles to a branch that is guessed wrong half of the time.

/**
 * Finds the leaf of every row in one tree.
 *
 * @param leaves takes the node of each row's leaf, as packed
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
  const walk = { tree, values, width, leaves };
  if (trees.categories !== undefined) findLeavesByCategory(trees, trees.categories, walk);
  else if (hasMissing) findLeavesWithMissing(trees, walk);
  else findLeavesSideBySide(trees, walk);
}

interface TreeWalk {
  readonly tree: number;
  readonly values: Float64Array;
  readonly width: number;
  readonly leaves: Int32Array;
}

function findLeavesSideBySide(trees: PackedTrees, { tree, values, width, leaves }: TreeWalk): void {
  const { thresholds, links } = trees;
  const root = trees.roots[tree] as number;
  const depth = trees.depths[tree] as number;
  const rows = leaves.length;
  let row = 0;
  if (depth <= SIDE_BY_SIDE_DEPTH_MAX) {
    for (; row + 8 <= rows; row += 8) {
      const from = row * width;
      let a = root;
      let b = root;
      let c = root;
      let d = root;
      let e = root;
      let f = root;
      let g = root;
      let h = root;
      for (let step = 0; step < depth; step++) {
        a =
          (links[4 * a + 3] as number) +
          Number((values[from + (links[4 * a + 2] as number)] as number) > (thresholds[2 * a] as number));
        b =
          (links[4 * b + 3] as number) +
          Number(
            (values[from + width + (links[4 * b + 2] as number)] as number) > (thresholds[2 * b] as number),
          );
        c =
          (links[4 * c + 3] as number) +
          Number(
            (values[from + 2 * width + (links[4 * c + 2] as number)] as number) >
              (thresholds[2 * c] as number),
          );
        d =
          (links[4 * d + 3] as number) +
          Number(
            (values[from + 3 * width + (links[4 * d + 2] as number)] as number) >
              (thresholds[2 * d] as number),
          );
        e =
          (links[4 * e + 3] as number) +
          Number(
            (values[from + 4 * width + (links[4 * e + 2] as number)] as number) >
              (thresholds[2 * e] as number),
          );
        f =
          (links[4 * f + 3] as number) +
          Number(
            (values[from + 5 * width + (links[4 * f + 2] as number)] as number) >
              (thresholds[2 * f] as number),
          );
        g =
          (links[4 * g + 3] as number) +
          Number(
            (values[from + 6 * width + (links[4 * g + 2] as number)] as number) >
              (thresholds[2 * g] as number),
          );
        h =
          (links[4 * h + 3] as number) +
          Number(
            (values[from + 7 * width + (links[4 * h + 2] as number)] as number) >
              (thresholds[2 * h] as number),
          );
      }
      leaves[row] = a;
      leaves[row + 1] = b;
      leaves[row + 2] = c;
      leaves[row + 3] = d;
      leaves[row + 4] = e;
      leaves[row + 5] = f;
      leaves[row + 6] = g;
      leaves[row + 7] = h;
    }
  }
  for (; row < rows; row++) leaves[row] = findLeaf(trees, root, values, row * width);
}

function findLeaf(
  { thresholds, links }: PackedTrees,
  root: number,
  values: Float64Array,
  from: number,
): number {
  let node = root;
  for (;;) {
    const left = links[4 * node + 3] as number;
    if (left === node) return node;
    node =
      left +
      Number((values[from + (links[4 * node + 2] as number)] as number) > (thresholds[2 * node] as number));
  }
}

/** For few rows: eight trees of one row at a time. */
function addTreesSideBySide(trees: PackedTrees, walk: Walk): void {
  const { thresholds, links, roots, depths } = trees;
  const { values, rows, width, table, leafWidth, columns, result } = walk;
  const found = new Int32Array(8);
  for (let row = 0; row < rows; row++) {
    const from = row * width;
    for (let first = 0; first < roots.length; first += 8) {
      const last = Math.min(8, roots.length - first);
      let depth = 0;
      for (let at = 0; at < last; at++) depth = Math.max(depth, depths[first + at] as number);
      if (last < 8 || depth > SIDE_BY_SIDE_DEPTH_MAX) {
        for (let at = 0; at < last; at++)
          found[at] = findLeaf(trees, roots[first + at] as number, values, from);
      } else {
        let a = roots[first] as number;
        let b = roots[first + 1] as number;
        let c = roots[first + 2] as number;
        let d = roots[first + 3] as number;
        let e = roots[first + 4] as number;
        let f = roots[first + 5] as number;
        let g = roots[first + 6] as number;
        let h = roots[first + 7] as number;
        for (let step = 0; step < depth; step++) {
          a =
            (links[4 * a + 3] as number) +
            Number((values[from + (links[4 * a + 2] as number)] as number) > (thresholds[2 * a] as number));
          b =
            (links[4 * b + 3] as number) +
            Number((values[from + (links[4 * b + 2] as number)] as number) > (thresholds[2 * b] as number));
          c =
            (links[4 * c + 3] as number) +
            Number((values[from + (links[4 * c + 2] as number)] as number) > (thresholds[2 * c] as number));
          d =
            (links[4 * d + 3] as number) +
            Number((values[from + (links[4 * d + 2] as number)] as number) > (thresholds[2 * d] as number));
          e =
            (links[4 * e + 3] as number) +
            Number((values[from + (links[4 * e + 2] as number)] as number) > (thresholds[2 * e] as number));
          f =
            (links[4 * f + 3] as number) +
            Number((values[from + (links[4 * f + 2] as number)] as number) > (thresholds[2 * f] as number));
          g =
            (links[4 * g + 3] as number) +
            Number((values[from + (links[4 * g + 2] as number)] as number) > (thresholds[2 * g] as number));
          h =
            (links[4 * h + 3] as number) +
            Number((values[from + (links[4 * h + 2] as number)] as number) > (thresholds[2 * h] as number));
        }
        found[0] = a;
        found[1] = b;
        found[2] = c;
        found[3] = d;
        found[4] = e;
        found[5] = f;
        found[6] = g;
        found[7] = h;
      }
      for (let at = 0; at < last; at++) {
        const leaf = found[at] as number;
        const to = leafWidth === 1 ? row * columns + ((first + at) % columns) : row * leafWidth;
        for (let value = 0; value < leafWidth; value++) {
          result[to + value] = (result[to + value] as number) + (table[leaf * leafWidth + value] as number);
        }
      }
    }
  }
}

function findLeavesWithMissing(trees: PackedTrees, { tree, values, width, leaves }: TreeWalk): void {
  const { thresholds, links, missingLeft } = trees;
  for (let row = 0; row < leaves.length; row++) {
    let node = trees.roots[tree] as number;
    for (;;) {
      const left = links[4 * node + 3] as number;
      if (left === node) break;
      const value = values[row * width + (links[4 * node + 2] as number)] as number;
      const goesRight = Number.isNaN(value)
        ? missingLeft?.[node] !== 1
        : value > (thresholds[2 * node] as number);
      node = left + Number(goesRight);
    }
    leaves[row] = node;
  }
}

/** @see scikit-learn's _hist_gradient_boosting/_predictor.pyx, which keeps a category in eight bits */
function findLeavesByCategory(
  trees: PackedTrees,
  categories: CategorySplits,
  { tree, values, width, leaves }: TreeWalk,
): void {
  const { thresholds, links, missingLeft } = trees;
  for (let row = 0; row < leaves.length; row++) {
    let node = trees.roots[tree] as number;
    for (;;) {
      const left = links[4 * node + 3] as number;
      if (left === node) break;
      const feature = links[4 * node + 2] as number;
      const value = values[row * width + feature] as number;
      const missingGoesRight = missingLeft?.[node] !== 1;
      const split = categories.rows[node] as number;
      let goesRight = value > (thresholds[2 * node] as number);
      if (Number.isNaN(value) || (split >= 0 && value < 0)) goesRight = missingGoesRight;
      else if (split >= 0) {
        const category = Math.trunc(value) & 255;
        if (has(categories.goLeft, split, category)) goesRight = false;
        else goesRight = has(categories.known, feature, category) || missingGoesRight;
      }
      node = left + Number(goesRight);
    }
    leaves[row] = node;
  }
}

function has(sets: Uint32Array, row: number, category: number): boolean {
  return (((sets[8 * row + (category >> 5)] as number) >>> (category & 31)) & 1) === 1;
}
