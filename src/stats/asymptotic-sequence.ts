import { checkedAlpha } from './confidence-sequence.ts';
import type { ConfidenceSequence } from './confidence-sequence.ts';

/** Welford's running mean and sum of squares about it. */
export interface AsymptoticState {
  count: number;
  mean: number;
  squares: number;
}

/**
 * The asymptotic confidence sequence of a mean without bounds. Its level holds in the limit of late first
 * looks, so it is called asymptotic wherever it is shown, and says nothing before `firstLook`.
 *
 * @param options.alpha miscoverage over all looks from a late first one on; both sides together
 * @param options.tightestAt the count where it is tightest
 * @param options.firstLook no interval below this count
 * @see Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2024), Theorem 2.2, doi:10.1214/24-AOS2408
 */
export function asymptoticSequence(options: {
  readonly alpha: number;
  readonly tightestAt: number;
  readonly firstLook: number;
}): ConfidenceSequence<AsymptoticState> {
  const alpha = checkedAlpha(options.alpha);
  const square = asymptoticRhoSquared(options.tightestAt, alpha);
  return {
    kind: 'order-dependent',
    version: 1,
    method: 'asymptotic',
    level: 1 - alpha,
    covers: 'running mean',
    empty: () => ({ count: 0, mean: 0, squares: 0 }),
    add(state, observation) {
      if (!Number.isFinite(observation)) {
        throw new RangeError(
          `Cannot take ${observation} into a confidence sequence: a finite number is expected`,
        );
      }
      const off = observation - state.mean;
      state.count++;
      state.mean += off / state.count;
      // What is beyond any double stays at the largest one, and has no interval.
      state.squares = Math.min(Number.MAX_VALUE, state.squares + off * (observation - state.mean));
    },
    interval({ count, mean, squares }) {
      if (count < Math.max(2, options.firstLook) || squares === Number.MAX_VALUE) return undefined;
      const margin = Math.sqrt(squares / count) * unitMargin(count, square, alpha);
      return { low: mean - margin, high: mean + margin };
    },
  };
}

/** Adds the first `count` values, which are finite, as `add` would one by one. */
export function addAllToMoments(state: AsymptoticState, values: Float64Array, count: number): void {
  let { count: n, mean, squares } = state;
  for (let i = 0; i < count; i++) {
    const value = values[i]!;
    const off = value - mean;
    n++;
    mean += off / n;
    squares = Math.min(Number.MAX_VALUE, squares + off * (value - mean));
  }
  state.count = n;
  state.mean = mean;
  state.squares = squares;
}

/** The same of three states that have as many values: each waits for its own divisions, so three take little longer than one. */
export function addAllToThreeMoments(
  [a, b, c]: readonly [AsymptoticState, AsymptoticState, AsymptoticState],
  [as, bs, cs]: readonly [Float64Array, Float64Array, Float64Array],
  count: number,
): void {
  if (a.count !== b.count || a.count !== c.count)
    throw new RangeError('Cannot add to states of other counts');
  let n = a.count;
  let { mean: aMean, squares: aSquares } = a;
  let { mean: bMean, squares: bSquares } = b;
  let { mean: cMean, squares: cSquares } = c;
  for (let i = 0; i < count; i++) {
    const x = as[i]!;
    const y = bs[i]!;
    const z = cs[i]!;
    const aOff = x - aMean;
    const bOff = y - bMean;
    const cOff = z - cMean;
    n++;
    aMean += aOff / n;
    bMean += bOff / n;
    cMean += cOff / n;
    aSquares = Math.min(Number.MAX_VALUE, aSquares + aOff * (x - aMean));
    bSquares = Math.min(Number.MAX_VALUE, bSquares + bOff * (y - bMean));
    cSquares = Math.min(Number.MAX_VALUE, cSquares + cOff * (z - cMean));
  }
  Object.assign(a, { count: n, mean: aMean, squares: aSquares });
  Object.assign(b, { count: n, mean: bMean, squares: bSquares });
  Object.assign(c, { count: n, mean: cMean, squares: cSquares });
}

/** Half the width at a standard deviation of 1. */
export function unitMargin(count: number, rhoSquared: number, alpha: number): number {
  const spread = count * rhoSquared + 1;
  return Math.sqrt((2 * spread * Math.log(Math.sqrt(spread) / alpha)) / (count * count * rhoSquared));
}

/**
 * The ρ² with which the sequence is tightest at a count: (−W₋₁(−α²/e) − 1) / count.
 *
 * @throws {RangeError} unless the count is positive
 */
export function asymptoticRhoSquared(count: number, alpha: number): number {
  if (!(count > 0)) throw new RangeError(`Cannot tune a confidence sequence to ${count} observations`);
  // w = −W₋₁(−α²/e) solves w − ln w = 1 + 2 ln(1/α) with w > 1: Newton from above
  const target = 1 + 2 * Math.log(1 / checkedAlpha(alpha));
  let w = target + 2 * Math.log(target) + 1;
  for (let i = 0; i < 50; i++) w -= (w - Math.log(w) - target) / (1 - 1 / w);
  return (w - 1) / count;
}
