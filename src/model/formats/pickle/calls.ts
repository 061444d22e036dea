import { ModelLoadError } from '../../load-error.ts';
import type { Budget } from '../budget.ts';
import { buildDtype, dtypeOf } from './dtype.ts';
import { arrayBytes, checkedShape, elementCount, elementsOf } from './ndarray.ts';
import {
  describe,
  isArray,
  isDtype,
  isGlobal,
  isObject,
  type PickleArray,
  type PickleObject,
  type PickleValue,
} from './values.ts';

/**
 * What REDUCE stands for. The few constructors of plain data (arrays, dtypes, scalars, bytes, sets) are
 * carried out; every other known name becomes a record of the name and its arguments.
 */
export function call(callee: PickleValue, args: PickleValue, budget: Budget): PickleValue {
  if (!isGlobal(callee)) throw new ModelLoadError(`it is damaged: it calls ${describe(callee)}`);
  if (!Array.isArray(args)) throw new ModelLoadError('it is damaged: it calls without arguments');
  const construct = CONSTRUCTORS.get(callee.name);
  return construct === undefined ? objectOf(callee.name, args) : construct(args, budget);
}

/** What NEWOBJ, OBJ and INST stand for: an instance that was not built. */
export function instantiate(callee: PickleValue, args: PickleValue): PickleValue {
  if (!isGlobal(callee))
    throw new ModelLoadError(`it is damaged: it makes an instance of ${describe(callee)}`);
  if (!Array.isArray(args)) throw new ModelLoadError('it is damaged: it makes an instance without arguments');
  if (callee.name === 'collections.OrderedDict' || callee.name === 'builtins.dict') return new Map();
  return objectOf(callee.name, args);
}

/** What BUILD stands for: the state of an instance, or the contents of an array or dtype. */
export function build(target: PickleValue, state: PickleValue, budget: Budget): void {
  if (isDtype(target)) buildDtype(target, state);
  else if (isArray(target)) buildArray(target, state, budget);
  else if (isObject(target)) buildObject(target, state, budget);
  else if (target instanceof Map && state instanceof Map && state.size === 0) return;
  else throw new ModelLoadError(`it is damaged: it gives a state to ${describe(target)}`);
}

type Constructor = (args: readonly PickleValue[], budget: Budget) => PickleValue;

const CONSTRUCTORS: ReadonlyMap<string, Constructor> = new Map<string, Constructor>([
  ['numpy.dtype', dtypeOf],
  ['numpy.core.multiarray._reconstruct', () => emptyArray()],
  ['numpy.core.multiarray.scalar', scalar],
  ['numpy.core.numeric._frombuffer', fromBuffer],
  ['numpy.core._ufunc_reconstruct', ([, name]) => ({ kind: 'global', name: `numpy.${textOf(name)}` })],
  ['_codecs.encode', encode],
  ['builtins.bytes', ([bytes], budget) => bytesOf(bytes, budget)],
  ['builtins.bytearray', bytearray],
  ['builtins.set', ([items], budget) => setOf(items, budget)],
  ['builtins.frozenset', ([items], budget) => setOf(items, budget)],
  ['builtins.list', ([items]) => (Array.isArray(items) ? items.slice() : [])],
  ['builtins.dict', () => new Map()],
  ['collections.OrderedDict', ([pairs], budget) => mapOf(pairs, budget)],
  ['collections.defaultdict', () => new Map()],
  ['copyreg._reconstructor', reconstruct],
  ['copyreg.__newobj__', ([callee, ...args]) => instantiate(callee ?? null, args)],
  ['sklearn.neighbors._kd_tree.newObj', newObject],
  ['sklearn.neighbors._ball_tree.newObj', newObject],
  ['sklearn.neighbors._dist_metrics.newObj', newObject],
  ['sklearn.metrics._dist_metrics.newObj', newObject],
]);

function objectOf(name: string, args: readonly PickleValue[]): PickleObject {
  return { kind: 'object', name, args: args.slice(), state: undefined, entries: undefined, items: undefined };
}

function emptyArray(): PickleArray {
  return { kind: 'array', shape: [0], dtype: undefined, fortran: false, bytes: undefined, items: undefined };
}

function scalar([dtype, content]: readonly PickleValue[], budget: Budget): PickleValue {
  if (!isDtype(dtype)) throw new ModelLoadError('a numpy scalar in it has no type');
  if (dtype.code === 'O') return content ?? null;
  const bytes = bytesOf(content, budget);
  if (dtype.fields !== undefined || !'fiubUS'.includes(dtype.code)) {
    return objectOf('numpy.core.multiarray.scalar', [dtype, bytes]);
  }
  const array: PickleArray = { kind: 'array', shape: [], dtype, fortran: false, bytes, items: undefined };
  return elementsOf(array, budget)[0] ?? null;
}

function fromBuffer([content, dtype, shape, order]: readonly PickleValue[], budget: Budget): PickleValue {
  const array = emptyArray();
  if (!isDtype(dtype)) throw new ModelLoadError('an array in it has no type');
  array.dtype = dtype;
  array.shape = checkedShape(shape);
  array.fortran = order === 'F';
  array.bytes = bytesOf(content, budget);
  checkContents(array);
  return array;
}

function buildArray(array: PickleArray, state: PickleValue, budget: Budget): void {
  if (!Array.isArray(state) || state.length < 4) throw new ModelLoadError('an array in it is damaged');
  const [shape, dtype, fortran, content] = state.slice(-4);
  if (!isDtype(dtype)) throw new ModelLoadError('an array in it has no type');
  array.dtype = dtype;
  array.shape = checkedShape(shape);
  array.fortran = fortran === true;
  if (Array.isArray(content)) array.items = content;
  else array.bytes = bytesOf(content, budget);
  checkContents(array);
}

function checkContents(array: PickleArray): void {
  const count = elementCount(array.shape);
  if (array.dtype?.code === 'O') {
    if (array.items?.length !== count)
      throw new ModelLoadError('an array in it has too few or too many items');
  } else if (array.dtype === undefined || array.bytes?.length !== arrayBytes(array.shape, array.dtype)) {
    throw new ModelLoadError('an array in it has another number of bytes than its shape says');
  }
}

function buildObject(object: PickleObject, state: PickleValue, budget: Budget): void {
  const [dict, slots] = Array.isArray(state) && state.length === 2 ? state : [];
  if (slots instanceof Map && (dict === null || dict instanceof Map)) {
    budget.take(48 * (slots.size + (dict?.size ?? 0)));
    object.state = new Map([...(dict ?? []), ...slots]);
  } else if (object.state instanceof Map && state instanceof Map) {
    budget.take(48 * state.size);
    for (const [key, value] of state) object.state.set(key, value);
  } else {
    object.state = state;
  }
}

function reconstruct([callee, base, content]: readonly PickleValue[]): PickleValue {
  if (!isGlobal(callee))
    throw new ModelLoadError(`it is damaged: it makes an instance of ${describe(callee)}`);
  const object = objectOf(callee.name, []);
  if (isGlobal(base) && base.name === 'builtins.dict' && content instanceof Map) object.entries = content;
  return object;
}

function newObject([callee]: readonly PickleValue[]): PickleValue {
  return instantiate(callee ?? null, []);
}

function encode([text, encoding]: readonly PickleValue[], budget: Budget): PickleValue {
  const name = textOf(encoding);
  if (name !== 'latin1' && name !== 'latin-1')
    throw new ModelLoadError(`it encodes a text as ${name.slice(0, 40)}`);
  return latin1(textOf(text), budget);
}

function latin1(text: string, budget: Budget): Uint8Array {
  budget.take(64 + text.length);
  return Buffer.from(text, 'latin1');
}

function bytearray([content, encoding]: readonly PickleValue[], budget: Budget): PickleValue {
  return typeof content === 'string'
    ? encode([content, encoding ?? 'latin-1'], budget)
    : bytesOf(content, budget);
}

function bytesOf(value: PickleValue | undefined, budget: Budget): Uint8Array {
  if (value === undefined) return new Uint8Array();
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return latin1(value, budget);
  throw new ModelLoadError(`it is damaged: it has ${describe(value)} where bytes should be`);
}

function textOf(value: PickleValue | undefined): string {
  if (typeof value === 'string') return value;
  throw new ModelLoadError(`it is damaged: it has ${describe(value)} where a text should be`);
}

function setOf(items: PickleValue | undefined, budget: Budget): PickleValue {
  if (items !== undefined && !Array.isArray(items))
    throw new ModelLoadError('it is damaged: a set of no list');
  budget.take(200 + 48 * (items?.length ?? 0));
  return new Set(items);
}

function mapOf(pairs: PickleValue | undefined, budget: Budget): PickleValue {
  budget.take(200);
  const map = new Map<PickleValue, PickleValue>();
  if (!Array.isArray(pairs)) return map;
  budget.take(48 * pairs.length);
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2)
      throw new ModelLoadError('it is damaged: a dict of no pairs');
    map.set(pair[0] as PickleValue, pair[1] as PickleValue);
  }
  return map;
}
