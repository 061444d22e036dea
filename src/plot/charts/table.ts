/** What a chart shows, as numbers: for those who do not see it, and to be taken along as CSV. */
export interface ChartTable {
  readonly columns: readonly TableColumn[];
  /** As many cells as columns; an absent value is `undefined`. */
  readonly rows: readonly (readonly TableCell[])[];
}

/** A column, and how its cells are to be written. */
export interface TableColumn {
  readonly title: string;
  /** Numbers in three digits, whole numbers, shares (0..1), milliseconds since 1970, seconds, or words. */
  readonly kind: 'figure' | 'count' | 'ratio' | 'time' | 'duration' | 'text';
}

/** Numbers as they are, not rounded. */
export type TableCell = number | string | undefined;

/** A column for each of these titles, by kind. */
export function columns(
  ...kinds: readonly (readonly [title: string, kind: TableColumn['kind']])[]
): TableColumn[] {
  return kinds.map(([title, kind]) => ({ title, kind }));
}

/** RFC 4180, numbers to the last digit, times as ISO 8601. What a spreadsheet would run as a formula is quoted text. */
export function tableCsv({ columns, rows }: ChartTable): string {
  const lines = [columns.map(({ title }) => csvCell(title, 'text'))];
  for (const row of rows) lines.push(row.map((cell, i) => csvCell(cell, columns[i]?.kind ?? 'text')));
  return lines.map((cells) => `${cells.join(',')}\r\n`).join('');
}

function csvCell(cell: TableCell, kind: TableColumn['kind']): string {
  if (cell === undefined) return '';
  if (typeof cell === 'number') return kind === 'time' ? new Date(cell).toISOString() : String(cell);
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
