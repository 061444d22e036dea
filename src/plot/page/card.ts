import type { Chart, ChartLook } from '../charts/chart.ts';
import { element, fill } from './element.ts';
import { LiveChart } from './live-chart.ts';
import { tableOf } from './table.ts';

/** What a card shows now. */
export interface CardContent {
  readonly title: string;
  /** `undefined` before there is anything to draw. */
  readonly chart: ((look: ChartLook) => Chart) | undefined;
  /** How, but for its size. */
  readonly look: Omit<ChartLook, 'width' | 'height'>;
  /** What is said in its place. */
  readonly instead: string;
  /** What is said below it; empty: nothing. */
  readonly note: string;
  /** Where its files are, without their ending, and the query that goes with them. */
  readonly files: { readonly path: string; readonly query: string };
}

/**
 * A chart in its card: title, downloads, and its numbers as a table, which takes the chart's very place, so that
 * nothing moves. For those who do not see it the chart is its summary. What is out of sight is not drawn.
 */
export class Card {
  readonly element: HTMLElement;
  readonly #title = element('h2');
  readonly #links: readonly (readonly [ending: string, link: HTMLAnchorElement])[];
  readonly #toggle = element('button', { type: 'button', 'aria-pressed': 'false' }, 'table');
  readonly #chart = element('div', { class: 'chart' });
  readonly #live = new LiveChart(this.#chart);
  readonly #place = element('div', { class: 'place' }, this.#chart);
  readonly #note = element('p', { class: 'note quiet' });
  readonly #watches: readonly { disconnect(): void }[];
  #content: CardContent | undefined;
  #isTable = false;
  #isInSight = false;
  /** Pixels. Asking the browser for them each time would have it lay the page out anew. */
  #size: { readonly width: number; readonly height: number } | undefined;

  constructor(id: string) {
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
      this.#note,
    );
    this.#toggle.addEventListener('click', () => {
      this.#isTable = !this.#isTable;
      this.#toggle.setAttribute('aria-pressed', String(this.#isTable));
      this.#draw();
    });
    this.#watches = [this.#watchSize(), this.#watchSight()];
  }

  /** Shows this from now on, at once where it is in sight. */
  show(content: CardContent): void {
    const isFirst = this.#content === undefined;
    this.#content = content;
    const { title, files, note } = content;
    if (this.#title.textContent !== title) this.#title.textContent = title;
    if (this.#note.textContent !== note) this.#note.textContent = note;
    for (const [ending, link] of this.#links) {
      setAttribute(link, 'href', `${files.path}.${ending}${files.query}`);
      setAttribute(link, 'aria-label', `${title} as ${ending.toUpperCase()}`);
    }
    setAttribute(this.#toggle, 'aria-label', `${title} as a table`);
    if (isFirst || this.#isInSight) this.#draw();
  }

  /** Gives everything back. */
  remove(): void {
    for (const watch of this.#watches) watch.disconnect();
    this.#live.clear();
    this.element.remove();
  }

  #watchSize(): ResizeObserver {
    const watch = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = this.#place;
      if (this.#size?.width === width && this.#size.height === height) return;
      this.#size = { width, height };
      this.#draw();
    });
    watch.observe(this.#place);
    return watch;
  }

  #watchSight(): IntersectionObserver {
    const watch = new IntersectionObserver(
      (entries) => {
        const isInSight = entries.at(-1)?.isIntersecting ?? false;
        if (isInSight && !this.#isInSight) this.#draw();
        this.#isInSight = isInSight;
      },
      { rootMargin: '100px' },
    );
    watch.observe(this.element);
    return watch;
  }

  #draw(): void {
    if (this.#content === undefined || this.#size === undefined) return;
    const { title, chart: make, look, instead } = this.#content;
    const chart = make?.({ ...look, ...this.#size });
    this.element.toggleAttribute('data-empty', chart === undefined);
    if (chart === undefined) this.#showInstead(element('p', { class: 'instead quiet' }, instead));
    else if (this.#isTable) this.#showInstead(tableOf(chart.table, title));
    else this.#showChart(chart);
  }

  #showChart(chart: Chart): void {
    if (this.#chart.parentElement === null) this.#place.replaceChildren(this.#chart);
    setAttribute(this.#chart, 'role', 'img');
    setAttribute(this.#chart, 'aria-label', chart.summary);
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

/** Touches nothing that is as it should be. */
function setAttribute(of: Element, name: string, value: string): void {
  if (of.getAttribute(name) !== value) of.setAttribute(name, value);
}
