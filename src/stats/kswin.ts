import { checkedObservation } from './change-detector.ts';
import type { ChangeDetector } from './change-detector.ts';
import { kolmogorovSmirnov } from './two-sample-tests.ts';

/** The last observations in their order, and the older and the younger ones of them sorted. */
export interface KswinState {
  readonly window: number[];
  readonly old: number[];
  readonly young: number[];
}

/**
 * KSWIN: a change where the last `youngCount` observations and those of the window before them differ by
 * Kolmogorov and Smirnov. After it only the young ones are kept. Unlike the published form, which draws
 * `youngCount` of the older ones by chance, this one takes all of them: nothing here is random.
 *
 * @param options.alpha level of each single test; there is one at every observation
 * @see Raab, Heusinger and Schleif (2020), doi:10.1016/j.neucom.2019.11.111; sizes and level as in River
 */
export function kswin(
  options: { readonly alpha?: number; readonly windowCount?: number; readonly youngCount?: number } = {},
): ChangeDetector<KswinState> {
  const { alpha = 0.005, windowCount = 100, youngCount = 30 } = options;
  const oldCount = windowCount - youngCount;
  if (!(alpha > 0 && alpha < 1) || !(youngCount > 0) || !(oldCount >= youngCount)) {
    throw new RangeError(`Cannot compare ${youngCount} of ${windowCount} observations at α = ${alpha}`);
  }
  // The two-sample test at large counts: reject at √(−ln(α/2)/2 · (1/n + 1/m))
  const distanceMin = Math.sqrt((-Math.log(alpha / 2) / 2) * (1 / oldCount + 1 / youngCount));
  return {
    kind: 'order-dependent',
    version: 1,
    name: 'KSWIN',
    empty: () => ({ window: [], old: [], young: [] }),
    add(state, observation) {
      const x = checkedObservation(observation);
      const { window, old, young } = state;
      window.push(x);
      insertSorted(young, x);
      if (young.length > youngCount) {
        const aged = window[window.length - 1 - youngCount]!;
        removeSorted(young, aged);
        insertSorted(old, aged);
      }
      if (window.length <= windowCount - 1) return undefined;
      if (window.length > windowCount) removeSorted(old, window.shift()!);
      if (kolmogorovSmirnov(old, young) <= distanceMin) return undefined;
      window.splice(0, oldCount);
      old.length = 0;
      return 'difference';
    },
  };
}

function insertSorted(sorted: number[], x: number): void {
  let i = sorted.length;
  sorted.push(x);
  for (; i > 0 && sorted[i - 1]! > x; i--) sorted[i] = sorted[i - 1]!;
  sorted[i] = x;
}

function removeSorted(sorted: number[], x: number): void {
  for (let i = sorted.indexOf(x) + 1; i < sorted.length; i++) sorted[i - 1] = sorted[i]!;
  sorted.pop();
}
