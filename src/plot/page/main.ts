import { readChoice, writeChoice, type Choice } from '../choice.ts';
import { choose, type Chosen } from '../chosen.ts';
import { withUnits } from '../charts/names.ts';
import type { Feed } from '../feed.ts';
import { panels, type Panel } from '../panels.ts';
import { alarmWords } from '../words/alarm-words.ts';
import { bookLines, deadLetterText } from '../words/books.ts';
import { controls } from '../words/controls.ts';
import { figureTable } from '../words/figure-table.ts';
import { headline } from '../words/headline.ts';
import { pageState } from '../words/state.ts';
import { statusText } from '../words/status.ts';
import { EMPTY_TILES, tiles } from '../words/tiles.ts';
import { Card } from './card.ts';
import { followFeed } from './connection.ts';
import { ControlWords } from './control-words.ts';
import { byId, element, fill, nodesOf } from './element.ts';
import { bookNodes, figureTableNode, footerNodes, showAlarms, tileNode } from './pieces.ts';

let feed: Feed | undefined;
let feedAtMs = 0;
let isConnected = true;
let choice: Choice = readChoice(new URLSearchParams(location.search));

const dark = matchMedia('(prefers-color-scheme: dark)');
const words = new ControlWords(byId('controls'), (key, value) => {
  const { [key]: _, ...others } = choice;
  choice = value === undefined ? others : { ...others, [key]: value };
  history.pushState(null, '', `${location.pathname}${writeChoice(choice)}`);
  show();
});
const cards = new Map<string, Card>();

followFeed({
  feed: (next) => {
    [feed, feedAtMs] = [next, performance.now()];
    show();
  },
  connected: (next) => {
    if (next === isConnected) return;
    isConnected = next;
    showWords();
  },
});
addEventListener('popstate', () => {
  choice = readChoice(new URLSearchParams(location.search));
  show();
});
// Text on a canvas does not come again when its font does: the charts wait for it, the words need not.
let fontsAreLoaded = false;
void Promise.allSettled(['400 12px Inter', '600 12px Inter'].map((font) => document.fonts.load(font))).then(
  () => {
    fontsAreLoaded = true;
    showCharts();
  },
);
dark.addEventListener('change', showCharts);
document.addEventListener('visibilitychange', show);
// Time passes without a message too: that is what makes figures stale.
setInterval(showWords, 1_000);
show();

function show(): void {
  showWords();
  showCharts();
}

/** Nobody looks at a hidden page: it is written when it is shown again. */
function showWords(): void {
  if (document.hidden) return;
  const sinceFeedMs = performance.now() - feedAtMs;
  const state = pageState(feed, isConnected, sinceFeedMs);
  const chosen = chosenNow();
  const writing = { units: feed?.units, locale: undefined };
  document.body.dataset['state'] = state;
  fill(byId('status-text'), statusText(state, feed, sinceFeedMs, undefined));
  const { sentence, more } = headline(state, feed, chosen, writing);
  fill(byId('headline'), ...nodesOf(sentence));
  fill(byId('headline-more'), ...more.flatMap((text) => [element('span', {}, text), ' ']));
  const snapshot = feed?.snapshot;
  if (snapshot === undefined || chosen === undefined) {
    fill(byId('tiles'), ...EMPTY_TILES.map(tileNode));
    return;
  }
  words.show(controls(chosen, undefined));
  showAlarms(alarmWords(snapshot, writing));
  fill(byId('tiles'), ...tiles(snapshot, chosen, writing).map(tileNode));
  fill(byId('books'), ...bookNodes(bookLines(snapshot, undefined), deadLetterText(snapshot, undefined)));
  fill(byId('footer'), ...footerNodes(snapshot));
  byId('more').hidden = chosen.model.books.scored === 0;
  fill(byId('figures-title'), withUnits('All figures', feed?.units));
  // Units once, in the title.
  fill(
    byId('figures-table'),
    figureTableNode(figureTable(snapshot, choice, { ...writing, isUnitInTitle: true })),
  );
  byId('figures-csv').setAttribute('href', `figures.csv${writeChoice(choice)}`);
  byId('report').toggleAttribute('data-empty', chosen.model.books.scored === 0);
  byId('report').setAttribute('href', `report.html${writeChoice(choice)}`);
}

function showCharts(): void {
  if (document.hidden || !fontsAreLoaded) return;
  const all = panels(chosenNow(), { units: feed?.units, drift: feed?.drift });
  for (const panel of all) showPanel(panel);
  for (const [id, card] of cards) {
    if (all.some((panel) => panel.id === id)) continue;
    card.remove();
    cards.delete(id);
  }
  const cardsOf = (isFirst: boolean) =>
    all.filter((panel) => panel.isFirst === isFirst).flatMap(({ id }) => cards.get(id)?.element ?? []);
  arrange(byId('first'), cardsOf(true));
  arrange(byId('more'), [byId('figures'), ...cardsOf(false)]);
}

function showPanel({ id, title, instead, note = '', chart }: Panel): void {
  let card = cards.get(id);
  if (card === undefined) {
    card = new Card(id);
    cards.set(id, card);
  }
  const theme = dark.matches ? 'dark' : 'light';
  const query = writeChoice(choice);
  const dyed = theme === 'dark' ? `${query === '' ? '?' : `${query}&`}theme=dark` : query;
  card.show({
    title,
    instead,
    note,
    chart,
    look: { theme, standsAlone: false, locale: undefined, clock: 'local' },
    files: { path: `charts/${id}`, query: dyed },
  });
}

/** Puts these elements into a section, in this order; those that are there already stay as they are. */
function arrange(section: HTMLElement, elements: readonly HTMLElement[]): void {
  const isThere = elements.every((each, i) => section.children[i] === each);
  if (!isThere) section.append(...elements);
}

function chosenNow(): Chosen | undefined {
  return feed?.snapshot && choose(feed.snapshot, choice);
}
