import { ModelLoadError } from '../../load_error.ts';
import type { Attributes } from './attributes.ts';

/** y = W x + b. `weights` outputs × width, row-major. */
export interface Affine {
  readonly outputs: number;
  readonly width: number;
  readonly weights: Float64Array;
  readonly intercepts: Float64Array;
}

/** Reads `coef_` (one row, or one an output) and `intercept_` (a number, one an output, or absent). */
export function affineOf(
  attributes: Attributes,
  keys = { weights: 'coef_', intercepts: 'intercept_' },
): Affine {
  const { shape, values: weights } = attributes.numbers(keys.weights);
  const outputs = shape.length === 2 ? (shape[0] as number) : 1;
  const width = shape.at(-1) ?? 1;
  if (shape.length > 2 || outputs === 0 || width === 0) throw attributes.odd(keys.weights, 'rows of weights');
  const given = attributes.has(keys.intercepts)
    ? attributes.numbers(keys.intercepts).values
    : Float64Array.of(0);
  if (given.length !== 1 && given.length !== outputs)
    throw attributes.odd(keys.intercepts, `${outputs} numbers`);
  const intercepts = given.length === outputs ? given : new Float64Array(outputs).fill(given[0] as number);
  return { outputs, width, weights, intercepts };
}

/** rows × outputs of W x + b. */
export function applyAffine(affine: Affine, values: Float64Array, rows: number): Float64Array {
  const { outputs, width, weights, intercepts } = affine;
  const result = new Float64Array(rows * outputs);
  let to = 0;
  for (let row = 0; row < rows; row++) {
    const from = row * width;
    for (let output = 0; output < outputs; output++) {
      const start = output * width;
      let sum = 0;
      for (let column = 0; column < width; column++) {
        sum += (values[from + column] as number) * (weights[start + column] as number);
      }
      result[to++] = sum + (intercepts[output] as number);
    }
  }
  return result;
}

/**
 * Refuses a model whose parts disagree on how many columns there are.
 *
 * @throws {ModelLoadError}
 */
export function requireSame(who: string, what: string, found: number, expected: number): void {
  if (found !== expected)
    throw new ModelLoadError(`its ${who} has ${found} ${what} where ${expected} should be`);
}
