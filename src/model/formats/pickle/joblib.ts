import { ModelLoadError } from '../../load-error.ts';
import type { Cursor } from './cursor.ts';
import { arrayBytes, checkedShape } from './ndarray.ts';
import { isArray, isDtype, isGlobal, isObject, type PickleObject, type PickleValue } from './values.ts';

const WRAPPER = 'joblib.numpy_pickle.NumpyArrayWrapper';

/** Whether it stands for an array whose bytes follow in the stream, as joblib writes them. */
export function isJoblibWrapper(value: PickleValue): value is PickleObject {
  return isObject(value) && value.name === WRAPPER;
}

/**
 * Reads the array that follows joblib's wrapper: raw bytes after optional padding, or a nested pickle for objects.
 *
 * @param state what was to become the wrapper's attributes
 * @param nested reads the pickle that starts at the cursor
 */
export function readJoblibArray(state: PickleValue, cursor: Cursor, nested: () => PickleValue): PickleValue {
  if (!(state instanceof Map)) throw new ModelLoadError('it is damaged: a joblib array has no description');
  const subclass = state.get('subclass');
  const dtype = state.get('dtype');
  if (!isGlobal(subclass) || !isDtype(dtype))
    throw new ModelLoadError('it is damaged: a joblib array has no type');
  if (dtype.code === 'O') {
    const array = nested();
    if (!isArray(array)) throw new ModelLoadError('it is damaged: a joblib array of objects is none');
    return array;
  }
  const shape = checkedShape(state.get('shape'));
  if (typeof state.get('numpy_array_alignment_bytes') === 'number') cursor.take(cursor.byte());
  const bytes = cursor.take(arrayBytes(shape, dtype));
  return { kind: 'array', shape, dtype, fortran: state.get('order') === 'F', bytes, items: undefined };
}
