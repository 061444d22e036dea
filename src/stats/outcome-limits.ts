/** Truths and predictions beyond this size are refused: no sum of squares of 2^53 of them overflows. */
export const VALUE_MAX = 1e100;

/** Weights beyond this size are refused. */
export const WEIGHT_MAX = 1e50;

/** The value itself. @throws {RangeError} when it is not finite or beyond ±1e100 */
export function checkedValue(value: number, what: string): number {
  if (value <= VALUE_MAX && value >= -VALUE_MAX) return value;
  throw new RangeError(`Cannot score ${what} of ${value}: a number from −1e100 to 1e100 is expected`);
}

/** The weight itself. @throws {RangeError} when it is not a number from 0 to 1e50 */
export function checkedWeight(weight: number): number {
  if (weight >= 0 && weight <= WEIGHT_MAX) return weight;
  throw new RangeError(`Cannot score with a weight of ${weight}: a number from 0 to 1e50 is expected`);
}
