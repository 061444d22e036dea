import { isTagged, type PickleObject, type PickleValue } from './values.ts';

const DEPTH_MAX = 200;

/**
 * Only what was read of a pickle: other attributes of each object are left out, so what rides along in a
 * file never crosses a thread. Shared parts stay shared.
 *
 * @param touched which attributes of which objects were read
 */
export function prune(
  root: PickleValue,
  touched: ReadonlyMap<PickleObject, ReadonlySet<string>>,
): PickleValue {
  const done = new Map<PickleValue, PickleValue>();
  const visit = (value: PickleValue, depth: number): PickleValue => {
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
    if (depth > DEPTH_MAX) return null;
    const before = done.get(value);
    if (before !== undefined) return before;
    if (Array.isArray(value)) {
      const copy: PickleValue[] = [];
      done.set(value, copy);
      for (const item of value) copy.push(visit(item, depth + 1));
      return copy;
    }
    if (value instanceof Map) {
      const copy = new Map<PickleValue, PickleValue>();
      done.set(value, copy);
      for (const [key, item] of value) copy.set(visit(key, depth + 1), visit(item, depth + 1));
      return copy;
    }
    if (value instanceof Set || !isTagged(value)) return null;
    if (value.kind === 'array' && value.items !== undefined) {
      const copy = { ...value, items: undefined as PickleValue[] | undefined };
      done.set(value, copy);
      copy.items = value.items.map((item) => visit(item, depth + 1));
      return copy;
    }
    if (value.kind !== 'object') return value;
    const copy: PickleObject = { ...value, state: undefined, entries: undefined, items: undefined, args: [] };
    done.set(value, copy);
    const keys = touched.get(value);
    for (const arg of value.args) copy.args.push(visit(arg, depth + 1));
    if (value.state instanceof Map) {
      const state = new Map<PickleValue, PickleValue>();
      for (const [key, item] of value.state) {
        if (typeof key === 'string' && keys?.has(key) === true) state.set(key, visit(item, depth + 1));
      }
      copy.state = state;
    } else if (value.state !== undefined && keys !== undefined) copy.state = visit(value.state, depth + 1);
    return copy;
  };
  return visit(root, 0);
}
