import { boundedInterval, checkedAlpha, checkedBounds, unitOf } from './confidence-sequence.ts';
import type { Bounds, ConfidenceSequence } from './confidence-sequence.ts';
import { observe, predictableBet } from './predictable-mixture.ts';
import type { Observed } from './predictable-mixture.ts';

/** In units of the declared bounds, 0..1. */
export interface BettingState extends Observed {
  /** For each mean on the grid the capital of who bets that the mean is larger, having begun with 1 … */
  readonly above: Float64Array;
  /** … and smaller. */
  readonly below: Float64Array;
}

/**
 * The betting confidence sequence of a bounded mean: it keeps the means against which nobody who bets half
 * on each side could have multiplied their stake by 1/α. The tightest one here, valid where the mean is
 * constant only. An observation costs a multiplication for each mean on the grid, so it is for reports and
 * for few figures.
 *
 * @param options.alpha miscoverage over all looks; both sides together
 * @param options.bounds of the observations
 * @param options.breaks the grid has so many steps; 10 to 100,000; the interval is rounded outwards to it
 * @see Waudby-Smith and Ramdas (2024), section 4 (hedged capital), doi:10.1093/jrsssb/qkad009
 */
export function betting(options: {
  readonly alpha: number;
  readonly bounds: Bounds;
  readonly breaks?: number;
}): ConfidenceSequence<BettingState> {
  const alpha = checkedAlpha(options.alpha);
  const bounds = checkedBounds(options.bounds);
  const breaks = options.breaks ?? 1000;
  if (!Number.isInteger(breaks) || breaks < 10 || breaks > 100_000) {
    throw new RangeError(`Cannot bet on a grid of ${breaks} steps: 10 to 100,000`);
  }
  const logThreshold = Math.log(2 / alpha);
  // No bet may lose more than half of what is there
  const means = Float64Array.from({ length: breaks + 1 }, (_, i) => i / breaks);
  const limitAbove = means.map((mean) => 0.5 / mean);
  const limitBelow = means.map((mean) => 0.5 / (1 - mean));
  return {
    kind: 'order-dependent',
    version: 1,
    method: 'betting',
    level: 1 - alpha,
    covers: 'constant mean',
    empty: () => ({
      count: 0,
      sum: 0,
      squares: 0,
      above: new Float64Array(breaks + 1).fill(1),
      below: new Float64Array(breaks + 1).fill(1),
    }),
    add(state, observation) {
      const x = unitOf(observation, bounds);
      const bet = predictableBet(state, logThreshold);
      const { above, below } = state;
      for (let i = 0; i <= breaks; i++) {
        const off = x - means[i]!;
        above[i] = within(above[i]! * (1 + Math.min(bet, limitAbove[i]!) * off));
        below[i] = within(below[i]! * (1 - Math.min(bet, limitBelow[i]!) * off));
      }
      observe(state, x);
    },
    interval({ count, above, below }) {
      if (count === 0) return undefined;
      const kept = (i: number): boolean => Math.max(above[i]!, below[i]!) < 2 / alpha;
      let low = 0;
      while (low < breaks && !kept(low)) low++;
      // Nothing is left: no constant mean goes with what came
      if (!kept(low)) return undefined;
      let high = breaks;
      while (!kept(high)) high--;
      return boundedInterval((low - 1) / breaks, (high + 1) / breaks, bounds);
    },
  };
}

/** Far from overflow and underflow: who has 10^300 has won long since, who has 10^−300 never will. */
function within(capital: number): number {
  return Math.min(1e300, Math.max(1e-300, capital));
}
