import { addCount, emptySketch, signedQuantile } from './count-sketch.ts';
import type { CountSketch } from './count-sketch.ts';
import { add, emptySum, valueOf } from './exact-sum.ts';
import type { ExactSum } from './exact-sum.ts';
import { checkedValue } from './outcome-limits.ts';

/** What somebody without a model would answer. */
export interface Baselines {
  readonly mean: number;
  /** Within 0.4 % of the exact one. */
  readonly median: number;
  readonly last: number;
}

/** The truths so far. */
export interface RunningBaselinesState {
  count: number;
  readonly sum: ExactSum;
  last: number;
  readonly positive: CountSketch;
  /** Sizes of those below 0. */
  readonly negative: CountSketch;
}

/**
 * Mean, median and last value of the truths so far: order-dependent, since what a prediction is compared with is
 * how they stood when it came in.
 */
export const runningBaselines = {
  kind: 'order-dependent',
  version: 1,
  empty: (): RunningBaselinesState => ({
    count: 0,
    sum: emptySum(),
    last: 0,
    positive: emptySketch(),
    negative: emptySketch(),
  }),
  /** @throws {RangeError} on a truth that cannot be scored */
  add(state: RunningBaselinesState, truth: number): void {
    const y = checkedValue(truth, 'a truth');
    state.count++;
    add(state.sum, y);
    state.last = y;
    addCount(y < 0 ? state.negative : state.positive, Math.abs(y), 1);
  },
  /** `undefined` before a truth. Takes some microseconds: ask once a batch. */
  baselines(state: RunningBaselinesState): Baselines | undefined {
    if (state.count === 0) return undefined;
    return {
      mean: valueOf(state.sum) / state.count,
      median: signedQuantile(state, 0.5),
      last: state.last,
    };
  },
} as const;
