import type { Figures, LinearFigures } from './figure.ts';

/** One scored outcome of a regression. Numbers are finite and at most 1e100 in size. */
export interface RegressionOutcome {
  readonly truth: number;
  readonly prediction: number;
  /** 0..1e50; 1 when absent. A weight of 0 is no outcome for any figure. */
  readonly weight?: number | undefined;
}

/** The state of every linear regression figure: one set of exact sums and one sketch of counts. Opaque. */
export interface RegressionState {
  rows: number;
}

/**
 * The linear figures of a regression, over one shared state.
 *
 * `value` gives `mae`, `mse`, `rmse`, `bias` (mean of prediction − truth), `r2` (absent below two rows or
 * without variance in the truths), and from a sketch of counts, within 0.4 % of the exact quantile,
 * `median_absolute_error` and `p95_absolute_error`. Without an outcome it is `{}`.
 */
export const regression: LinearFigures<RegressionState, RegressionOutcome> = {
  kind: 'linear',
  version: 1,
  empty: notBuilt,
  add: notBuilt,
  remove: notBuilt,
  merge: notBuilt,
  value: notBuilt,
  encode: notBuilt,
  decode: notBuilt,
};

/** Absolute errors in bins of equal width: see `errorHistogram`. */
export interface ErrorHistogram {
  /** A power of two. */
  readonly width: number;
  readonly counts: readonly number[];
  /** Outcomes beyond the last bin. */
  readonly above: number;
}

/**
 * The distribution of absolute errors: bin i counts [i·width, (i+1)·width). Exact counts, whatever was added
 * and taken out. `undefined` without an outcome.
 *
 * @param options.binsMax 8..128; the width is the smallest power of two with which so many bins hold all but the largest 1 % of the errors
 */
export function errorHistogram(
  _state: RegressionState,
  _options: { binsMax: number } = { binsMax: 60 },
): ErrorHistogram | undefined {
  return notBuilt();
}

export type { Figures };

function notBuilt(): never {
  throw new Error('not built yet');
}
