import type { LinearFigures } from './figure.ts';
import { meanFigures } from './mean-figures.ts';
import type { MeansState } from './mean-figures.ts';
import { checkedValue } from './outcome-limits.ts';

/** What really happened, and the interval that the model gave for it. */
export interface IntervalOutcome {
  readonly truth: number;
  /** `[low, high]`; `undefined` where the model gave none: no outcome for these figures. */
  readonly interval: readonly [number, number] | undefined;
  /** 0..1e50; 1 when absent. */
  readonly weight?: number | undefined;
}

/**
 * How a model's own prediction intervals hold: `interval_coverage`, the share of truths in theirs (both ends
 * count as inside), and `interval_width`, their mean width, without which coverage says nothing.
 */
export const predictionIntervals: LinearFigures<
  MeansState<'interval_coverage' | 'interval_width'>,
  IntervalOutcome
> = meanFigures({
  names: ['interval_coverage', 'interval_width'] as const,
  version: 1,
  values({ truth, interval }: IntervalOutcome) {
    if (interval === undefined) return { interval_coverage: undefined, interval_width: undefined };
    const y = checkedValue(truth, 'a truth');
    const low = checkedValue(interval[0], 'a lower end');
    const high = checkedValue(interval[1], 'an upper end');
    if (low > high)
      throw new RangeError(`Cannot score the interval from ${low} to ${high}: it ends before it begins`);
    return { interval_coverage: y >= low && y <= high ? 1 : 0, interval_width: high - low };
  },
});
