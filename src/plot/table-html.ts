import { formatCount, formatDuration, formatFigure, formatRatio } from './charts/numbers.ts';
import type { ChartTable, TableCell, TableColumn } from './charts/table.ts';
import { escaped } from './html.ts';

/** Rows of a table in a page that has to stay small. */
const ROWS_MAX = 200;

/** The numbers behind a chart; of many rows the first, and how many are left out. */
export function tableHtml({ columns, rows }: ChartTable): string {
  const line = (tag: 'th' | 'td', cells: readonly string[]) =>
    `<tr>${cells.map((cell) => `<${tag}${tag === 'th' ? ' scope="col"' : ''}>${escaped(cell)}</${tag}>`).join('')}</tr>`;
  const head = line(
    'th',
    columns.map(({ title }) => title),
  );
  const body = rows.slice(0, ROWS_MAX).map((row) =>
    line(
      'td',
      row.map((cell, i) => cellText(cell, columns[i]?.kind ?? 'text')),
    ),
  );
  const left = rows.length - ROWS_MAX;
  const more = left > 0 ? `<p class="quiet">${formatCount(left, 'en')} further rows are left out.</p>` : '';
  return `<div class="table" tabindex="0"><table><thead>${head}</thead><tbody>${body.join('')}</tbody></table></div>${more}`;
}

function cellText(cell: TableCell, kind: TableColumn['kind']): string {
  if (cell === undefined) return '–';
  if (typeof cell === 'string') return cell;
  if (kind === 'time') return new Date(cell).toISOString().replace('T', ' ').replace('.000Z', ' UTC');
  if (kind === 'count') return formatCount(cell, 'en');
  if (kind === 'ratio') return formatRatio(cell, 'en');
  return kind === 'duration' ? formatDuration(cell, 'en') : formatFigure(cell, 'en');
}
