import type { Snapshot } from '../wire/snapshot.ts';
import type { Chosen } from './chosen.ts';
import { escaped, wordsHtml } from './html.ts';
import { alarmWords } from './words/alarm-words.ts';
import { bookLines, deadLetterText } from './words/books.ts';
import type { Writing } from './words/figure-text.ts';
import { tiles, type Tile } from './words/tiles.ts';

/** How a running stream stands, beside its figures: what a log does not know. HTML, in the places that the page has for it. */
export interface ReportStanding {
  readonly alarms: string;
  readonly tiles: string;
  readonly books: string;
}

/** Alarms, tiles and books as the page shows them. */
export function reportStanding(snapshot: Snapshot, chosen: Chosen, writing: Writing): ReportStanding {
  return {
    alarms: alarmsHtml(snapshot, writing),
    tiles: `<section class="tiles" aria-label="In figures">${tiles(snapshot, chosen, writing).map(tileHtml).join('')}</section>`,
    books: booksHtml(snapshot, writing),
  };
}

function alarmsHtml(snapshot: Snapshot, writing: Writing): string {
  const alarms = alarmWords(snapshot, writing);
  if (alarms === undefined) return '';
  const lines = alarms.lines.map((line) => `<p>${escaped(line)}</p>`).join('');
  const details = alarms.details.map((text) => `<li>${escaped(text)}</li>`).join('');
  const more = details === '' ? '' : `<details><summary>details</summary><ul>${details}</ul></details>`;
  return `<section id="alarms" aria-label="Alarms"${alarms.isRaised ? ' data-raised' : ''}><h2>${escaped(alarms.title)}</h2>${lines}${more}</section>`;
}

function tileHtml({ title, figure, isWrong, beside, below, ratio }: Tile): string {
  const bar = ratio === undefined ? '' : `<progress max="1" value="${ratio}" aria-hidden="true"></progress>`;
  return `<article class="tile"><h2>${wordsHtml(title)}</h2>
<p class="line"><span class="${isWrong ? 'big wrong' : 'big'}">${escaped(figure)}</span> <span class="quiet">${escaped(beside)}</span></p>
<p class="quiet">${escaped(below)}</p>${bar}</article>`;
}

function booksHtml(snapshot: Snapshot, { locale }: Writing): string {
  const sums = bookLines(snapshot, locale).map(({ isBalanced, terms }) => {
    const sign = isBalanced ? '<span class="right">✓</span>' : '<span class="wrong">✗</span>';
    return `<p>${sign} ${terms.map((term) => `<span class="term">${escaped(term)}</span>`).join(' ')}</p>`;
  });
  const dead = deadLetterText(snapshot, locale);
  const deadLetters =
    dead === '' ? '<p>dead letters 0</p>' : `<p class="wrong">dead letters ${escaped(dead)}</p>`;
  return `<section id="books" class="books quiet" aria-label="Books">${sums.join('')}${deadLetters}</section>`;
}
