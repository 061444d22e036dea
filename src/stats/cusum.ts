import { checkedObservation } from './change-detector.ts';
import type { ChangeDetector } from './change-detector.ts';

/** First the mean and the spread are learnt, then the sums run. */
export interface CusumState {
  count: number;
  mean: number;
  /** Σ(x − mean)² of what was learnt from. */
  squares: number;
  above: number;
  below: number;
}

/**
 * Two-sided CUSUM in standard deviations: mean and deviation are learnt from the first `warmUp`
 * observations (and as many more as it takes to see two different ones), then a change is where the
 * sum of what goes `slack` beyond them exceeds `threshold`. Learns anew after it.
 *
 * @see Page (1954), doi:10.1093/biomet/41.1-2.100
 */
export function cusum(
  options: { readonly warmUp?: number; readonly slack?: number; readonly threshold?: number } = {},
): ChangeDetector<CusumState> {
  const { warmUp = 30, slack = 0.5, threshold = 5 } = options;
  const empty = (): CusumState => ({ count: 0, mean: 0, squares: 0, above: 0, below: 0 });
  return {
    kind: 'order-dependent',
    version: 1,
    name: 'CUSUM',
    empty,
    add(state, observation) {
      const x = checkedObservation(observation);
      if (state.count < warmUp || state.squares === 0) {
        const off = x - state.mean;
        state.count++;
        state.mean += off / state.count;
        state.squares += off * (x - state.mean);
        return undefined;
      }
      const off = (x - state.mean) / Math.sqrt(state.squares / (state.count - 1));
      state.above = Math.max(0, state.above + off - slack);
      state.below = Math.max(0, state.below - off - slack);
      const { above, below } = state;
      if (Math.max(above, below) <= threshold) return undefined;
      Object.assign(state, empty());
      return above >= below ? 'rise' : 'fall';
    },
  };
}
