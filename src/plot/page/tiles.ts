import { formatCount, formatFigure } from '../charts/numbers.ts';
import type { Feed } from '../feed.ts';
import { booksOf, isBalanced } from './books.ts';
import { element } from './element.ts';
import { formatRatio } from './verdict.ts';

/** The four tiles: rows scored, labels that came, what still waits, the books. */
export function tiles({ snapshot }: Feed): Node[] {
  const champion = snapshot?.models[0];
  if (snapshot === undefined || champion === undefined) {
    return ['Rows scored', 'Labels that came', 'Still waiting', 'Books'].map((title) => tile(title, '–', ''));
  }
  const { received, scored, pending, expired, duplicate, conflict } = champion.books;
  const { truths, deadLetters, rowsPerSecond } = snapshot;
  const dead = Object.values(deadLetters).reduce((sum, count) => sum + count, 0);
  // Of those that were ever to be scored: a repeated prediction gets no truth of its own.
  const awaited = scored + pending + expired;
  const came = awaited === 0 ? undefined : scored / awaited;
  const balanced = [booksOf(champion.books), booksOf(truths)].every(isBalanced);
  return [
    tile('Rows scored', formatCount(scored, undefined), `${rate(rowsPerSecond)} rows/s`, {
      more: `of ${formatCount(received, undefined)} predictions`,
    }),
    tile('Labels that came', came === undefined ? '–' : formatRatio(came), lag(champion.labelLag?.median), {
      ratio: came,
    }),
    tile('Still waiting', formatCount(pending, undefined), '', {
      more: `${formatCount(expired, undefined)} expired · ${formatCount(truths.waiting, undefined)} early truths`,
    }),
    tile('Books', balanced ? 'balanced' : 'do not balance', '', {
      isWrong: !balanced,
      more: `${formatCount(duplicate + truths.duplicate, undefined)} duplicate · ${formatCount(conflict, undefined)} conflict · ${formatCount(dead, undefined)} dead letters`,
    }),
  ];
}

interface TileMore {
  readonly more?: string;
  readonly isWrong?: boolean;
  readonly ratio?: number | undefined;
}

function tile(title: string, figure: string, beside: string, { more, isWrong, ratio }: TileMore = {}): Node {
  const bar =
    ratio === undefined ? [] : [element('progress', { max: '1', value: String(ratio), 'aria-label': title })];
  return element(
    'article',
    { class: 'tile' },
    element('h2', {}, title),
    element(
      'p',
      {},
      element('span', { class: isWrong ? 'figure wrong' : 'figure' }, figure),
      element('span', { class: 'quiet beside' }, beside),
    ),
    ...(more === undefined ? [] : [element('p', { class: 'quiet' }, more)]),
    ...bar,
  );
}

function rate(rowsPerSecond: number): string {
  return rowsPerSecond < 10 ? formatFigure(rowsPerSecond, undefined) : formatCount(rowsPerSecond, undefined);
}

/** `median lag 2.2 h`; nothing before a match. */
function lag(seconds: number | undefined): string {
  if (seconds === undefined) return '';
  const [size, unit] = (
    [
      [86_400, 'd'],
      [3_600, 'h'],
      [60, 'min'],
    ] as const
  ).find(([size]) => seconds >= 2 * size) ?? [1, 's'];
  return `median lag ${formatFigure(seconds / size, undefined)}\u00A0${unit}`;
}
