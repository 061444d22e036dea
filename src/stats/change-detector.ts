/**
 * A change detector: says at which observations a stream of numbers looks different from before. It promises
 * no rate of false alarms: its marks belong on a chart, and are never an alarm by themselves.
 *
 * A state is plain data, changed in place.
 */
export interface ChangeDetector<S> {
  readonly kind: 'order-dependent';
  readonly version: number;
  readonly name: string;
  empty(): S;
  /**
   * Takes the next observation, and says what is seen at it: `undefined` where that is no change.
   *
   * @throws {RangeError} on an observation that cannot be; the state is unchanged
   */
  add(state: S, observation: number): Change | undefined;
  /**
   * The first `count` observations, as `add` would take them one by one, where that is cheaper.
   *
   * @param seen told of each change and of the observation at which it is seen
   */
  addAll?(
    state: S,
    observations: Float64Array,
    count: number,
    seen: (index: number, change: Change) => void,
  ): void;
}

/** Observations that rose or fell, or that are only distributed in another way. */
export type Change = 'rise' | 'fall' | 'difference';

/** The observation itself. @throws {RangeError} when it is not finite */
export function checkedObservation(observation: number): number {
  if (Number.isFinite(observation)) return observation;
  throw new RangeError(`Cannot look for a change at ${observation}: a finite number is expected`);
}
