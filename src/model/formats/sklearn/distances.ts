import type { Attributes } from './attributes.ts';

/** Distance of a point from the row that starts at `start`. */
export type Distance = (point: Float64Array, rows: Float64Array, start: number) => number;

/**
 * The distance that a neighbours estimator was fitted with.
 *
 * @throws {ModelLoadError} on a metric that we do not compute
 */
export function distanceOf(attributes: Attributes, width: number): Distance {
  const metric = attributes.get(attributes.has('effective_metric_') ? 'effective_metric_' : 'metric');
  const given = attributes.get('effective_metric_params_');
  const parameters = given instanceof Map ? given : new Map<unknown, never>();
  const power = parameters.get('p') ?? attributes.get('p') ?? 2;
  const weights = attributes.numbersIn(parameters.get('w') ?? undefined)?.values;
  if (weights !== undefined && weights.length !== width)
    throw attributes.odd('metric_params', `${width} weights`);
  switch (typeof metric === 'string' ? metric : '') {
    case 'euclidean':
    case 'l2':
      return euclidean;
    case 'sqeuclidean':
      return (point, rows, start) => euclidean(point, rows, start) ** 2;
    case 'manhattan':
    case 'cityblock':
    case 'l1':
      return manhattan;
    case 'chebyshev':
    case 'infinity':
      return chebyshev;
    case 'minkowski':
      return minkowski(typeof power === 'number' ? power : attributes.fail('p', 'a number'), weights);
    case 'cosine':
      return cosine;
    case 'hamming':
      return (point, rows, start) => countDifferent(point, rows, start) / width;
    case 'canberra':
      return canberra;
    case 'braycurtis':
      return brayCurtis;
    default:
      return attributes.fail(
        'metric',
        'a metric that we compute (euclidean, manhattan, chebyshev, minkowski, cosine, …)',
      );
  }
}

function euclidean(point: Float64Array, rows: Float64Array, start: number): number {
  let sum = 0;
  for (let at = 0; at < point.length; at++) {
    const difference = (point[at] as number) - (rows[start + at] as number);
    sum += difference * difference;
  }
  return Math.sqrt(sum);
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

function minkowski(power: number, weights: Float64Array | undefined): Distance {
  if (weights === undefined && power === 1) return manhattan;
  if (weights === undefined && power === 2) return euclidean;
  if (power === Infinity) return chebyshev;
  return (point, rows, start) => {
    let sum = 0;
    for (let at = 0; at < point.length; at++) {
      sum += (weights?.[at] ?? 1) * Math.abs((point[at] as number) - (rows[start + at] as number)) ** power;
    }
    return sum ** (1 / power);
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
