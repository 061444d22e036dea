import { ModelLoadError } from '../../load-error.ts';
import { describe, isDtype, type PickleDtype, type PickleValue } from './values.ts';

const ITEM_BYTES_MAX = 2 ** 20;

/** The dtype that `numpy.dtype('f8', False, True)` names. */
export function dtypeOf(args: readonly PickleValue[]): PickleDtype {
  const [text] = args;
  if (isDtype(text)) return text;
  if (typeof text !== 'string') throw new ModelLoadError(`it has a numpy type made of ${describe(text)}`);
  const found = /^([<>|=]?)([fiubcOUSVMm])(\d*)$/.exec(text);
  if (found === null)
    throw new ModelLoadError(`it has a numpy type that we do not read: ${text.slice(0, 40)}`);
  const code = found[2] as string;
  const size = found[3] === '' ? 8 : Number(found[3]);
  return {
    kind: 'dtype',
    code,
    itemBytes: checkedItemBytes(code === 'U' ? 4 * size : size),
    bigEndian: found[1] === '>',
    fields: undefined,
  };
}

/** Completes a dtype with the state that follows it: byte order, fields of a record, size of an item. */
export function buildDtype(dtype: PickleDtype, state: PickleValue): void {
  if (!Array.isArray(state) || state.length < 7) throw new ModelLoadError('a numpy type in it is damaged');
  const [, endian, subdtype, names, fields, itemBytes] = state;
  if (subdtype !== null)
    throw new ModelLoadError('it has a numpy type with arrays as items, which we do not read');
  dtype.bigEndian = endian === '>';
  if (typeof itemBytes === 'number' && itemBytes >= 0) dtype.itemBytes = checkedItemBytes(itemBytes);
  if (names === null || names === undefined) return;
  if (!Array.isArray(names) || !(fields instanceof Map))
    throw new ModelLoadError('a record type in it is damaged');
  const known = new Map<string, { dtype: PickleDtype; offset: number }>();
  for (const name of names) {
    const field = fields.get(name);
    if (typeof name !== 'string' || !Array.isArray(field))
      throw new ModelLoadError('a record type in it is damaged');
    const [type, offset] = field;
    if (!isDtype(type) || typeof offset !== 'number')
      throw new ModelLoadError('a record type in it is damaged');
    known.set(name, { dtype: type, offset });
  }
  dtype.fields = known;
}

function checkedItemBytes(bytes: number): number {
  if (!Number.isInteger(bytes) || bytes > ITEM_BYTES_MAX) {
    throw new ModelLoadError('it has a numpy type with items of more than a megabyte');
  }
  return bytes;
}
