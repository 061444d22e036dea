import { isArray, isObject, type PickleObject, type PickleValue } from '../pickle/values.ts';
import { Attributes } from './attributes.ts';

/** What a selection of columns refers to. */
export interface Columns {
  readonly count: number | undefined;
  readonly names: readonly string[] | undefined;
  readonly attributes: Attributes;
}

/**
 * The columns that a ColumnTransformer's specification means: positions, names, a slice or a mask.
 *
 * @throws {ModelLoadError} on a name or position that does not exist
 * @see sklearn.utils._get_column_indices
 */
export function columnIndices(selection: PickleValue | undefined, columns: Columns): number[] {
  const odd = (): never => columns.attributes.fail('transformers_', 'a selection of existing columns');
  if (isObject(selection)) {
    if (selection.name === 'builtins.slice') return sliceIndices(selection, columns);
    if (selection.name === REMAINDER_LIST) {
      return columnIndices(new Attributes(selection, columns.attributes.context).get('data'), columns);
    }
    return odd();
  }
  const list =
    Array.isArray(selection) || isArray(selection) ? columns.attributes.listIn(selection) : [selection];
  if (list === undefined) return odd();
  if (list.length > 0 && list.every((item) => typeof item === 'boolean')) {
    return list.flatMap((chosen, at) => (chosen ? [at] : []));
  }
  return list.map((item) => position(item, columns) ?? odd());
}

const REMAINDER_LIST = 'sklearn.compose._column_transformer._RemainderColsList';

function position(item: PickleValue | undefined, { count, names }: Columns): number | undefined {
  if (typeof item === 'string') {
    const at = names?.indexOf(item) ?? -1;
    return at < 0 ? undefined : at;
  }
  if (typeof item !== 'number' || !Number.isInteger(item)) return undefined;
  const at = item < 0 && count !== undefined ? item + count : item;
  return at >= 0 && at < (count ?? 1_000_000) ? at : undefined;
}

function sliceIndices(slice: PickleObject, columns: Columns): number[] {
  const { count } = columns;
  if (count === undefined) return columns.attributes.fail('n_features_in_', 'the number of columns');
  const [start, stop, step] = slice.args;
  const stride = typeof step === 'number' && step > 0 ? step : 1;
  const bound = (value: PickleValue | undefined, fallback: number, after: number): number => {
    if (value === null || value === undefined) return fallback;
    if (typeof value === 'number') return Math.min(count, Math.max(0, value < 0 ? value + count : value));
    const at =
      position(value, columns) ?? columns.attributes.fail('transformers_', 'a slice of existing columns');
    return at + after;
  };
  const to = bound(stop, count, 1);
  const indices: number[] = [];
  for (let at = bound(start, 0, 0); at < to; at += stride) indices.push(at);
  return indices;
}
