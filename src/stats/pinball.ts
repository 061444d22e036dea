import type { LinearFigures } from './figure.ts';
import { meanFigures } from './mean-figures.ts';
import type { MeansState } from './mean-figures.ts';
import { checkedValue } from './outcome-limits.ts';
import type { RegressionOutcome } from './regression.ts';

/**
 * The mean pinball loss at each of the quantiles, for models that predict one: `pinball_90` is
 * the mean of .9 · (y − p) where the truth is above, .1 · (p − y) where it is below.
 *
 * @param quantiles each in 0..1, exclusive
 * @throws {RangeError} on a quantile that is none
 * @see Koenker and Bassett (1978), doi:10.2307/1913643; as scikit-learn's mean_pinball_loss
 */
export function pinball(quantiles: readonly number[]): LinearFigures<MeansState<string>, RegressionOutcome> {
  const bad = quantiles.find((quantile) => !(quantile > 0 && quantile < 1));
  if (bad !== undefined) throw new RangeError(`Cannot weigh errors for the quantile ${bad}: between 0 and 1`);
  const named = quantiles.map((quantile) => ({ quantile, name: pinballName(quantile) }));
  return meanFigures({
    names: named.map(({ name }) => name),
    version: 1,
    values(outcome: RegressionOutcome) {
      const off = checkedValue(outcome.truth, 'a truth') - checkedValue(outcome.prediction, 'a prediction');
      const losses = named.map(({ name, quantile }) => [name, pinballLoss(off, quantile)] as const);
      return Object.fromEntries(losses);
    },
  });
}

/** The loss of one outcome. @param off truth − prediction */
export function pinballLoss(off: number, quantile: number): number {
  return Math.max(quantile * off, (quantile - 1) * off);
}

/** The name of the figure: `pinball_90` for .9. */
export function pinballName(quantile: number): string {
  return `pinball_${Number((100 * quantile).toFixed(6))}`;
}

/** The quantile in percent of a figure's name: `'90'` for `pinball_90`; `undefined` of any other figure. */
export function pinballPercent(name: string): string | undefined {
  return /^pinball_(\d+(?:\.\d+)?)$/.exec(name)?.[1];
}
