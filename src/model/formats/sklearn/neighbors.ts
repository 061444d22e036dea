import type { Value } from '../../../wire/records.ts';
import type { Attributes } from './attributes.ts';
import { checkNumbers } from './checks.ts';
import { metricOf, type Metric } from './distances.ts';
import { likeliest } from './forests.ts';
import { NearestHeap } from './nearest-heap.ts';
import { treeSearch, type Search } from './neighbor-tree.ts';
import { normalizeRows } from './probabilities.ts';
import type { Builder } from './registry.ts';
import type { Built, Frame, Refusals } from './step.ts';

/** Nearest neighbours, found through the pickled tree, or by looking at all. */
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
  const metric = metricOf(attributes, width);
  const search =
    treeSearch(attributes, metric, { rows, count, width }) ?? searchAll(metric, { rows, count, width });
  return {
    width,
    count,
    find(frame, refusals, each) {
      const values = checkNumbers(frame, refusals, { who });
      const heap = new NearestHeap(wanted);
      for (let row = 0; row < frame.rows; row++) {
        heap.clear();
        search(values.subarray(row * width, (row + 1) * width), heap);
        heap.sort();
        const { indices, distances } = heap;
        if (weighting === 'uniform') distances.fill(1);
        else inverse(distances, metric);
        each(row, indices, distances);
      }
    },
  };
}

function searchAll(
  metric: Metric,
  { rows, count, width }: { rows: Float64Array; count: number; width: number },
): Search {
  return (point, heap) => {
    for (let row = 0; row < count; row++) heap.push(metric.reduced(point, rows, row * width), row);
  };
}

/** 1 / distance; where some are at the very point, only they count. */
function inverse(distances: Float64Array, metric: Metric): void {
  const isHere = distances.includes(0);
  for (let at = 0; at < distances.length; at++) {
    const found = metric.restore(distances[at] as number);
    distances[at] = isHere ? Number(found === 0) : 1 / found;
  }
}
