import * as vega from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile } from 'vega-lite';
import type { Chart } from '../charts/chart.ts';

/**
 * A chart that follows its data. It is compiled when its look changes and otherwise only given other rows,
 * which costs a tenth. Expressions are interpreted, never compiled: the page's security policy forbids that.
 */
export class LiveChart {
  readonly #parent: HTMLElement;
  #view: vega.View | undefined;
  #look = '';
  readonly #rows = new Map<string, string>();
  #wanted: Chart | undefined;
  #isDrawing = false;

  constructor(parent: HTMLElement) {
    this.#parent = parent;
  }

  /** Shows the chart. Where drawing takes longer than the next one is away, those between are left out. */
  show(chart: Chart): void {
    this.#wanted = chart;
    if (!this.#isDrawing) void this.#drawWanted();
  }

  /** Takes the chart off its element. */
  clear(): void {
    this.#wanted = undefined;
    this.#view?.finalize();
    this.#view = undefined;
    this.#look = '';
    this.#rows.clear();
    this.#parent.replaceChildren();
  }

  async #drawWanted(): Promise<void> {
    this.#isDrawing = true;
    try {
      while (this.#wanted !== undefined) {
        const chart = this.#wanted;
        this.#wanted = undefined;
        await this.#draw(chart);
      }
    } finally {
      this.#isDrawing = false;
    }
  }

  async #draw({ spec, data }: Chart): Promise<void> {
    const look = JSON.stringify(spec);
    if (look !== this.#look) {
      this.#view?.finalize();
      this.#rows.clear();
      const names = Object.keys(data);
      const compiled = compile({ ...spec, datasets: Object.fromEntries(names.map((name) => [name, []])) });
      this.#parent.replaceChildren();
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
      this.#view?.data(name, [...rows]);
      isNew = true;
    }
    if (isNew) await this.#view?.runAsync();
  }
}
