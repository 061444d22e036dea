import type { LinearFigures } from './figure.ts';
import { meanFigures } from './mean-figures.ts';
import type { MeansState } from './mean-figures.ts';
import { checkedValue } from './outcome-limits.ts';
import type { RegressionOutcome } from './regression.ts';

/**
 * Errors as if none were larger than a declared bound: `clipped_mae`, the mean of min(|e|, bound), and `clipped_mse` and
 * `clipped_rmse` of the same. What is bounded has a confidence sequence at any count, which MAE itself has not.
 *
 * @param errorMax > 0, in the unit of the truth
 * @throws {RangeError} on a bound that is none
 */
export function clippedErrors(
  errorMax: number,
): LinearFigures<MeansState<'absolute' | 'squared'>, RegressionOutcome> {
  checkErrorMax(errorMax);
  return meanFigures({
    names: ['absolute', 'squared'] as const,
    version: 1,
    values({ truth, prediction }: RegressionOutcome) {
      const size = clippedError(
        checkedValue(truth, 'a truth') - checkedValue(prediction, 'a prediction'),
        errorMax,
      );
      return { absolute: size, squared: size * size };
    },
    figures: ({ absolute, squared }) => ({
      clipped_mae: absolute,
      clipped_mse: squared,
      clipped_rmse: squared === undefined ? undefined : Math.sqrt(squared),
    }),
  });
}

/** The size of an error, at most the bound. */
export function clippedError(error: number, errorMax: number): number {
  return Math.min(Math.abs(error), errorMax);
}

/** @throws {RangeError} on a bound that is none */
export function checkErrorMax(errorMax: number): void {
  if (!(errorMax > 0 && errorMax <= 1e100)) throw new RangeError(`Cannot clip errors to ${errorMax}`);
}
