import { formatCount, formatFigure, formatTick } from '../charts/numbers.ts';
import { shownName } from '../charts/names.ts';
import type { Histogram, HistoryPoint, ModelSnapshot } from '../../wire/snapshot.ts';
import { element } from './element.ts';

/** The numbers behind a distribution. */
export function distributionTable({ width, counts, above }: Histogram): Node {
  const rows = counts.flatMap((count, i) =>
    count === 0
      ? []
      : [
          [
            `${formatTick(i * width, undefined)} to ${formatTick((i + 1) * width, undefined)}`,
            formatCount(count, undefined),
          ],
        ],
  );
  if (above > 0)
    rows.push([`${formatTick(counts.length * width, undefined)} or more`, formatCount(above, undefined)]);
  return table(['absolute error', 'rows'], rows);
}

/** The numbers behind an error over time, newest first. */
export function runningErrorTable(points: readonly HistoryPoint[]): Node {
  const time = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
  const rows = points
    .map(({ atMs, scored, mae, recentMae }) => [
      time.format(atMs),
      formatFigure(mae, undefined),
      formatFigure(recentMae, undefined),
      formatCount(scored, undefined),
    ])
    .toReversed();
  return table(['time', 'mean so far', 'since the point before', 'rows'], rows);
}

/** Champion and challengers side by side. */
export function modelTable(models: readonly ModelSnapshot[]): Node {
  const rows = models.map(({ model, role, version, figures, books }) => [
    shownName(model),
    role,
    version === undefined ? '–' : shownName(version, 12),
    ...['mae', 'median_absolute_error', 'p95_absolute_error', 'bias'].map((name) => {
      const figure = figures[name];
      return figure === undefined ? '–' : formatFigure(figure.value, undefined);
    }),
    `${formatCount(books.scored, undefined)} of ${formatCount(books.received, undefined)}`,
  ]);
  return table(['model', 'role', 'version', 'mean absolute error', 'median', 'p95', 'bias', 'rows'], rows);
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): Node {
  const line = (tag: 'th' | 'td', cells: readonly string[]) =>
    element('tr', {}, ...cells.map((cell) => element(tag, tag === 'th' ? { scope: 'col' } : {}, cell)));
  return element(
    'div',
    { class: 'table', tabindex: '0', role: 'region', 'aria-label': 'table' },
    element(
      'table',
      {},
      element('thead', {}, line('th', header)),
      element('tbody', {}, ...rows.map((cells) => line('td', cells))),
    ),
  );
}
