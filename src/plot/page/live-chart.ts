import * as vega from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile } from 'vega-lite';
import type { Chart } from '../charts/chart.ts';
import { element } from './element.ts';

/** Vega holds on to much of what it drew before: a view that was given other rows so often makes room for a new one. */
const EXCHANGES_MAX = 60;

/** A view, and what it shows. */
interface Shown {
  readonly look: string;
  readonly view: vega.View;
  /** JSON of the rows of each data set. */
  readonly rows: Map<string, string>;
  exchanges: number;
}

/**
 * A chart that follows its data. It is compiled when its look changes and otherwise only given other rows,
 * which costs a tenth. Expressions are interpreted, never compiled: the page's security policy forbids that.
 */
export class LiveChart {
  readonly #parent: HTMLElement;
  #compiled: { readonly look: string; readonly runtime: vega.Runtime } | undefined;
  #shown: Shown | undefined;
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
    this.#shown?.view.finalize();
    this.#shown = undefined;
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
    const shown = this.#shown;
    if (shown === undefined || shown.look !== look || shown.exchanges >= EXCHANGES_MAX) {
      await this.#renew(this.#runtimeOf(look, spec, data), look, data);
    } else if (exchange(shown, data)) {
      shown.exchanges++;
      await shown.view.runAsync();
    }
  }

  #runtimeOf(look: string, spec: Chart['spec'], data: Chart['data']): vega.Runtime {
    if (this.#compiled?.look !== look) {
      const datasets = Object.fromEntries(Object.keys(data).map((name) => [name, []]));
      const runtime = vega.parse(compile({ ...spec, datasets }).spec, undefined, { ast: true });
      this.#compiled = { look, runtime };
    }
    return this.#compiled.runtime;
  }

  /** Draws out of sight, then takes the place of what was there: nothing flickers. */
  async #renew(runtime: vega.Runtime, look: string, data: Chart['data']): Promise<void> {
    const place = element('div');
    const view = new vega.View(runtime, {
      renderer: 'canvas',
      container: place,
      expr: expressionInterpreter,
      hover: false,
    });
    const before = this.#shown;
    const shown: Shown = { look, view, rows: new Map(), exchanges: 0 };
    this.#shown = shown;
    exchange(shown, data);
    await view.runAsync();
    before?.view.finalize();
    // It may have been cleared meanwhile.
    if (this.#shown === shown) this.#parent.replaceChildren(place);
  }
}

/** Gives the view the rows that are not as they were; false where all are. */
function exchange({ view, rows: before }: Shown, data: Chart['data']): boolean {
  let isNew = false;
  for (const [name, rows] of Object.entries(data)) {
    const text = JSON.stringify(rows);
    if (text === before.get(name)) continue;
    before.set(name, text);
    view.data(name, [...rows]);
    isNew = true;
  }
  return isNew;
}
