import { boundedInterval, checkedAlpha, checkedBounds, unitOf } from './confidence-sequence.ts';
import type { Bounds, ConfidenceSequence } from './confidence-sequence.ts';
import { gammaExponentialBound, oneSidedRho } from './gamma-exponential-mixture.ts';

/** In units of the declared bounds, 0..1. */
export interface EmpiricalBernsteinState {
  count: number;
  sum: number;
  /** Σ(x − x̂)², where x̂ is the mean of what came before and of one ½. */
  variance: number;
}

/**
 * The empirical-Bernstein confidence sequence of a bounded mean. It covers the running mean itself, whatever
 * the means of the single observations do.
 *
 * @param options.alpha miscoverage over all looks; both sides together
 * @param options.bounds of the observations
 * @param options.varianceOpt where it is tightest, in squared units of the bounds: some 4 · count at a variance of ¼
 * @see Howard, Ramdas, McAuliffe and Sekhon (2021), Theorem 4, doi:10.1214/20-AOS1991
 */
export function empiricalBernstein(options: {
  readonly alpha: number;
  readonly bounds: Bounds;
  readonly varianceOpt?: number;
}): ConfidenceSequence<EmpiricalBernsteinState> {
  const alpha = checkedAlpha(options.alpha);
  const bounds = checkedBounds(options.bounds);
  const shape = { rho: oneSidedRho(options.varianceOpt ?? 25, alpha / 2), scale: 1 };
  const logThreshold = Math.log(2 / alpha);
  return {
    kind: 'order-dependent',
    version: 1,
    method: 'empirical Bernstein',
    level: 1 - alpha,
    covers: 'running mean',
    empty: () => ({ count: 0, sum: 0, variance: 0 }),
    add(state, observation) {
      const x = unitOf(observation, bounds);
      state.count++;
      const off = x - (0.5 + state.sum) / state.count;
      state.variance += off * off;
      state.sum += x;
    },
    interval({ count, sum, variance }) {
      if (count === 0) return undefined;
      const margin = gammaExponentialBound(variance, logThreshold, shape) / count;
      return boundedInterval(sum / count - margin, sum / count + margin, bounds);
    },
  };
}
