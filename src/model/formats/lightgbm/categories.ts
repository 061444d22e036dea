import type { Cell } from '../../../wire/records.ts';
import { ModelLoadError } from '../../load-error.ts';
import { readJson } from '../bounded-json.ts';
import type { Budget } from '../budget.ts';
import type { CategoryColumn } from '../trees/category-codes.ts';

/**
 * The categories of columns that were categorical in a data frame.
 *
 * A file lists them in the order of those columns, without saying which those are: the columns with categories
 * are known by their infos (`0:1:2` where numbers have `[0:2]`), and a warning says when their numbers differ.
 */
export function pandasColumns(
  text: string | undefined,
  infos: readonly string[],
  budget: Budget,
): { columns: CategoryColumn[]; warnings: string[] } {
  const lists = listsOf(text, budget);
  if (lists.length === 0) return { columns: [], warnings: [] };
  const categorical = infos.flatMap((info, column) =>
    info !== 'none' && !info.startsWith('[') ? [column] : [],
  );
  if (categorical.length !== lists.length) {
    return {
      columns: [],
      warnings: [
        `it was trained with ${lists.length} categorical columns of a data frame, and ${categorical.length} can be told from its file: give categories as their codes`,
      ],
    };
  }
  const columns = categorical.map((column, at) => ({ column, categories: lists[at] ?? [] }));
  return { columns, warnings: [] };
}

function listsOf(text: string | undefined, budget: Budget): Cell[][] {
  if (text === undefined || text.trim() === '') return [];
  const lists = readJson(Buffer.from(text), budget) ?? [];
  if (
    !Array.isArray(lists) ||
    !lists.every((list) => Array.isArray(list) && list.every((item) => isCell(item)))
  )
    throw new ModelLoadError("its 'pandas_categorical' is no list of categories");
  return lists as Cell[][];
}

function isCell(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
