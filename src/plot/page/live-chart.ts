import * as vega from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile } from 'vega-lite';
import type { Chart } from '../charts/chart.ts';
import { element } from './element.ts';

/**
 * A chart that follows its data. It is compiled when its look changes and otherwise only given other rows,
 * which costs a tenth. Expressions are interpreted, never compiled: the page's security policy forbids that.
 */
export class LiveChart {
  readonly #parent: HTMLElement;
  #view: vega.View | undefined;
  #look = '';
  readonly #rows = new Map<string, string>();
  #showing: Promise<void> = Promise.resolve();

  constructor(parent: HTMLElement) {
    this.#parent = parent;
  }

  /** Shows the chart, or `instead` where there is none yet. Drawn one after the other. */
  show(chart: Chart | undefined, instead: string): Promise<void> {
    this.#showing = this.#showing.then(() =>
      chart === undefined ? this.#clear(instead) : this.#draw(chart),
    );
    return this.#showing;
  }

  #clear(instead: string): void {
    this.#view?.finalize();
    this.#view = undefined;
    this.#look = '';
    this.#parent.removeAttribute('role');
    this.#parent.removeAttribute('aria-label');
    if (this.#parent.textContent !== instead) this.#parent.replaceChildren(element('p', {}, instead));
  }

  async #draw({ spec, data, summary }: Chart): Promise<void> {
    const look = JSON.stringify(spec);
    if (look !== this.#look) {
      this.#view?.finalize();
      this.#rows.clear();
      this.#parent.replaceChildren();
      const compiled = compile({
        ...spec,
        datasets: Object.fromEntries(Object.keys(data).map((name) => [name, []])),
      });
      this.#view = new vega.View(vega.parse(compiled.spec, undefined, { ast: true }), {
        renderer: 'canvas',
        container: this.#parent,
        expr: expressionInterpreter,
        hover: false,
      });
      this.#look = look;
    }
    let isNew = false;
    for (const [name, rows] of Object.entries(data)) {
      const text = JSON.stringify(rows);
      if (text === this.#rows.get(name)) continue;
      this.#rows.set(name, text);
      this.#view?.data(name, rows as object[]);
      isNew = true;
    }
    this.#parent.setAttribute('role', 'img');
    this.#parent.setAttribute('aria-label', summary);
    if (isNew) await this.#view?.runAsync();
  }
}
