import type { Payload } from './payload.ts';

/** `reload`: read the model of this name (`null`: every model) again from its file. `snapshot`: publish one now. */
export type Control = { readonly reload: string | null } | { readonly snapshot: true };

/**
 * The order in a message on `aftermath.control`.
 *
 * @throws {AftermathError} refused: names what was expected
 */
export function decodeControl(payload: Payload): Control {
  throw new Error(`not built yet ${payload.bytes().length}`);
}

/** The message that carries an order. */
export function encodeControl(control: Control): Payload {
  throw new Error(`not built yet ${JSON.stringify(control)}`);
}
