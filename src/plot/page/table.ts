import type { ChartTable, TableCell, TableColumn } from '../charts/table.ts';
import { formatCount, formatFigure } from '../charts/numbers.ts';
import { durationText } from '../words/duration-text.ts';
import { shareText } from '../words/tiles.ts';
import { element } from './element.ts';

/** The numbers behind a chart, as a table that scrolls by keyboard too. */
export function tableOf({ columns, rows }: ChartTable, title: string): HTMLElement {
  const head = columns.map(({ title }) => element('th', { scope: 'col' }, title));
  const body = rows.map((cells) =>
    element(
      'tr',
      {},
      ...cells.map((cell, i) => element('td', {}, cellText(cell, columns[i]?.kind ?? 'text'))),
    ),
  );
  return element(
    'div',
    { class: 'table', tabindex: '0', role: 'region', 'aria-label': `${title}, the numbers` },
    element('table', {}, element('thead', {}, element('tr', {}, ...head)), element('tbody', {}, ...body)),
  );
}

const TIME = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

function cellText(cell: TableCell, kind: TableColumn['kind']): string {
  if (cell === undefined) return '–';
  if (typeof cell === 'string') return cell;
  return {
    figure: () => formatFigure(cell, undefined),
    count: () => formatCount(cell, undefined),
    ratio: () => shareText(cell, undefined),
    time: () => TIME.format(cell),
    duration: () => durationText(cell, undefined),
    text: () => String(cell),
  }[kind]();
}
