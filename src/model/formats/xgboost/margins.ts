import { anyMissing, findLeaves } from '../trees/walk.ts';
import { findLeavesBySets } from '../trees/set_walk.ts';
import type { LinearBooster, XgboostModel } from './model.ts';
import type { TreeBooster } from './tree_booster.ts';

const fround = Math.fround;

/**
 * The raw scores of rows, in float32 and in XGBoost's order of adding.
 *
 * @param values rows × features, each a float32, NaN for a missing one
 * @param rounds how many rounds of trees take part; absent: all
 * @returns rows × width
 */
export function marginsOf(
  model: XgboostModel,
  { values, rows, rounds }: { values: Float64Array; rows: number; rounds?: number | undefined },
): Float32Array {
  const { width, base, booster } = model;
  const margins = new Float32Array(rows * width);
  if (booster.kind === 'linear') {
    addLinear(margins, booster, model, values);
    return margins;
  }
  for (let at = 0; at < margins.length; at++) margins[at] = base[at % width] as number;
  addTrees(margins, booster, { values, rows, rounds, model });
  return margins;
}

function addTrees(
  margins: Float32Array,
  booster: TreeBooster,
  {
    values,
    rows,
    rounds,
    model,
  }: { values: Float64Array; rows: number; rounds: number | undefined; model: XgboostModel },
): void {
  const { packed, sets, leafWidth } = booster;
  const width = model.featureCount;
  const found = new Int32Array(rows);
  const hasMissing = anyMissing(values);
  const trees = treesOf(booster, rounds);
  for (let tree = 0; tree < trees; tree++) {
    if (sets === undefined) findLeaves(packed, tree, values, width, found, hasMissing);
    else findLeavesBySets(packed, sets, { tree, values, width, leaves: found });
    if (leafWidth === 1) addLeaves(margins, booster, { tree, found, width: model.width });
    else addVectors(margins, booster, { tree, found });
  }
}

function treesOf({ packed, roundEnds }: TreeBooster, rounds: number | undefined): number {
  if (rounds === undefined) return packed.roots.length;
  return roundEnds[Math.min(rounds, roundEnds.length) - 1] ?? packed.roots.length;
}

function addLeaves(
  margins: Float32Array,
  { leaves, groups, weights }: TreeBooster,
  { tree, found, width }: { tree: number; found: Int32Array; width: number },
): void {
  let to = groups[tree] as number;
  if (weights === undefined) {
    for (let row = 0; row < found.length; row++, to += width)
      margins[to] = (margins[to] as number) + (leaves[found[row] as number] as number);
    return;
  }
  const weight = weights[tree] as number;
  for (let row = 0; row < found.length; row++, to += width)
    margins[to] = (margins[to] as number) + fround((leaves[found[row] as number] as number) * weight);
}

function addVectors(
  margins: Float32Array,
  { leaves, leafWidth, weights }: TreeBooster,
  { tree, found }: { tree: number; found: Int32Array },
): void {
  const weight = weights?.[tree] ?? 1;
  for (let row = 0; row < found.length; row++) {
    const from = (found[row] as number) * leafWidth;
    for (let at = 0; at < leafWidth; at++) {
      const to = row * leafWidth + at;
      margins[to] = (margins[to] as number) + fround((leaves[from + at] as number) * weight);
    }
  }
}

function addLinear(
  margins: Float32Array,
  { weights }: LinearBooster,
  { width, featureCount, base }: XgboostModel,
  values: Float64Array,
): void {
  for (let at = 0; at < margins.length; at++) {
    const score = at % width;
    const start = ((at - score) / width) * featureCount;
    let sum = fround((weights[featureCount * width + score] as number) + (base[score] as number));
    for (let feature = 0; feature < featureCount; feature++) {
      const value = values[start + feature] as number;
      if (!Number.isNaN(value))
        sum = fround(sum + fround(value * (weights[feature * width + score] as number)));
    }
    margins[at] = sum;
  }
}
