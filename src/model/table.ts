import type { Cell, Features } from '../wire/records.ts';
import type { ModelInfo, Table } from './predictor.ts';

/** What `rowsToTable` needs to know of a model. */
export type TableShape = Pick<ModelInfo, 'featureCount' | 'featureNames'>;

const NOTHING_REFUSED: ReadonlyMap<number, string> = new Map();

/**
 * Puts rows as they arrived, in order or by name, into one table of the model's width and order.
 *
 * Features by name are matched by name when the model knows names, else taken in the order they came in.
 * A row with a missing, extra or infinite feature, or of the wrong length, is refused by itself.
 *
 * @param options.extraColumns `ignore` leaves features aside that the model does not know (a data file may have more columns); default `refuse`
 */
export function rowsToTable(
  rows: readonly Features[],
  shape: TableShape,
  options: { extraColumns?: 'refuse' | 'ignore' } = {},
): Table {
  const width = shape.featureCount ?? shape.featureNames?.length ?? widest(rows);
  const values = new Float64Array(rows.length * width);
  const filling: Filling = {
    values,
    width,
    rowCount: rows.length,
    fixed: shape.featureCount !== undefined || shape.featureNames !== undefined,
    names: shape.featureNames,
    known: undefined,
    ignoreExtra: options.extraColumns === 'ignore',
    cells: undefined,
  };
  let refused: Map<number, string> | undefined;
  for (let row = 0; row < rows.length; row++) {
    const features = rows[row] as Features;
    const reason = isList(features) ? fillOrdered(filling, row, features) : fillNamed(filling, row, features);
    if (reason === undefined) continue;
    values.fill(NaN, row * width, (row + 1) * width);
    refused ??= new Map();
    refused.set(row, reason);
  }
  return { rows: rows.length, width, values, cells: filling.cells, refused: refused ?? NOTHING_REFUSED };
}

/** A table of numbers that are already in the model's order; NaN is a missing value. */
export function numbersToTable(values: Float64Array, width: number): Table {
  const rows = width === 0 ? 0 : values.length / width;
  if (!Number.isInteger(rows)) throw new RangeError(`${values.length} values do not make rows of ${width}`);
  return { rows, width, values, cells: undefined, refused: NOTHING_REFUSED };
}

interface Filling {
  readonly values: Float64Array;
  readonly width: number;
  readonly rowCount: number;
  readonly fixed: boolean;
  readonly names: readonly string[] | undefined;
  known: Set<string> | undefined;
  readonly ignoreExtra: boolean;
  cells: Map<number, Cell[]> | undefined;
}

function isList(features: Features): features is readonly Cell[] {
  return Array.isArray(features);
}

function widest(rows: readonly Features[]): number {
  let width = 0;
  for (const row of rows) width = Math.max(width, isList(row) ? row.length : Object.keys(row).length);
  return width;
}

function fillOrdered(filling: Filling, row: number, cells: readonly Cell[]): string | undefined {
  const { values, width } = filling;
  if (cells.length !== width && filling.fixed) {
    return `has ${cells.length} features where the model takes ${width}`;
  }
  const start = row * width;
  for (let column = 0; column < width; column++) {
    const cell = cells[column];
    if (filling.cells === undefined && typeof cell === 'number' && cell - cell === 0)
      values[start + column] = cell;
    else {
      const reason = place(filling, row, column, cell ?? null);
      if (reason !== undefined) return reason;
    }
  }
  return undefined;
}

function fillNamed(
  filling: Filling,
  row: number,
  features: Readonly<Record<string, Cell>>,
): string | undefined {
  const { names, width } = filling;
  if (names === undefined) return fillOrdered(filling, row, Object.values(features));
  for (let column = 0; column < width; column++) {
    const name = names[column] as string;
    if (!Object.hasOwn(features, name)) return `lacks the feature '${name}'`;
    const reason = place(filling, row, column, features[name] ?? null);
    if (reason !== undefined) return reason;
  }
  if (filling.ignoreExtra) return undefined;
  const given = Object.keys(features);
  if (given.length === width) return undefined;
  filling.known ??= new Set(names);
  const extra = given.find((name) => !filling.known?.has(name));
  return `has the feature '${extra}', which the model does not know`;
}

function place(filling: Filling, row: number, column: number, cell: Cell): string | undefined {
  const at = row * filling.width + column;
  if (typeof cell === 'number') {
    if (cell === Infinity || cell === -Infinity) return `feature ${nameOf(filling, column)} is infinite`;
    filling.values[at] = cell;
    const beside = filling.cells?.get(column);
    if (beside !== undefined) beside[row] = Number.isNaN(cell) ? null : cell;
    return undefined;
  }
  filling.values[at] = typeof cell === 'boolean' ? Number(cell) : NaN;
  const beside = filling.cells?.get(column);
  if (beside !== undefined) beside[row] = cell;
  else if (cell !== null) openColumn(filling, row, column, cell);
  return undefined;
}

function openColumn(filling: Filling, row: number, column: number, cell: Cell): void {
  const cells = Array.from<Cell>({ length: filling.rowCount }).fill(null);
  for (let earlier = 0; earlier < row; earlier++) {
    const value = filling.values[earlier * filling.width + column] as number;
    cells[earlier] = Number.isNaN(value) ? null : value;
  }
  cells[row] = cell;
  filling.cells ??= new Map();
  filling.cells.set(column, cells);
}

function nameOf(filling: Filling, column: number): string {
  const name = filling.names?.[column];
  return name === undefined ? `${column + 1}` : `'${name}'`;
}
