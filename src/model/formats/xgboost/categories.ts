import type { Cell } from '../../../wire/records.ts';
import { ModelLoadError } from '../../load-error.ts';
import type { CategoryColumn } from '../trees/category-codes.ts';
import type { Document } from './document.ts';

/**
 * The names of the categories, which XGBoost keeps since 3.1 for columns that were categorical in a data frame.
 *
 * Whole numbers that are their own codes need no list; texts lie as bytes with offsets.
 */
export function readCategories(booster: Document, featureCount: number): CategoryColumn[] {
  const tree = booster.has('gbtree') ? booster.child('gbtree') : booster;
  const model = tree.has('model') ? tree.child('model') : undefined;
  if (model?.has('cats') !== true || !model.child('cats').has('enc')) return [];
  const columns: CategoryColumn[] = [];
  for (const [column, encoding] of model.child('cats').children('enc').entries()) {
    if (column >= featureCount) throw new ModelLoadError('it has categories for more columns than it has');
    const categories = encoding.has('offsets') ? textsOf(encoding) : [...encoding.numbers('values')];
    if (categories.every((category, code) => category === code)) continue;
    columns.push({ column, categories });
  }
  return columns;
}

function textsOf(encoding: Document): Cell[] {
  const offsets = encoding.numbers('offsets');
  const bytes = Uint8Array.from(encoding.numbers('values'), (value) => value & 255);
  const texts: Cell[] = [];
  for (let at = 0; at + 1 < offsets.length; at++) {
    const [from, to] = [offsets[at] as number, offsets[at + 1] as number];
    if (!(from >= 0 && from <= to && to <= bytes.length))
      throw new ModelLoadError('the names of its categories are damaged');
    texts.push(Buffer.from(bytes.subarray(from, to)).toString('utf8'));
  }
  return texts;
}
