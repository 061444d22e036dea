import { ModelLoadError } from '../../load-error.ts';
import type { Budget } from '../budget.ts';
import type { PickleArray, PickleDtype, PickleValue } from './values.ts';

const DIMENSIONS_MAX = 32;

/** A shape as numpy would take it: a tuple of lengths whose product is a safe integer. */
export function checkedShape(value: PickleValue | undefined): number[] {
  if (typeof value === 'number') return checkedShape([value]);
  if (!Array.isArray(value) || value.length > DIMENSIONS_MAX)
    throw new ModelLoadError('an array in it has no shape');
  const shape = value.map((length) => {
    if (typeof length !== 'number' || !Number.isInteger(length) || length < 0) {
      throw new ModelLoadError('an array in it has a length that is no number');
    }
    return length;
  });
  if (elementCount(shape) > Number.MAX_SAFE_INTEGER)
    throw new ModelLoadError('an array in it is impossibly large');
  return shape;
}

/** Elements of an array of this shape; 1 for a shape without dimensions. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Bytes that an array of this shape and type takes. */
export function arrayBytes(shape: readonly number[], dtype: PickleDtype): number {
  if (dtype.code === 'O') throw new ModelLoadError('an array of objects in it has bytes');
  return elementCount(shape) * dtype.itemBytes;
}

/**
 * The elements of a numeric or boolean array as float64, in C order whatever the order in the file.
 *
 * 64-bit integers beyond 2^53 are rounded; arrays of objects are taken when they hold numbers.
 *
 * @throws {ModelLoadError} when they are no numbers, or bytes and shape disagree
 */
export function numbersOf(array: PickleArray, budget: Budget): Float64Array<ArrayBuffer> {
  const count = elementCount(array.shape);
  const dtype = typeOf(array);
  if (dtype.code === 'O') return numbersOfItems(array, count, budget);
  checkBytes(array, count);
  budget.take(8 * count);
  const values = new Float64Array(count);
  readNumbers(values, array.bytes as Uint8Array, dtype, { offset: 0, stride: dtype.itemBytes });
  return array.fortran && array.shape.length > 1 ? toRowMajor(values, array.shape, budget) : values;
}

/** One field of an array of records (the nodes of a tree), as float64. */
export function fieldOf(
  array: PickleArray,
  name: string,
  budget: Budget,
): Float64Array<ArrayBuffer> | undefined {
  const dtype = typeOf(array);
  const field = dtype.fields?.get(name);
  if (field === undefined) return undefined;
  const count = elementCount(array.shape);
  checkBytes(array, count);
  if (field.offset < 0 || field.offset + field.dtype.itemBytes > dtype.itemBytes) {
    throw new ModelLoadError(`the field '${name}' of a record in it lies outside of it`);
  }
  budget.take(8 * count);
  const values = new Float64Array(count);
  readNumbers(values, array.bytes as Uint8Array, field.dtype, {
    offset: field.offset,
    stride: dtype.itemBytes,
  });
  return values;
}

/** The elements as labels or cells: numbers, booleans, texts, `None`. In C order. */
export function elementsOf(array: PickleArray, budget: Budget): PickleValue[] {
  const dtype = typeOf(array);
  const count = elementCount(array.shape);
  if (dtype.code === 'O') return itemsOf(array, count);
  if (dtype.code === 'U' || dtype.code === 'S') {
    checkBytes(array, count);
    budget.take(count * (32 + dtype.itemBytes));
    const bytes = array.bytes as Uint8Array;
    return Array.from({ length: count }, (_, at) => textAt(bytes, dtype, at * dtype.itemBytes));
  }
  const numbers = numbersOf(array, budget);
  budget.take(16 * count);
  return dtype.code === 'b' ? Array.from(numbers, (value) => value !== 0) : Array.from(numbers);
}

function typeOf(array: PickleArray): PickleDtype {
  if (array.dtype === undefined) throw new ModelLoadError('an array in it was never filled');
  return array.dtype;
}

function checkBytes(array: PickleArray, count: number): void {
  const dtype = typeOf(array);
  if (array.bytes === undefined || array.bytes.length !== count * dtype.itemBytes) {
    throw new ModelLoadError('an array in it has another number of bytes than its shape says');
  }
}

function itemsOf(array: PickleArray, count: number): PickleValue[] {
  if (array.items === undefined || array.items.length !== count) {
    throw new ModelLoadError('an array in it has another number of items than its shape says');
  }
  return array.items;
}

function numbersOfItems(array: PickleArray, count: number, budget: Budget): Float64Array<ArrayBuffer> {
  budget.take(8 * count);
  return Float64Array.from(itemsOf(array, count), (item) => {
    if (typeof item === 'number' || typeof item === 'boolean') return Number(item);
    if (item === null) return NaN;
    throw new ModelLoadError('an array in it holds something else than numbers');
  });
}

function toRowMajor(
  values: Float64Array,
  shape: readonly number[],
  budget: Budget,
): Float64Array<ArrayBuffer> {
  budget.take(8 * values.length);
  const result = new Float64Array(values.length);
  const index = shape.map(() => 0);
  const strides = shape.map((_, axis) => elementCount(shape.slice(0, axis)));
  for (let to = 0; to < result.length; to++) {
    let from = 0;
    for (let axis = 0; axis < index.length; axis++)
      from += (index[axis] as number) * (strides[axis] as number);
    result[to] = values[from] as number;
    for (let axis = index.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      index[axis] = 0;
    }
  }
  return result;
}

interface Layout {
  readonly offset: number;
  readonly stride: number;
}

function readNumbers(into: Float64Array, bytes: Uint8Array, dtype: PickleDtype, layout: Layout): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = readerOf(view, dtype);
  let at = layout.offset;
  for (let index = 0; index < into.length; index++) {
    into[index] = read(at);
    at += layout.stride;
  }
}

function readerOf(view: DataView, { code, itemBytes, bigEndian }: PickleDtype): (at: number) => number {
  const little = !bigEndian;
  switch (`${code}${itemBytes}`) {
    case 'f8':
      return (at) => view.getFloat64(at, little);
    case 'f4':
      return (at) => view.getFloat32(at, little);
    case 'f2':
      return (at) => view.getFloat16(at, little);
    case 'i8':
      return (at) => Number(view.getBigInt64(at, little));
    case 'u8':
      return (at) => Number(view.getBigUint64(at, little));
    case 'i4':
      return (at) => view.getInt32(at, little);
    case 'u4':
      return (at) => view.getUint32(at, little);
    case 'i2':
      return (at) => view.getInt16(at, little);
    case 'u2':
      return (at) => view.getUint16(at, little);
    case 'i1':
      return (at) => view.getInt8(at);
    case 'u1':
    case 'b1':
      return (at) => view.getUint8(at);
    default:
      throw new ModelLoadError(
        `an array in it is of the type ${code}${itemBytes}, which is not a number we read`,
      );
  }
}

function textAt(bytes: Uint8Array, dtype: PickleDtype, start: number): string {
  if (dtype.code === 'S') {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, dtype.itemBytes).toString('latin1');
    return text.replace(/\0+$/, '');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, dtype.itemBytes);
  let text = '';
  for (let at = 0; at + 4 <= dtype.itemBytes; at += 4) {
    const code = view.getUint32(at, !dtype.bigEndian);
    if (code > 0x10ffff) throw new ModelLoadError('a text in it has a character that does not exist');
    text += String.fromCodePoint(code);
  }
  return text.replace(/\0+$/, '');
}
