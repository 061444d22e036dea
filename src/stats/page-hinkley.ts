import { checkedObservation } from './change-detector.ts';
import type { ChangeDetector } from './change-detector.ts';

/** How the observations stand to their running mean. */
export interface PageHinkleyState {
  count: number;
  mean: number;
  /** Faded sum of what exceeds mean + tolerance (for one side never below 0), and its least value. */
  rise: number;
  least: number;
  /** Faded sum of what exceeds mean − tolerance, and its greatest value; unused for one side. */
  fall: number;
  greatest: number;
}

/**
 * Page-Hinkley: a change where the faded sum of deviations from the running mean comes to more than
 * `threshold`. For one side the sum is cut at 0 from below; for both it is measured from its least value, for a
 * rise, and from its greatest, for a fall. After a change it begins anew.
 *
 * @param options.sides `rise` for losses that get worse, `both` for either
 * @param options.tolerance δ, in units of the observations
 * @param options.fading 0..1; what is left of the sum at the next observation
 * @param options.countMin no change is seen before so many observations
 * @see Page (1954), doi:10.1093/biomet/41.1-2.100; defaults as in River
 */
export function pageHinkley(options: {
  readonly sides: 'rise' | 'both';
  readonly tolerance?: number;
  readonly threshold?: number;
  readonly fading?: number;
  readonly countMin?: number;
}): ChangeDetector<PageHinkleyState> {
  const { sides, tolerance = 0.005, threshold = 50, fading = 0.9999, countMin = 30 } = options;
  const empty = (): PageHinkleyState => ({ count: 0, mean: 0, rise: 0, least: 0, fall: 0, greatest: 0 });
  return {
    kind: 'order-dependent',
    version: 1,
    name: 'Page-Hinkley',
    empty,
    add(state, observation) {
      const x = checkedObservation(observation);
      state.count++;
      state.mean += (x - state.mean) / state.count;
      const off = x - state.mean;
      state.rise = fading * state.rise + off - tolerance;
      if (sides === 'both') {
        const first = state.count === 1;
        state.fall = fading * state.fall + off + tolerance;
        state.least = first ? state.rise : Math.min(state.least, state.rise);
        state.greatest = first ? state.fall : Math.max(state.greatest, state.fall);
      } else {
        state.rise = Math.max(0, state.rise);
      }
      const [up, down] = [state.rise - state.least, state.greatest - state.fall];
      if (state.count < countMin || Math.max(up, down) <= threshold) return undefined;
      Object.assign(state, empty());
      return up >= down ? 'rise' : 'fall';
    },
  };
}
