import { checkedValue } from './outcome-limits.ts';

/** The largest error so far. */
export interface LargestErrorState {
  /** −1 before an outcome. */
  size: number;
  /** A revision took an outcome out that may have been the largest: `size` is then an upper bound. */
  stale: boolean;
}

/**
 * The largest absolute error. Order-dependent: what is taken out cannot be forgotten, so after a revision of
 * the largest one it says that it is stale until it is rebuilt from the outcomes.
 */
export const largestError = {
  kind: 'order-dependent',
  version: 1,
  empty: (): LargestErrorState => ({ size: -1, stale: false }),
  /** @throws {RangeError} on numbers that cannot be scored */
  add(state: LargestErrorState, outcome: { readonly truth: number; readonly prediction: number }): void {
    const size = sizeOf(outcome);
    if (size < state.size) return;
    state.size = size;
    state.stale = false;
  },
  /** The first `count` sizes of outcomes that can be scored, as `add` would one by one. */
  addAll(state: LargestErrorState, sizes: Float64Array, count: number): void {
    let largest = state.size;
    let isReached = false;
    for (let i = 0; i < count; i++) {
      if (sizes[i]! < largest) continue;
      largest = sizes[i]!;
      isReached = true;
    }
    if (!isReached) return;
    state.size = largest;
    state.stale = false;
  },
  remove(state: LargestErrorState, outcome: { readonly truth: number; readonly prediction: number }): void {
    if (sizeOf(outcome) === state.size) state.stale = true;
  },
  /** `undefined` before an outcome, and while stale. */
  value: ({ size, stale }: LargestErrorState): number | undefined => (size < 0 || stale ? undefined : size),
} as const;

function sizeOf({ truth, prediction }: { readonly truth: number; readonly prediction: number }): number {
  return Math.abs(checkedValue(prediction, 'a prediction') - checkedValue(truth, 'a truth'));
}
