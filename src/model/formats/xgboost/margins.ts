import { anyMissing, findLeaves } from '../trees/walk.ts';
import { findLeavesBySets } from '../trees/set-walk.ts';
import type { LinearBooster, XgboostModel } from './model.ts';
import type { TreeBooster } from './tree-booster.ts';

const fround = Math.fround;

/**
 * The raw scores of rows, in float32 and in XGBoost's order of adding.
 *
 * @param request.values rows × features, each a float32, NaN for a missing one
 * @param request.rounds how many rounds of trees take part; absent: all
 * @param request.inPlace whether DART adds as `inplace_predict` does, which rounds otherwise
 * @returns rows × width
 */
export function marginsOf(model: XgboostModel, request: Request): Float32Array {
  const { width, base, booster } = model;
  const margins = new Float32Array(request.rows * width);
  if (booster.kind === 'linear') {
    addLinear(margins, booster, model, request.values);
    return margins;
  }
  for (let at = 0; at < margins.length; at++) margins[at] = base[at % width] as number;
  addTrees(margins, booster, request, model);
  return margins;
}

interface Request {
  readonly values: Float64Array;
  readonly rows: number;
  readonly rounds: number | undefined;
  readonly inPlace: boolean;
}

function addTrees(margins: Float32Array, booster: TreeBooster, request: Request, model: XgboostModel): void {
  const { packed, sets, leafWidth } = booster;
  const { values, rows } = request;
  const width = model.featureCount;
  const found = new Int32Array(rows);
  const hasMissing = anyMissing(values);
  const trees = treesOf(booster, request.rounds);
  for (let tree = 0; tree < trees; tree++) {
    if (sets === undefined) findLeaves(packed, tree, values, width, found, hasMissing);
    else findLeavesBySets(packed, sets, { tree, values, width, leaves: found });
    if (leafWidth > 1) addVectors(margins, booster, { tree, found });
    else if (booster.weights === undefined) addLeaves(margins, booster, { tree, found, width: model.width });
    else {
      const base = request.inPlace ? (model.base[booster.groups[tree] as number] as number) : 0;
      addWeighted(margins, booster, { tree, found, width: model.width, base });
    }
  }
}

function treesOf({ packed, roundEnds }: TreeBooster, rounds: number | undefined): number {
  if (rounds === undefined) return packed.roots.length;
  return roundEnds[Math.min(rounds, roundEnds.length) - 1] ?? packed.roots.length;
}

function addLeaves(
  margins: Float32Array,
  { leaves, groups }: TreeBooster,
  { tree, found, width }: { tree: number; found: Int32Array; width: number },
): void {
  let to = groups[tree] as number;
  for (let row = 0; row < found.length; row++, to += width)
    margins[to] = (margins[to] as number) + (leaves[found[row] as number] as number);
}

/** `base` is what the leaf has been added to and taken from again before it is weighted: that rounds it. */
function addWeighted(
  margins: Float32Array,
  { leaves, groups, weights }: TreeBooster,
  { tree, found, width, base }: { tree: number; found: Int32Array; width: number; base: number },
): void {
  const weight = weights?.[tree] ?? 1;
  let to = groups[tree] as number;
  for (let row = 0; row < found.length; row++, to += width) {
    const leaf = fround(fround(base + (leaves[found[row] as number] as number)) - base);
    margins[to] = (margins[to] as number) + fround(leaf * weight);
  }
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
