import type { Chart } from '../charts/chart.ts';
import { element, fill } from './element.ts';
import { LiveChart } from './live-chart.ts';
import { tableOf } from './table.ts';

/** What a card shows now. */
export interface CardContent {
  readonly title: string;
  /** `undefined` before there is anything to draw. */
  readonly chart: Chart | undefined;
  /** What is said in its place. */
  readonly instead: string;
  /** Where its files are, without their ending, and the query that goes with them. */
  readonly files: { readonly path: string; readonly query: string };
}

/**
 * A chart in its card: title, downloads, and its numbers as a table, which takes the chart's very place, so that
 * nothing moves. For those who do not see it the chart is its summary.
 */
export class Card {
  readonly element: HTMLElement;
  readonly #title = element('h2');
  readonly #links: readonly (readonly [ending: string, link: HTMLAnchorElement])[];
  readonly #toggle = element('button', { type: 'button', 'aria-pressed': 'false' }, 'table');
  readonly #chart = element('div', { class: 'chart' });
  readonly #live = new LiveChart(this.#chart);
  readonly #place = element('div', { class: 'place' }, this.#chart);
  #content: CardContent | undefined;
  #isTable = false;
  #size: { readonly width: number; readonly height: number } | undefined;

  /** @param onResize told when its chart has to be drawn in another size */
  constructor(id: string, onResize: () => void) {
    this.#links = ['png', 'svg', 'csv'].map((ending) => [
      ending,
      element('a', { download: '' }, ending.toUpperCase()),
    ]);
    this.#title.id = `${id}-title`;
    this.element = element(
      'article',
      { id, class: 'card', 'aria-labelledby': this.#title.id },
      element(
        'header',
        {},
        this.#title,
        element('p', { class: 'downloads' }, ...this.#links.map(([, link]) => link), this.#toggle),
      ),
      this.#place,
    );
    new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = this.#place;
      if (this.#size?.width === width && this.#size.height === height) return;
      this.#size = { width, height };
      onResize();
    }).observe(this.#place);
    this.#toggle.addEventListener('click', () => {
      this.#isTable = !this.#isTable;
      this.#toggle.setAttribute('aria-pressed', String(this.#isTable));
      if (this.#content !== undefined) this.show(this.#content);
    });
  }

  /** Pixels that the chart has. Asking the browser for them each time would have it lay the page out anew. */
  get size(): { readonly width: number; readonly height: number } {
    return (this.#size ??= { width: this.#place.clientWidth, height: this.#place.clientHeight });
  }

  show(content: CardContent): void {
    this.#content = content;
    const { title, chart, instead, files } = content;
    if (this.#title.textContent !== title) this.#title.textContent = title;
    this.element.toggleAttribute('data-empty', chart === undefined);
    for (const [ending, link] of this.#links) {
      const href = `${files.path}.${ending}${files.query}`;
      if (link.getAttribute('href') !== href) link.setAttribute('href', href);
      link.setAttribute('aria-label', `${title} as ${ending.toUpperCase()}`);
    }
    this.#toggle.setAttribute('aria-label', `${title} as a table`);
    if (chart === undefined) this.#showInstead(element('p', { class: 'instead quiet' }, instead));
    else if (this.#isTable) this.#showInstead(tableOf(chart.table, title));
    else this.#showChart(chart);
  }

  /** Gives the chart back. */
  remove(): void {
    this.#live.clear();
    this.element.remove();
  }

  #showChart(chart: Chart): void {
    if (this.#chart.parentElement === null) this.#place.replaceChildren(this.#chart);
    this.#chart.setAttribute('role', 'img');
    this.#chart.setAttribute('aria-label', chart.summary);
    this.#live.show(chart);
  }

  #showInstead(node: Node): void {
    if (this.#chart.parentElement !== null) {
      this.#live.clear();
      this.#chart.remove();
    }
    const scrolled = this.#place.firstElementChild?.scrollTop ?? 0;
    fill(this.#place, node);
    if (this.#place.firstElementChild !== null) this.#place.firstElementChild.scrollTop = scrolled;
  }
}
