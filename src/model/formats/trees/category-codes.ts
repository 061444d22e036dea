import type { Cell } from '../../../wire/records.ts';
import type { Frame, Refusals } from '../sklearn/step.ts';

/** A column whose model knows categories by their place in a list. */
export interface CategoryColumn {
  readonly column: number;
  /** The categories in the order of their codes, as a data frame had them. */
  readonly categories: readonly Cell[];
}

/**
 * Replaces categories by their codes, in the columns that have a list of them.
 *
 * A missing value stays missing. A category that is not in the list is missing too, or refuses its row.
 *
 * @returns the frame without the cells of those columns
 */
export function encodeCategories(
  frame: Frame,
  columns: readonly CategoryColumn[],
  options: { refusals: Refusals; unknown: 'missing' | 'refuse' },
): Frame {
  if (columns.length === 0) return frame;
  const values = frame.values.slice();
  const cells = new Map(frame.cells);
  for (const { column, categories } of columns) {
    const codes = new Map(categories.map((category, code) => [category, code]));
    const beside = frame.cells?.get(column);
    cells.delete(column);
    for (let row = 0; row < frame.rows; row++) {
      const at = row * frame.width + column;
      const found = beside === undefined ? (values[at] as number) : (beside[row] ?? null);
      const code = codes.get(found);
      values[at] = code ?? NaN;
      if (code !== undefined || found === null || Number.isNaN(found)) continue;
      if (options.unknown === 'refuse') {
        const shown = String(found).slice(0, 40);
        options.refusals.add(
          row,
          `feature ${column + 1} has the category '${shown}', which the model does not know`,
        );
      }
    }
  }
  return { ...frame, values, cells: cells.size > 0 ? cells : undefined };
}

/** The columns among these whose categories are texts. */
export function textColumns(columns: readonly CategoryColumn[]): number[] {
  return columns
    .filter(({ categories }) => categories.some((category) => typeof category === 'string'))
    .map(({ column }) => column);
}
