import type { Value } from './records.ts';

/** Whether JSON gave what a truth or a prediction may be: text, a boolean, a finite number. */
export function isValue(value: unknown): value is Value {
  return typeof value === 'number'
    ? Number.isFinite(value)
    : typeof value === 'string' || typeof value === 'boolean';
}

/**
 * An array of one element is its element, also twice, as `model.predict(row).tolist()` gives it for a row of
 * several outputs; anything else stays.
 */
export function unwrapped(body: unknown): unknown {
  return onlyElement(onlyElement(body));
}

function onlyElement(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? (value as unknown[])[0] : value;
}
