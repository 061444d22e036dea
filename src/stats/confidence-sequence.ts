/**
 * A confidence sequence: intervals that, with probability at least 1 − α, hold what they cover at every one of
 * the looks together, however often and whenever one looks, and stops looking.
 *
 * The state runs on observations in their order and is plain data. It belongs to the sequence that made it:
 * one of the same kind, level and bounds may go on with it.
 */
export interface ConfidenceSequence<S> {
  readonly kind: 'order-dependent';
  readonly version: number;
  /** How it is shown beside its interval. */
  readonly method: string;
  /** Probability, 0..1, that the interval holds at every look; for `asymptotic` only in the limit. */
  readonly level: number;
  /**
   * - `running mean`: the mean of the means so far, whatever they did.
   * - `weighted mean`: the mean of the means so far with this method's weights.
   * - `constant mean`: valid only where the mean never changes.
   */
  readonly covers: 'running mean' | 'weighted mean' | 'constant mean';
  empty(): S;
  /** @throws {RangeError} on an observation outside of the declared bounds; the state is unchanged */
  add(state: S, observation: number): void;
  /** `undefined` while it says nothing: before an observation, or before the first look it is made for. */
  interval(state: S): Interval | undefined;
}

/** From `low` to `high`, both in the unit of the observations. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The bounds of a loss: declared by the user or given by the figure, never taken from the data. */
export type Bounds = Interval;

/** The miscoverage allowed over all looks together. @throws {RangeError} unless in 0..½, exclusive */
export function checkedAlpha(alpha: number): number {
  if (alpha > 0 && alpha < 0.5) return alpha;
  throw new RangeError(`Cannot make a confidence sequence at α = ${alpha}: more than 0, less than ½`);
}

/** An observation moved into [0, 1]. @throws {RangeError} when it is outside of its bounds */
export function unitOf(observation: number, { low, high }: Bounds): number {
  if (observation >= low && observation <= high) return (observation - low) / (high - low);
  throw new RangeError(
    `Cannot take ${observation} into a confidence sequence: ${low} to ${high} is declared`,
  );
}

/** An interval in [0, 1], cut to it, moved back to the bounds. */
export function boundedInterval(low: number, high: number, bounds: Bounds): Interval {
  const width = bounds.high - bounds.low;
  return {
    low: bounds.low + width * Math.min(1, Math.max(0, low)),
    high: bounds.low + width * Math.min(1, Math.max(0, high)),
  };
}

/** @throws {RangeError} unless both are finite and `low` < `high` */
export function checkedBounds(bounds: Bounds): Bounds {
  if (Number.isFinite(bounds.low) && Number.isFinite(bounds.high) && bounds.low < bounds.high) return bounds;
  throw new RangeError(`Cannot take observations from ${bounds.low} to ${bounds.high}`);
}
