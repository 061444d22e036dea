import type { Bounds } from './confidence-sequence.ts';

/** A loss against which to bet. */
export interface LossReference {
  /** The bounds of the loss: declared. The upper one may be infinite: a bet that the loss is high can lose no more than it stakes. */
  readonly bounds: Bounds;
  /** The mean of the loss that is still good; strictly within the bounds. */
  readonly reference: number;
}

/**
 * The factors by which bets that the loss is above its reference multiply their stake at one observation. Each is
 * a fair bet or worse for as long as the mean of the loss, given all that came before, is at most the reference: its
 * expectation is then at most 1, and it is never below ½. Small bets find small changes, large ones find large changes fast.
 *
 * @returns for an observation, the factor of bet k of `BETS`
 * @throws {RangeError} when the reference is not strictly within the bounds, or there is no lower one
 */
export function lossBets({ bounds, reference }: LossReference): (observation: number, bet: number) => number {
  const { low, high } = bounds;
  if (!Number.isFinite(low) || !(reference > low && reference < high)) {
    throw new RangeError(`Cannot bet against a loss of ${reference}: strictly between ${low} and ${high}`);
  }
  const stakes = Array.from({ length: BETS }, (_, k) => 0.5 / (reference - low) / 2 ** k);
  return (observation, bet) => 1 + stakes[bet]! * (observation - reference);
}

/** How many bets run side by side, each with half the stake of the one before. */
export const BETS = 10;

/** Capital far from overflow and from 0: what has 10^250 has raised its alarm long since. */
export function heldCapital(capital: number): number {
  return Math.min(1e250, Math.max(1e-250, capital));
}

/** @throws {RangeError} when the observation is outside of its bounds */
export function checkLoss(observation: number, { low, high }: Bounds): void {
  if (observation >= low && observation <= high) return;
  throw new RangeError(`Cannot bet on a loss of ${observation}: ${low} to ${high} is declared`);
}
