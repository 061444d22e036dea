import {
  addCount,
  emptySketch,
  linearBins,
  mergeSketch,
  readSketch,
  sketchQuantiles,
  writeSketch,
} from './count-sketch.ts';
import type { CountSketch, LinearBins } from './count-sketch.ts';
import { minus, ratio, times } from './dyadic.ts';
import type { Dyadic } from './dyadic.ts';
import {
  add,
  addAll,
  addProduct,
  addScaledSum,
  addSquares,
  addWeightedSquare,
  emptySum,
  exactly,
  mergeSum,
  sumOf,
} from './exact-sum.ts';
import type { ExactSum } from './exact-sum.ts';
import { present } from './figure.ts';
import type { Figures } from './figure.ts';
import type { FadableFigures } from './forward-decay.ts';
import { checkedValue, checkedWeight } from './outcome-limits.ts';
import type { RegressionBlock } from './regression-block.ts';
import { StateReader, StateWriter } from './state-bytes.ts';

/** One scored outcome of a regression. Numbers are finite and at most 1e100 in size. */
export interface RegressionOutcome {
  readonly truth: number;
  readonly prediction: number;
  /** 0..1e50; 1 when absent. A weight of 0 is no outcome for any figure. */
  readonly weight?: number | undefined;
}

/**
 * The state of every linear regression figure: one set of exact sums and one sketch of counts.
 * With e = prediction − truth (one double, as the log has it), y = truth and w = weight.
 */
export interface RegressionState {
  /** Outcomes with a weight above 0. */
  rows: number;
  /** Σw */
  readonly weight: ExactSum;
  /** Σw·|e| */
  readonly absolute: ExactSum;
  /** Σw·e */
  readonly signed: ExactSum;
  /** Σw·e² */
  readonly squared: ExactSum;
  /** Σw·y */
  readonly truth: ExactSum;
  /** Σw·y² */
  readonly truthSquared: ExactSum;
  /** |e|, each outcome once whatever its weight. */
  readonly errors: CountSketch;
}

/**
 * The linear figures of a regression, over one shared state.
 *
 * `value` gives `mae`, `mse`, `rmse`, `bias` (mean of prediction − truth), `r2` and `explained_variance`
 * (absent below two rows or without variance in the truths), and from a sketch of counts, within 0.4 % of the exact quantile and
 * unweighted, `median_absolute_error` and `p95_absolute_error`. Without an outcome it is `{}`.
 *
 * Sums are exact, and a quotient of sums is rounded once: a figure is the double nearest to its formula.
 */
export const regression: FadableFigures<RegressionState, RegressionOutcome> = {
  kind: 'linear',
  version: 1,
  empty: () => ({
    rows: 0,
    weight: emptySum(),
    absolute: emptySum(),
    signed: emptySum(),
    squared: emptySum(),
    truth: emptySum(),
    truthSquared: emptySum(),
    errors: emptySketch(),
  }),
  add: (state, outcome) => put(state, outcome, 1),
  remove: (state, outcome) => put(state, outcome, -1),
  merge(state, other) {
    state.rows += other.rows;
    for (const name of SUMS) mergeSum(state[name], other[name]);
    mergeSketch(state.errors, other.errors);
  },
  /** The quantiles have no weights: they stay out. */
  mergeScaled(state, other, exponent) {
    state.rows += other.rows;
    for (const name of SUMS) addScaledSum(state[name], other[name], exponent);
  },
  value: figures,
  encode(state) {
    const writer = new StateWriter();
    writer.integer(regression.version);
    writer.integer(state.rows);
    for (const name of SUMS) writer.exact(exactly(state[name]));
    writeSketch(writer, state.errors);
    return writer.finish();
  },
  decode(bytes) {
    const reader = new StateReader(bytes);
    const version = reader.integer();
    if (version !== regression.version) {
      throw new RangeError(
        `Cannot read a state of version ${version}: this is version ${regression.version}`,
      );
    }
    const state = regression.empty();
    state.rows = reader.integer();
    for (const name of SUMS) Object.assign(state[name], sumOf(reader.exact()));
    Object.assign(state.errors, readSketch(reader));
    reader.end();
    return state;
  },
};

/** Adds the outcomes of a block, as `add` would one by one. */
export function addRegressionBlock(state: RegressionState, block: RegressionBlock): void {
  const { count, truth, error, size } = block;
  state.rows += count;
  add(state.weight, count);
  addAll(state.absolute, size, count);
  addAll(state.signed, error, count);
  addSquares(state.squared, error, count);
  addAll(state.truth, truth, count);
  addSquares(state.truthSquared, truth, count);
  for (let i = 0; i < count; i++) addCount(state.errors, size[i]!, 1);
}

/** The mean absolute error alone; `undefined` without an outcome. */
export function meanAbsoluteError({ rows, weight, absolute }: RegressionState): number | undefined {
  const weights = exactly(weight);
  return rows <= 0 || weights.units <= 0n ? undefined : ratio(exactly(absolute), weights);
}

/**
 * The distribution of absolute errors, for a picture: exact counts, whatever was added and taken out.
 * `undefined` without an outcome.
 *
 * @param options.binsMax 8..128; the width is the smallest power of two with which so many bins hold all but
 *   the largest 1 % of the errors
 */
export function errorHistogram(
  state: RegressionState,
  options: { readonly binsMax: number } = { binsMax: 60 },
): ErrorHistogram | undefined {
  return linearBins(state.errors, { binsMax: options.binsMax, insideRatio: 0.99 });
}

/** Absolute errors in bins of equal width that begin at 0. */
export type ErrorHistogram = LinearBins;

const SUMS = ['weight', 'absolute', 'signed', 'squared', 'truth', 'truthSquared'] as const;

function put(state: RegressionState, outcome: RegressionOutcome, sign: 1 | -1): void {
  const truth = checkedValue(outcome.truth, 'a truth');
  const prediction = checkedValue(outcome.prediction, 'a prediction');
  const weight = outcome.weight === undefined ? 1 : checkedWeight(outcome.weight);
  if (weight === 0) return;
  const error = prediction - truth;
  const size = Math.abs(error);
  const signed = sign * weight;
  state.rows += sign;
  add(state.weight, signed);
  if (weight === 1) {
    add(state.absolute, sign * size);
    add(state.signed, sign * error);
    add(state.truth, sign * truth);
  } else {
    addProduct(state.absolute, signed, size);
    addProduct(state.signed, signed, error);
    addProduct(state.truth, signed, truth);
  }
  addWeightedSquare(state.squared, signed, error);
  addWeightedSquare(state.truthSquared, signed, truth);
  addCount(state.errors, size, sign);
}

function figures(state: RegressionState): Figures {
  const weight = exactly(state.weight);
  if (state.rows <= 0 || weight.units <= 0n) return {};
  const squared = exactly(state.squared);
  const mse = ratio(squared, weight);
  const [median, p95] = sketchQuantiles(state.errors, [0.5, 0.95]);
  return present({
    mae: ratio(exactly(state.absolute), weight),
    mse,
    rmse: Math.sqrt(mse),
    bias: ratio(exactly(state.signed), weight),
    ...shares(state, weight, squared),
    median_absolute_error: median,
    p95_absolute_error: p95,
  });
}

/**
 * R² = 1 − Σwe² / Σw(y − ȳ)², and explained variance = 1 − Σw(e − ē)² / Σw(y − ȳ)², or neither without
 * variance: no cancellation, the sums are exact.
 */
function shares(
  state: RegressionState,
  weight: Dyadic,
  squared: Dyadic,
): { r2?: number; explained_variance?: number } {
  const total = exactly(state.truth);
  // Σw(y − ȳ)² = (Σw·Σwy² − (Σwy)²) / Σw
  const variation = minus(times(weight, exactly(state.truthSquared)), times(total, total));
  if (state.rows < 2 || variation.units <= 0n) return {};
  const bias = exactly(state.signed);
  const unexplained = times(weight, squared);
  return {
    r2: ratio(minus(variation, unexplained), variation),
    explained_variance: ratio(minus(variation, minus(unexplained, times(bias, bias))), variation),
  };
}
