import { AftermathError } from '../service/errors.ts';
import type { z } from 'zod';
import { JsonError, JsonReader } from './json.ts';
import { MESSAGE_BYTES_MAX, messageText } from './message.ts';
import type { Payload } from './payload.ts';
import { kindOf } from './refusal.ts';

/**
 * The one JSON object that a message of ours holds (a task, an order, a snapshot).
 *
 * @param action what fails where it is none: `read the task`
 * @throws {AftermathError} refused: says what was found, and where
 */
export function decodeObject(payload: Payload, action: string): Readonly<Record<string, unknown>> {
  const text = messageText(payload.bytes(), MESSAGE_BYTES_MAX);
  if (typeof text !== 'string') throw refusedTo(action, text.refused[0]?.reason ?? 'nothing');
  const value = parse(text, action);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw refusedTo(action, `found ${kindOf(value)}, expected an object`);
}

/**
 * What a schema makes of an object that has no other fields than `expected` names. Null counts as absent.
 *
 * @param expected what each field must be, in words
 * @throws {AftermathError} refused: names the first field that is unknown or malformed, and what was expected
 */
export function checkObject<S extends z.ZodType>(
  object: Readonly<Record<string, unknown>>,
  schema: S,
  { action, expected }: { action: string; expected: Readonly<Record<string, string>> },
): z.output<S> {
  const unknown = Object.keys(object).find((field) => !Object.hasOwn(expected, field));
  if (unknown !== undefined) {
    const known = Object.keys(expected).join(', ');
    throw refusedTo(action, `found an unknown field ${JSON.stringify(unknown)}, expected ${known}`);
  }
  const present = Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
  const result = schema.safeParse(present);
  if (result.success) return result.data;
  const field = String(result.error.issues[0]?.path[0] ?? '');
  throw refusedTo(
    action,
    `${field} is ${kindOf(present[field])}, expected ${expected[field] ?? 'another value'}`,
  );
}

/** The error of a message that cannot be used. */
export function refusedTo(action: string, found: string): AftermathError {
  return new AftermathError('refused', `Cannot ${action}: ${found}.`);
}

function parse(text: string, action: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refusedTo(action, notJson(text));
  }
}

/** The native parser's own words differ from version to version; ours name what was expected. */
function notJson(text: string): string {
  const reader = new JsonReader(text);
  try {
    reader.record();
    reader.skipSpace();
    if (reader.at < text.length) return reader.error('nothing after the value').message;
  } catch (error) {
    if (error instanceof JsonError) return error.message;
    throw error;
  }
  return 'not JSON: found NaN or Infinity, expected finite numbers';
}
