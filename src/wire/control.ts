import { decodeObject, refusedTo } from './object.ts';
import { Payload } from './payload.ts';
import { kindOf } from './refusal.ts';

/** `reload`: read the model of this name (`null`: every model) again from its file. `snapshot`: publish one now. */
export type Control = { readonly reload: string | null } | { readonly snapshot: true };

/**
 * The order in a message on `aftermath.control`: `{"reload": "forest"}`, `{"reload": null}` or
 * `{"snapshot": true}`.
 *
 * @throws {AftermathError} refused: names what was found and what was expected
 */
export function decodeControl(payload: Payload): Control {
  const action = 'read the order';
  const order = decodeObject(payload, action);
  const [field, ...more] = Object.keys(order);
  if (field === undefined || more.length > 0 || (field !== 'reload' && field !== 'snapshot')) {
    const found = field === undefined ? 'nothing' : Object.keys(order).map((name) => JSON.stringify(name));
    throw refusedTo(action, `found ${String(found)}, expected one of "reload" and "snapshot"`);
  }
  const value = order[field];
  if (field === 'snapshot' && value === true) return { snapshot: true };
  if (field === 'reload' && (value === null || value === true)) return { reload: null };
  if (field === 'reload' && typeof value === 'string' && value !== '') return { reload: value };
  const expected = field === 'snapshot' ? 'true' : 'the name of a model, or null for every one';
  throw refusedTo(action, `${field} is ${kindOf(value)}, expected ${expected}`);
}

/** The message that carries an order. */
export function encodeControl(control: Control): Payload {
  return Payload.ofJson(control);
}
