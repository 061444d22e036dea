import type { Attributes } from './attributes.ts';

/** Similarity of a point and the row that starts at `start`. */
export type Kernel = (point: Float64Array, rows: Float64Array, start: number) => number;

/**
 * The kernel of a support vector machine.
 *
 * @throws {ModelLoadError} on a kernel of the user's own
 */
export function kernelOf(attributes: Attributes): Kernel {
  const name = attributes.get('kernel');
  if (name === 'linear') return dot;
  const gamma = attributes.number('_gamma');
  const offset = attributes.number('coef0', 0);
  const degree = attributes.number('degree', 3);
  switch (typeof name === 'string' ? name : '') {
    case 'rbf':
      return (point, rows, start) => Math.exp(-gamma * squaredDistance(point, rows, start));
    case 'poly':
      return (point, rows, start) => (gamma * dot(point, rows, start) + offset) ** degree;
    case 'sigmoid':
      return (point, rows, start) => Math.tanh(gamma * dot(point, rows, start) + offset);
    default:
      return attributes.fail('kernel', 'linear, rbf, poly or sigmoid');
  }
}

function dot(point: Float64Array, rows: Float64Array, start: number): number {
  let sum = 0;
  for (let at = 0; at < point.length; at++) sum += (point[at] as number) * (rows[start + at] as number);
  return sum;
}

function squaredDistance(point: Float64Array, rows: Float64Array, start: number): number {
  let sum = 0;
  for (let at = 0; at < point.length; at++) {
    const difference = (point[at] as number) - (rows[start + at] as number);
    sum += difference * difference;
  }
  return sum;
}
