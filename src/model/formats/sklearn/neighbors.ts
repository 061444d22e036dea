import type { Value } from '../../../wire/records.ts';
import type { Attributes } from './attributes.ts';
import { checkNumbers } from './checks.ts';
import { distanceOf, type Distance } from './distances.ts';
import { likeliest } from './forests.ts';
import { normalizeRows } from './probabilities.ts';
import type { Builder } from './registry.ts';
import type { Built, Frame, Refusals } from './step.ts';

/** Nearest neighbours, each found by looking at all. */
export const NEIGHBORS: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ['sklearn.neighbors._regression.KNeighborsRegressor', regressor],
  ['sklearn.neighbors._classification.KNeighborsClassifier', classifier],
]);

/** The rows it was trained on, and how to weigh the nearest. */
interface Neighborhood {
  readonly width: number;
  readonly count: number;
  /** Calls back with each row's nearest, nearest first, and their weights. */
  find(
    frame: Frame,
    refusals: Refusals,
    each: (row: number, nearest: Int32Array, weights: Float64Array) => void,
  ): void;
}

function regressor(attributes: Attributes): Built {
  const hood = neighborhood(attributes);
  const { shape, values: targets } = attributes.numbers('_y');
  const outputs = shape.length === 2 ? (shape[1] as number) : 1;
  if (targets.length !== hood.count * outputs) throw attributes.odd('_y', 'a target for each row');
  return {
    kind: 'regressor',
    featureCount: hood.width,
    outputs,
    predict(frame, refusals) {
      const result = new Float64Array(frame.rows * outputs);
      hood.find(frame, refusals, (row, nearest, weights) => {
        for (let output = 0; output < outputs; output++) {
          let sum = 0;
          let total = 0;
          for (let at = 0; at < nearest.length; at++) {
            const weight = weights[at] as number;
            sum += (targets[(nearest[at] as number) * outputs + output] as number) * weight;
            total += weight;
          }
          result[row * outputs + output] = sum / total;
        }
      });
      return result;
    },
  };
}

function classifier(attributes: Attributes): Built {
  const hood = neighborhood(attributes);
  const isMany = attributes.flag('outputs_2d_', false);
  const classes: (readonly Value[])[] = isMany
    ? attributes.list('classes_').map((labels) => attributes.labelsIn(labels, 'classes_'))
    : [attributes.labels('classes_')];
  const outputs = classes.length;
  const targets = attributes.numbers('_y').values;
  if (targets.length !== hood.count * outputs) throw attributes.odd('_y', 'a class for each row');
  for (const [at, target] of targets.entries()) {
    if (!(target >= 0 && target < (classes[at % outputs]?.length ?? 0)))
      throw attributes.odd('_y', 'known classes');
  }
  const total = classes.reduce((sum, { length }) => sum + length, 0);
  const proba = (frame: Frame, refusals: Refusals): Float64Array => {
    const result = new Float64Array(frame.rows * total);
    hood.find(frame, refusals, (row, nearest, weights) => {
      let start = row * total;
      for (const [output, { length }] of classes.entries()) {
        for (let at = 0; at < nearest.length; at++) {
          const to = start + (targets[(nearest[at] as number) * outputs + output] as number);
          result[to] = (result[to] as number) + (weights[at] as number);
        }
        normalizeRows(result.subarray(start, start + length), length, 'keep');
        start += length;
      }
    });
    return result;
  };
  return {
    kind: 'classifier',
    featureCount: hood.width,
    classes,
    proba,
    decision: undefined,
    predict: (frame, refusals) => likeliest(proba(frame, refusals), classes),
    both(frame, refusals) {
      const probabilities = proba(frame, refusals);
      return { values: likeliest(probabilities, classes), probabilities };
    },
  };
}

function neighborhood(attributes: Attributes): Neighborhood {
  const who = attributes.className;
  const { rows: count, columns: width, values: rows } = attributes.matrix('_fit_X');
  const wanted = attributes.number('n_neighbors', 5);
  const weighting = attributes.get('weights') ?? 'uniform';
  if (weighting !== 'uniform' && weighting !== 'distance')
    throw attributes.odd('weights', 'uniform or distance');
  if (!(wanted >= 1 && wanted <= count)) throw attributes.odd('n_neighbors', `a number up to ${count}`);
  const distance = distanceOf(attributes, width);
  return {
    width,
    count,
    find(frame, refusals, each) {
      const values = checkNumbers(frame, refusals, { who });
      const nearest = new Int32Array(wanted);
      const distances = new Float64Array(wanted);
      for (let row = 0; row < frame.rows; row++) {
        const point = values.subarray(row * width, (row + 1) * width);
        findNearest({ point, rows, count, width }, distance, nearest, distances);
        each(row, nearest, weighting === 'uniform' ? distances.fill(1) : inverse(distances));
      }
    },
  };
}

interface Search {
  readonly point: Float64Array;
  readonly rows: Float64Array;
  readonly count: number;
  readonly width: number;
}

function findNearest(search: Search, distance: Distance, nearest: Int32Array, distances: Float64Array): void {
  const { point, rows, count, width } = search;
  let filled = 0;
  for (let row = 0; row < count; row++) {
    const found = distance(point, rows, row * width);
    if (filled === nearest.length && !(found < (distances[filled - 1] as number))) continue;
    let at = filled < nearest.length ? filled++ : filled - 1;
    for (; at > 0 && (distances[at - 1] as number) > found; at--) {
      distances[at] = distances[at - 1] as number;
      nearest[at] = nearest[at - 1] as number;
    }
    distances[at] = found;
    nearest[at] = row;
  }
}

/** 1 / distance; where some are at the very point, only they count. */
function inverse(distances: Float64Array): Float64Array {
  const isHere = distances.includes(0);
  for (let at = 0; at < distances.length; at++) {
    const found = distances[at] as number;
    distances[at] = isHere ? Number(found === 0) : 1 / found;
  }
  return distances;
}
