import type { StateReader, StateWriter } from '../../stats/state-bytes.ts';
import type { Window } from '../../wire/window.ts';
import type { FigureSettings } from './figure-settings.ts';
import type { FigureSet } from './figure-set.ts';
import { emptySet, readSet } from './set-of-task.ts';
import type { LedgerTask } from '../ledger/ledger.ts';
import { type TimeCell, TimeCells } from '../ledger/time-cells.ts';

/** What a window of event time holds, and which time it covers. */
export interface Spanned {
  readonly fromMs: number;
  readonly toMs: number;
  readonly set: FigureSet;
}

/**
 * All figures in cells of event time: an outcome goes into one cell, and every window is some cells together. They
 * end with the newest outcome, not with a clock.
 */
export class FigureCells {
  readonly #task: LedgerTask;
  readonly #settings: FigureSettings;
  readonly #cells: TimeCells<FigureSet>;

  constructor(task: LedgerTask, settings: FigureSettings) {
    this.#task = task;
    this.#settings = settings;
    this.#cells = new TimeCells({
      empty: () => emptySet(task, settings),
      merge: (into, from) => into.merge(from),
    });
  }

  /** The figures of outcomes at this time, to be changed in place. */
  at(timeMs: number): FigureSet {
    return this.#cells.at(timeMs);
  }

  /** Whether a time belongs to the cell that was asked for last. */
  isInLast(timeMs: number): boolean {
    return this.#cells.isInLast(timeMs);
  }

  /** Oldest first. */
  list(): TimeCell<FigureSet>[] {
    return this.#cells.list();
  }

  /** All outcomes from a time on, to below another; both lie between two cells. */
  from(fromMs: number, toMs = Infinity): FigureSet {
    const all = emptySet(this.#task, this.#settings);
    for (const cell of this.list()) if (cell.fromMs >= fromMs && cell.toMs <= toMs) all.merge(cell.cell);
    return all;
  }

  /**
   * The outcomes of a window; `undefined` before one.
   * - Sliding: as many whole cells, up to the newest, as its span has room for.
   * - Tumbling: the last one that has ended, or the first one while it has not.
   */
  window(window: Window & { readonly kind: 'sliding' | 'tumbling' }): Spanned | undefined {
    const { newestMs } = this.#cells;
    if (newestMs === -Infinity) return undefined;
    const { spanMs } = window;
    if (window.kind === 'sliding') {
      const { toMs } = this.#cells.spanOf(newestMs);
      const fromMs = this.#cells.startFrom(toMs - spanMs);
      return { fromMs, toMs, set: this.from(fromMs) };
    }
    const runningMs = Math.floor(newestMs / spanMs) * spanMs;
    const ended = this.from(runningMs - spanMs, runningMs);
    if (ended.scored > 0) return { fromMs: runningMs - spanMs, toMs: runningMs, set: ended };
    return { fromMs: runningMs, toMs: runningMs + spanMs, set: this.from(runningMs) };
  }

  merge(other: FigureCells): void {
    this.#cells.merge(other.#cells);
  }

  write(writer: StateWriter): void {
    const cells = this.list();
    writer.double(this.#cells.newestMs);
    writer.integer(cells.length);
    for (const { fromMs, cell } of cells) {
      writer.double(fromMs);
      cell.write(writer);
    }
  }

  /** Reads what `write` wrote into empty ones. */
  read(reader: StateReader): void {
    const newestMs = reader.double();
    const cells: [number, FigureSet][] = [];
    for (let left = reader.integer(); left > 0; left--) {
      cells.push([reader.double(), readSet(reader, this.#task, this.#settings)]);
    }
    this.#cells.restore(newestMs, cells);
  }
}
