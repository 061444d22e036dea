import type { Attributes } from './attributes.ts';

/** Arrays one after the other. */
export function joined(parts: readonly Float64Array[], attributes: Attributes): Float64Array {
  const size = parts.reduce((sum, { length }) => sum + length, 0);
  attributes.context.budget.take(8 * size);
  const table = new Float64Array(size);
  let start = 0;
  for (const part of parts) {
    table.set(part, start);
    start += part.length;
  }
  return table;
}
