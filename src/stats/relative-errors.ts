import { addAllToMean } from './exact-mean.ts';
import type { LinearFigures } from './figure.ts';
import { meanFigures } from './mean-figures.ts';
import type { MeansState } from './mean-figures.ts';
import { checkedValue } from './outcome-limits.ts';
import type { RegressionOutcome } from './regression.ts';
import { BLOCK_ROWS, type RegressionBlock } from './regression-block.ts';

const NAMES = ['mape', 'smape', 'msle'] as const;
type Name = (typeof NAMES)[number];

/**
 * Errors in proportion: `mape` |e| / |y| (undefined where y is 0), `smape` 2|e| / (|y| + |p|), 0..2
 * (undefined where both are 0), `msle` (ln(1 + p) − ln(1 + y))² (undefined where either is negative). Each is
 * the mean over the rows where it is defined, and `…_undefined_rows` says how many were left out, if any.
 *
 * On rows where they are defined as scikit-learn 1.2, which divides by 2.2e-16 where y is 0, and refuses negatives.
 */
export const relativeErrors: LinearFigures<MeansState<Name>, RegressionOutcome> = meanFigures({
  names: NAMES,
  version: 1,
  values: relativeErrorsOf,
  figures(means, { undefinedRows }) {
    const figures: Record<string, number | undefined> = { ...means };
    for (const [name, rows] of Object.entries(undefinedRows)) {
      if (rows > 0) figures[`${name}_undefined_rows`] = rows;
    }
    return figures;
  },
});

/** Adds the outcomes of a block, as `add` would one by one. */
export function addRelativeBlock(state: MeansState<Name>, block: RegressionBlock): void {
  const found = relativeErrorsOfBlock(block);
  for (const name of NAMES) {
    const { values, count } = found[name];
    addAllToMean(state.means[name], values, count);
    state.undefinedRows[name] += block.count - count;
  }
}

/** Those of the outcomes of a block, each where it is defined, in their order. Good until the next call. */
export function relativeErrorsOfBlock({ count, truth, prediction, size }: RegressionBlock): typeof OF_BLOCK {
  const { mape, smape, msle } = OF_BLOCK;
  let mapes = 0;
  let smapes = 0;
  let msles = 0;
  // As the functions below have it, without a number that may be absent: that would be an object each.
  for (let i = 0; i < count; i++) {
    const y = truth[i]!;
    const p = prediction[i]!;
    const quotient = size[i]! / Math.abs(y);
    if (quotient <= QUOTIENT_MAX) mape.values[mapes++] = quotient;
    const sizes = Math.abs(y) + Math.abs(p);
    if (sizes !== 0) smape.values[smapes++] = (2 * size[i]!) / sizes;
    if (y >= 0 && p >= 0) msle.values[msles++] = (Math.log1p(p) - Math.log1p(y)) ** 2;
  }
  mape.count = mapes;
  smape.count = smapes;
  msle.count = msles;
  return OF_BLOCK;
}

/** Those of one outcome; each `undefined` where it is not defined. @throws {RangeError} on numbers that cannot be scored */
export function relativeErrorsOf(outcome: RegressionOutcome): Readonly<Record<Name, number | undefined>> {
  const truth = checkedValue(outcome.truth, 'a truth');
  const prediction = checkedValue(outcome.prediction, 'a prediction');
  const size = Math.abs(prediction - truth);
  return {
    mape: mapeOf(size, truth),
    smape: smapeOf(size, truth, prediction),
    msle: msleOf(truth, prediction),
  };
}

/** A truth so near to 0 that an exact sum cannot hold the quotient counts as 0. */
function mapeOf(size: number, truth: number): number | undefined {
  const quotient = size / Math.abs(truth);
  return quotient <= QUOTIENT_MAX ? quotient : undefined;
}

function smapeOf(size: number, truth: number, prediction: number): number | undefined {
  const sizes = Math.abs(truth) + Math.abs(prediction);
  return sizes === 0 ? undefined : (2 * size) / sizes;
}

function msleOf(truth: number, prediction: number): number | undefined {
  return truth < 0 || prediction < 0 ? undefined : (Math.log1p(prediction) - Math.log1p(truth)) ** 2;
}

const QUOTIENT_MAX = 1e200;
const OF_BLOCK = {
  mape: { values: new Float64Array(BLOCK_ROWS), count: 0 },
  smape: { values: new Float64Array(BLOCK_ROWS), count: 0 },
  msle: { values: new Float64Array(BLOCK_ROWS), count: 0 },
};
