/**
 * What a pickle holds, as plain data: nothing here has behaviour, and everything can cross a thread.
 *
 * `None` is null, integers beyond 2^53 are bigints, bytes are views into the file, lists and tuples are
 * arrays, dicts are Maps (never objects: a key such as `__proto__` is only a key).
 */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | PickleMap
  | Set<PickleValue>
  | PickleObject
  | PickleGlobal
  | PickleArray
  | PickleDtype;

/** A dict of Python, in its order. */
export type PickleMap = Map<PickleValue, PickleValue>;

/** An instance that Python would have built: its class and what it would have been built from. */
export interface PickleObject {
  readonly kind: 'object';
  readonly name: string;
  readonly args: PickleValue[];
  /** The state given to BUILD; usually a Map of attributes. */
  state: PickleValue | undefined;
  /** What was set on it as on a dict, for example a Bunch. */
  entries: PickleMap | undefined;
  /** What was appended to it as to a list. */
  items: PickleValue[] | undefined;
}

/** A class or function that is named but not called. */
export interface PickleGlobal {
  readonly kind: 'global';
  readonly name: string;
}

/** A numpy array. `bytes` lie as the file has them; `items` instead of bytes for dtype object. */
export interface PickleArray {
  readonly kind: 'array';
  shape: readonly number[];
  dtype: PickleDtype | undefined;
  fortran: boolean;
  bytes: Uint8Array | undefined;
  items: PickleValue[] | undefined;
}

/** A numpy dtype. `code` is its kind: f, i, u, b, U, S, O, V, c, M, m. */
export interface PickleDtype {
  readonly kind: 'dtype';
  readonly code: string;
  itemBytes: number;
  bigEndian: boolean;
  fields: ReadonlyMap<string, { readonly dtype: PickleDtype; readonly offset: number }> | undefined;
}

/** Whether it is one of the tagged kinds above rather than plain data. */
export function isTagged(
  value: PickleValue | undefined,
): value is PickleObject | PickleGlobal | PickleArray | PickleDtype {
  return typeof value === 'object' && value !== null && 'kind' in value;
}

/** Whether it is an instance of a class. */
export function isObject(value: PickleValue | undefined): value is PickleObject {
  return isTagged(value) && value.kind === 'object';
}

/** Whether it is a class or a function by its name. */
export function isGlobal(value: PickleValue | undefined): value is PickleGlobal {
  return isTagged(value) && value.kind === 'global';
}

/** Whether it is an array of numpy. */
export function isArray(value: PickleValue | undefined): value is PickleArray {
  return isTagged(value) && value.kind === 'array';
}

/** Whether it is the element type of an array. */
export function isDtype(value: PickleValue | undefined): value is PickleDtype {
  return isTagged(value) && value.kind === 'dtype';
}

/** A short name of what a value is, for messages: the class of an object, else its Python type. */
export function describe(value: PickleValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'None';
  if (isObject(value) || isGlobal(value)) return value.name;
  if (isArray(value)) return 'a numpy array';
  if (isDtype(value)) return 'a numpy dtype';
  if (value instanceof Map) return 'a dict';
  if (value instanceof Set) return 'a set';
  if (value instanceof Uint8Array) return 'bytes';
  if (Array.isArray(value)) return 'a list or tuple';
  if (typeof value === 'string') return 'a text';
  return typeof value === 'boolean' ? 'a boolean' : 'a number';
}
