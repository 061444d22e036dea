import { ModelLoadError } from '../../load-error.ts';
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

/** rows × outputs of W x + b, each sum in the order of the columns. */
export function applyAffine(affine: Affine, values: Float64Array, rows: number): Float64Array {
  const { outputs } = affine;
  const result = new Float64Array(rows * outputs);
  for (let output = 0; output < outputs; output++) addOutput(affine, output, values, result);
  return result;
}

/** Four rows side by side: a sum in order waits for each of its additions, and the other three go on meanwhile. */
function addOutput(
  { outputs, width, weights: all, intercepts }: Affine,
  output: number,
  values: Float64Array,
  result: Float64Array,
): void {
  const weights = all.subarray(output * width, (output + 1) * width);
  const intercept = intercepts[output] as number;
  let from = 0;
  let to = output;
  for (; to + 3 * outputs < result.length; from += 4 * width, to += 4 * outputs) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let column = 0; column < width; column++) {
      const weight = weights[column] as number;
      const at = from + column;
      a += (values[at] as number) * weight;
      b += (values[at + width] as number) * weight;
      c += (values[at + 2 * width] as number) * weight;
      d += (values[at + 3 * width] as number) * weight;
    }
    result[to] = a + intercept;
    result[to + outputs] = b + intercept;
    result[to + 2 * outputs] = c + intercept;
    result[to + 3 * outputs] = d + intercept;
  }
  for (; to < result.length; from += width, to += outputs) {
    let sum = 0;
    for (let column = 0; column < width; column++) {
      sum += (values[from + column] as number) * (weights[column] as number);
    }
    result[to] = sum + intercept;
  }
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
