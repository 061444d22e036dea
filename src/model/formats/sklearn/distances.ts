import type { Attributes } from './attributes.ts';

/** Distance of a point from the row that starts at `start`. */
export type Distance = (point: Float64Array, rows: Float64Array, start: number) => number;

/** A distance, and a cheaper one in the same order (without the root). */
export interface Metric {
  readonly distance: Distance;
  readonly reduced: Distance;
  /** From a distance to the reduced one, and back. */
  readonly reduce: (distance: number) => number;
  readonly restore: (reduced: number) => number;
  /** Of the Minkowski family; 1 for others. */
  readonly power: number;
}

/**
 * The distance that a neighbours estimator was fitted with.
 *
 * @throws {ModelLoadError} on a metric that we do not compute
 */
export function metricOf(attributes: Attributes, width: number): Metric {
  const name = attributes.get(attributes.has('effective_metric_') ? 'effective_metric_' : 'metric');
  const given = attributes.get('effective_metric_params_');
  const parameters = given instanceof Map ? given : new Map<unknown, never>();
  const weights = attributes.numbersIn(parameters.get('w') ?? undefined)?.values;
  if (weights !== undefined && weights.length !== width)
    throw attributes.odd('metric_params', `${width} weights`);
  switch (typeof name === 'string' ? name : '') {
    case 'euclidean':
    case 'l2':
      return minkowski(2, undefined);
    case 'manhattan':
    case 'cityblock':
    case 'l1':
      return minkowski(1, undefined);
    case 'chebyshev':
    case 'infinity':
      return minkowski(Infinity, undefined);
    case 'minkowski': {
      const power = parameters.get('p') ?? attributes.get('p') ?? 2;
      return minkowski(typeof power === 'number' ? power : attributes.fail('p', 'a number'), weights);
    }
    case 'sqeuclidean':
      return plain(squared);
    case 'cosine':
      return plain(cosine);
    case 'hamming':
      return plain((point, rows, start) => countDifferent(point, rows, start) / width);
    case 'canberra':
      return plain(canberra);
    case 'braycurtis':
      return plain(brayCurtis);
    default:
      return attributes.fail(
        'metric',
        'a metric that we compute (euclidean, manhattan, chebyshev, minkowski, cosine, …)',
      );
  }
}

function plain(distance: Distance): Metric {
  return { distance, reduced: distance, reduce: (value) => value, restore: (value) => value, power: 1 };
}

function minkowski(power: number, weights: Float64Array | undefined): Metric {
  if (weights === undefined && power === 1) return plain(manhattan);
  if (weights === undefined && power === Infinity) return { ...plain(chebyshev), power };
  const reduced: Distance = weights === undefined && power === 2 ? squared : powers(power, weights);
  const restore = power === 2 ? Math.sqrt : (value: number): number => value ** (1 / power);
  return {
    reduced,
    distance: (point, rows, start) => restore(reduced(point, rows, start)),
    reduce: (value) => (power === 2 ? value * value : value ** power),
    restore,
    power,
  };
}

function squared(point: Float64Array, rows: Float64Array, start: number): number {
  let sum = 0;
  for (let at = 0; at < point.length; at++) {
    const difference = (point[at] as number) - (rows[start + at] as number);
    sum += difference * difference;
  }
  return sum;
}

function manhattan(point: Float64Array, rows: Float64Array, start: number): number {
  let sum = 0;
  for (let at = 0; at < point.length; at++)
    sum += Math.abs((point[at] as number) - (rows[start + at] as number));
  return sum;
}

function chebyshev(point: Float64Array, rows: Float64Array, start: number): number {
  let most = 0;
  for (let at = 0; at < point.length; at++) {
    most = Math.max(most, Math.abs((point[at] as number) - (rows[start + at] as number)));
  }
  return most;
}

function powers(power: number, weights: Float64Array | undefined): Distance {
  return (point, rows, start) => {
    let sum = 0;
    for (let at = 0; at < point.length; at++) {
      sum += (weights?.[at] ?? 1) * Math.abs((point[at] as number) - (rows[start + at] as number)) ** power;
    }
    return sum;
  };
}

function cosine(point: Float64Array, rows: Float64Array, start: number): number {
  let product = 0;
  let ours = 0;
  let theirs = 0;
  for (let at = 0; at < point.length; at++) {
    const a = point[at] as number;
    const b = rows[start + at] as number;
    product += a * b;
    ours += a * a;
    theirs += b * b;
  }
  const length = (Math.sqrt(ours) || 1) * (Math.sqrt(theirs) || 1);
  return Math.min(2, Math.max(0, 1 - product / length));
}

function countDifferent(point: Float64Array, rows: Float64Array, start: number): number {
  let count = 0;
  for (let at = 0; at < point.length; at++) if (point[at] !== rows[start + at]) count++;
  return count;
}

function canberra(point: Float64Array, rows: Float64Array, start: number): number {
  let sum = 0;
  for (let at = 0; at < point.length; at++) {
    const a = point[at] as number;
    const b = rows[start + at] as number;
    const size = Math.abs(a) + Math.abs(b);
    if (size > 0) sum += Math.abs(a - b) / size;
  }
  return sum;
}

function brayCurtis(point: Float64Array, rows: Float64Array, start: number): number {
  let difference = 0;
  let size = 0;
  for (let at = 0; at < point.length; at++) {
    const a = point[at] as number;
    const b = rows[start + at] as number;
    difference += Math.abs(a - b);
    size += Math.abs(a) + Math.abs(b);
  }
  return size > 0 ? difference / size : 0;
}
