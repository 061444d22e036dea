import { fieldOf } from '../pickle/ndarray.ts';
import { isArray, isObject } from '../pickle/values.ts';
import { Attributes, type Numbers } from './attributes.ts';
import type { Metric } from './distances.ts';
import type { NearestHeap } from './nearest-heap.ts';

/** Fills the heap with the nearest of the rows to a point. */
export type Search = (point: Float64Array, heap: NearestHeap) => void;

/**
 * The search through a pickled KDTree or BallTree, in scikit-learn's order, so that of equally near rows the same
 * ones are taken; `undefined` when there is none.
 *
 * @param rows the training rows, count × width
 * @throws {ModelLoadError} on a tree whose parts do not fit
 * @see sklearn/neighbors/_binary_tree.pxi.tp, _query_single_depthfirst
 */
export function treeSearch(
  attributes: Attributes,
  metric: Metric,
  { rows, count, width }: { rows: Float64Array; count: number; width: number },
): Search | undefined {
  const tree = attributes.get('_tree');
  if (!isObject(tree)) return undefined;
  const odd = (): never => attributes.fail('_tree', 'a tree over its rows');
  const state = new Attributes(tree, attributes.context).stateList() ?? odd();
  const order = attributes.numbersIn(state[1])?.values ?? odd();
  const bounds = attributes.numbersIn(state[3]) ?? odd();
  const nodes = nodesOf(attributes, state[2]) ?? odd();
  const size = nodes.starts.length;
  if (order.length !== count || order.some((row) => !(row >= 0 && row < count))) odd();
  for (let node = 0; node < size; node++) {
    const isSound = nodes.leaves[node] !== 0 || 2 * node + 2 < size;
    const [start, end] = [nodes.starts[node] as number, nodes.ends[node] as number];
    if (!isSound || !(start >= 0 && end <= count)) odd();
  }
  const isBall = tree.name.includes('BallTree');
  if (bounds.values.length !== (isBall ? 1 : 2) * size * width || size === 0) odd();
  const lowerBound = isBall ? ballBound(bounds, nodes.radii, metric) : boxBound(bounds, size * width, metric);
  const visit = (node: number, point: Float64Array, heap: NearestHeap, least: number): void => {
    if (least > heap.farthest) return;
    if (nodes.leaves[node] !== 0) {
      const end = nodes.ends[node] as number;
      for (let at = nodes.starts[node] as number; at < end; at++) {
        const row = order[at] as number;
        heap.push(metric.reduced(point, rows, row * width), row);
      }
      return;
    }
    const [left, right] = [2 * node + 1, 2 * node + 2];
    const [toLeft, toRight] = [lowerBound(left, point), lowerBound(right, point)];
    if (toLeft <= toRight) {
      visit(left, point, heap, toLeft);
      visit(right, point, heap, toRight);
    } else {
      visit(right, point, heap, toRight);
      visit(left, point, heap, toLeft);
    }
  };
  return (point, heap) => {
    visit(0, point, heap, lowerBound(0, point));
  };
}

interface Nodes {
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  readonly leaves: Float64Array;
  readonly radii: Float64Array;
}

function nodesOf(attributes: Attributes, value: unknown): Nodes | undefined {
  const records = value as Parameters<typeof isArray>[0];
  if (!isArray(records)) return undefined;
  const { budget } = attributes.context;
  const [starts, ends, leaves, radii] = ['idx_start', 'idx_end', 'is_leaf', 'radius'].map((name) =>
    fieldOf(records, name, budget),
  );
  return starts && ends && leaves && radii ? { starts, ends, leaves, radii } : undefined;
}

/** Least reduced distance of a point to anything in a node's ball. */
function ballBound(
  { values }: Numbers,
  radii: Float64Array,
  metric: Metric,
): (node: number, point: Float64Array) => number {
  return (node, point) => {
    const distance = metric.distance(point, values, node * point.length) - (radii[node] as number);
    return metric.reduce(Math.max(0, distance));
  };
}

/** Least reduced distance of a point to anything in a node's box. */
function boxBound(
  { values }: Numbers,
  upper: number,
  metric: Metric,
): (node: number, point: Float64Array) => number {
  const { power } = metric;
  return (node, point) => {
    const start = node * point.length;
    let sum = 0;
    for (let at = 0; at < point.length; at++) {
      const below = (values[start + at] as number) - (point[at] as number);
      const above = (point[at] as number) - (values[upper + start + at] as number);
      const outside = 0.5 * (below + Math.abs(below) + (above + Math.abs(above)));
      if (power === Infinity) sum = Math.max(sum, outside);
      else sum += power === 2 ? outside * outside : power === 1 ? outside : outside ** power;
    }
    return sum;
  };
}
