import { ModelLoadError } from '../../load-error.ts';
import type { Budget } from '../budget.ts';

/** A tree's nodes renumbered so that parents come before their children; nodes that no walk reaches are left out. */
export interface OrderedNodes {
  /** Of each node its number before. */
  readonly from: Int32Array;
  /** Children in the new numbers; -1 at a leaf. */
  readonly left: Float64Array;
  readonly right: Float64Array;
}

/**
 * Puts the nodes of a tree into the order of their depth, from the root (node 0) on.
 *
 * @param children.left left child of each node, negative at a leaf
 * @throws {ModelLoadError} when a child does not exist or has two parents (then a walk could go round for ever)
 */
export function parentsFirst(
  { left, right }: { left: Float64Array; right: Float64Array },
  budget: Budget,
): OrderedNodes {
  const count = left.length;
  if (count === 0 || right.length !== count) throw new ModelLoadError('a tree in it has no nodes');
  budget.take(21 * count);
  const seen = new Uint8Array(count);
  const from = new Int32Array(count);
  const newLeft = new Float64Array(count).fill(-1);
  const newRight = new Float64Array(count).fill(-1);
  seen[0] = 1;
  let placed = 1;
  const place = (child: number): number => {
    if (!(Number.isInteger(child) && child >= 0 && child < count))
      throw new ModelLoadError(`a tree in it has a child ${child} of ${count} nodes`);
    if (seen[child] === 1) throw new ModelLoadError('a tree in it has a node with two parents');
    seen[child] = 1;
    from[placed] = child;
    return placed++;
  };
  for (let node = 0; node < placed; node++) {
    const before = from[node] as number;
    if ((left[before] as number) < 0) continue;
    newLeft[node] = place(left[before] as number);
    newRight[node] = place(right[before] as number);
  }
  return {
    from: from.subarray(0, placed),
    left: newLeft.subarray(0, placed),
    right: newRight.subarray(0, placed),
  };
}
