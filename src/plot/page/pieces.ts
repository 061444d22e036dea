import type { Snapshot } from '../../wire/snapshot.ts';
import { shownName } from '../charts/names.ts';
import type { AlarmWords } from '../words/alarm-words.ts';
import type { BookLine } from '../words/books.ts';
import type { FigureTable } from '../words/figure-table.ts';
import type { Tile } from '../words/tiles.ts';
import { byId, element, fill, nodesOf } from './element.ts';

/** A tile of the page. */
export function tileNode({ title, figure, isWrong, beside, below, ratio }: Tile): Node {
  const bar =
    ratio === undefined
      ? []
      : [element('progress', { max: '1', value: String(ratio), 'aria-hidden': 'true' })];
  return element(
    'article',
    { class: 'tile' },
    element('h2', {}, ...nodesOf(title)),
    element(
      'p',
      { class: 'line' },
      element('span', { class: isWrong ? 'big wrong' : 'big' }, figure),
      ' ',
      element('span', { class: 'quiet' }, beside),
    ),
    element('p', { class: 'quiet' }, below),
    ...bar,
  );
}

/** Puts the alarms into their place beside the first line. Their details stay open while they change. */
export function showAlarms(words: AlarmWords | undefined): void {
  const place = byId('alarms');
  place.hidden = words === undefined;
  if (words === undefined) return;
  const { isRaised, title, lines, details } = words;
  place.toggleAttribute('data-raised', isRaised);
  fill(byId('alarms-short'), element('h2', {}, title), ...lines.map((line) => element('p', {}, line)));
  byId('alarms-more').hidden = details.length === 0;
  fill(byId('alarms-details'), ...details.map((text) => element('li', {}, text)));
}

/** The balance as the sums that it is; no term is torn from its number. */
export function bookNodes(lines: readonly BookLine[], deadLetters: string): Node[] {
  const sums = lines.map(({ isBalanced, terms }) =>
    element(
      'p',
      { title: isBalanced ? 'the sum is right' : 'the sum is wrong' },
      element('span', { class: isBalanced ? 'right' : 'wrong' }, isBalanced ? '✓' : '✗'),
      ...terms.flatMap((term) => [' ', element('span', { class: 'term' }, term)]),
    ),
  );
  const dead =
    deadLetters === ''
      ? element('p', {}, 'dead letters 0')
      : element('p', { class: 'wrong' }, `dead letters ${deadLetters}`);
  return [...sums, dead];
}

/** Which files this is about. */
export function footerNodes({ models, logPath }: Snapshot): Node[] {
  const versions = models
    .filter(({ version }) => version !== undefined)
    .map(({ model, version }) =>
      element('span', { class: 'term' }, `${shownName(model, 32)} ${version ?? ''}`),
    );
  return [...versions, element('span', { class: 'path' }, `log ${shownName(logPath, 120)}`)];
}

/** All figures, the models side by side. */
export function figureTableNode({ models, rows }: FigureTable): Node {
  const head = models.map((model) => element('th', { scope: 'col' }, ...nodesOf([model])));
  const body = rows.map(({ title, cells }) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, title),
      ...cells.map((cell) => element('td', {}, cell)),
    ),
  );
  return element(
    'table',
    {},
    element('thead', {}, element('tr', {}, element('td'), ...head)),
    element('tbody', {}, ...body),
  );
}
