import { boundedInterval, checkedAlpha, checkedBounds, unitOf } from './confidence-sequence.ts';
import type { Bounds, ConfidenceSequence } from './confidence-sequence.ts';

/** In units of the declared bounds, 0..1. */
export interface PredictableMixtureState {
  count: number;
  sum: number;
  /** Σ(x − μ̂)², where μ̂ is the mean of what came until then, x itself and one ½. */
  squares: number;
  /** Σλ */
  weights: number;
  /** Σλx */
  weighted: number;
  /** Σ(x − x̄)²ψ(λ), where x̄ is the mean of what came before, at first 0 … */
  variance: number;
  /** … and the same of 1 − x. */
  mirrored: number;
}

/**
 * The predictable-mixture empirical-Bernstein sequence of a bounded mean. It covers Σλμ / Σλ, the mean of the
 * means with its own weights: the mean itself where that is constant, and tighter then; not the running mean
 * where it moves.
 *
 * @param options.alpha miscoverage over all looks; both sides together
 * @param options.bounds of the observations
 * @see Waudby-Smith and Ramdas (2024), Theorem 2, doi:10.1093/jrsssb/qkad009
 */
export function predictableMixture(options: {
  readonly alpha: number;
  readonly bounds: Bounds;
}): ConfidenceSequence<PredictableMixtureState> {
  const alpha = checkedAlpha(options.alpha);
  const bounds = checkedBounds(options.bounds);
  const logThreshold = Math.log(2 / alpha);
  return {
    kind: 'order-dependent',
    version: 1,
    method: 'predictable mixture',
    level: 1 - alpha,
    covers: 'weighted mean',
    empty: () => ({ count: 0, sum: 0, squares: 0, weights: 0, weighted: 0, variance: 0, mirrored: 0 }),
    add(state, observation) {
      const x = unitOf(observation, bounds);
      const lambda = Math.min(0.5, predictableBet(state, logThreshold));
      const psi = -Math.log1p(-lambda) - lambda;
      const mean = state.count === 0 ? 0 : state.sum / state.count;
      const mirror = state.count === 0 ? 0 : 1 - mean;
      state.variance += (x - mean) ** 2 * psi;
      state.mirrored += (1 - x - mirror) ** 2 * psi;
      state.weights += lambda;
      state.weighted += lambda * x;
      observe(state, x);
    },
    interval({ count, weights, weighted, variance, mirrored }) {
      if (count === 0) return undefined;
      const centre = weighted / weights;
      const low = centre - (logThreshold + variance) / weights;
      const high = centre + (logThreshold + mirrored) / weights;
      return boundedInterval(low, high, bounds);
    },
  };
}

/** What the size of the next bet is taken from. */
export type Observed = Pick<PredictableMixtureState, 'count' | 'sum' | 'squares'>;

/** √(2 ln(1/α) / (σ̂² t ln(1 + t))), from what came before, as if one ½ with variance ¼ had come first. */
export function predictableBet({ count, squares }: Observed, logThreshold: number): number {
  const t = count + 1;
  const variance = (0.25 + squares) / t;
  return Math.sqrt((2 * logThreshold) / (variance * t * Math.log1p(t)));
}

/** Counts x in for the bets that follow. */
export function observe(state: Observed, x: number): void {
  state.count++;
  state.sum += x;
  state.squares += (x - (0.5 + state.sum) / (state.count + 1)) ** 2;
}
