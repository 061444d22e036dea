import type { Budget } from '../budget.ts';
import type { PackedTrees } from '../trees/packed-trees.ts';
import type { LightgbmTree, LinearLeaves } from './tree.ts';

/** The linear leaves of all trees by packed node; the constant is NaN at nodes of trees that have none. */
export function joinedLinear(
  trees: readonly LightgbmTree[],
  { places }: PackedTrees,
  budget: Budget,
): LinearLeaves | undefined {
  if (trees.every(({ linear }) => linear === undefined)) return undefined;
  const terms = trees.reduce((sum, { linear }) => sum + (linear?.features.length ?? 0), 0);
  budget.take(16 * places.length + 12 * terms);
  const origins = new Int32Array(places.length);
  for (const [node, place] of places.entries()) origins[place] = node;
  const joined = {
    constants: new Float64Array(places.length).fill(NaN),
    starts: new Int32Array(places.length + 1),
    features: new Int32Array(terms),
    coefficients: new Float64Array(terms),
  };
  let first = 0;
  let to = 0;
  for (const { linear, nodes } of trees) {
    const count = nodes.left.length;
    for (let place = first; place < first + count; place++) {
      joined.starts[place] = to;
      const node = (origins[place] as number) - first;
      if (linear === undefined || !nodes.isLeaf(node)) continue;
      joined.constants[place] = linear.constants[node] as number;
      const [begin, end] = [linear.starts[node] as number, linear.starts[node + 1] as number];
      joined.features.set(linear.features.subarray(begin, end), to);
      joined.coefficients.set(linear.coefficients.subarray(begin, end), to);
      to += end - begin;
    }
    first += count;
  }
  joined.starts[places.length] = to;
  return joined;
}
