import {
  type ExactMean,
  addAllToMean,
  addToMean,
  emptyMean,
  meanOf,
  mergeMean,
  readMean,
  writeMean,
} from '../../stats/exact-mean.ts';
import type { StateReader, StateWriter } from '../../stats/state-bytes.ts';
import { type TimeCell, TimeCells } from '../ledger/time-cells.ts';

/** Outcomes of one cell of time. */
export interface ErrorCell {
  /** Predictions that are scored, whatever their weight. */
  readonly scored: number;
  /** Mean absolute error; `undefined` where all weights are 0. */
  readonly mae: number | undefined;
}

/** Absolute errors by time: of the prediction (cohorts), or of the truth (arrivals). What is added can be taken out again. */
export class ErrorCells {
  readonly #cells = new TimeCells<Sums>({
    empty: () => ({ scored: 0, error: emptyMean() }),
    merge: (into, from) => {
      into.scored += from.scored;
      mergeMean(into.error, from.error);
    },
  });

  /** @param outcome.sign 1 to add it, −1 to take it out */
  put(
    timeMs: number,
    outcome: { readonly error: number; readonly weight: number; readonly sign: 1 | -1 },
  ): void {
    const cell = this.#cells.at(timeMs);
    cell.scored += outcome.sign;
    if (outcome.weight > 0) addToMean(cell.error, outcome.error, outcome.weight, outcome.sign);
  }

  /** Whether a time belongs to the cell that was asked for last. */
  isInLast(timeMs: number): boolean {
    return this.#cells.isInLast(timeMs);
  }

  /** Makes the cell of a time the one that was asked for last. */
  open(timeMs: number): void {
    this.#cells.at(timeMs);
  }

  /** Adds the first `count` errors, of weight 1, all in the cell of a time that is the latest of theirs. */
  putAll(timeMs: number, errors: Float64Array, count: number): void {
    const cell = this.#cells.at(timeMs);
    cell.scored += count;
    addAllToMean(cell.error, errors, count);
  }

  /** Oldest first, as these cells lie; a cell that all was taken out of is left out. */
  list(): TimeCell<ErrorCell>[] {
    return this.within((timeMs) => this.#cells.spanOf(timeMs));
  }

  /** The same in the cells of another, none of which is finer. */
  within(
    spanOf: (timeMs: number) => { readonly fromMs: number; readonly toMs: number },
  ): TimeCell<ErrorCell>[] {
    const found = new Map<number, { readonly toMs: number; readonly sums: Sums }>();
    for (const { fromMs, cell } of this.#cells.list()) {
      const span = spanOf(fromMs);
      let there = found.get(span.fromMs);
      if (there === undefined)
        found.set(span.fromMs, (there = { toMs: span.toMs, sums: { scored: 0, error: emptyMean() } }));
      there.sums.scored += cell.scored;
      mergeMean(there.sums.error, cell.error);
    }
    return [...found]
      .filter(([, { sums }]) => sums.scored > 0)
      .map(([fromMs, { toMs, sums }]) => ({
        fromMs,
        toMs,
        cell: { scored: sums.scored, mae: meanOf(sums.error) },
      }));
  }

  /** Adds all of `other`, which stays as it is. */
  merge(other: ErrorCells): void {
    this.#cells.merge(other.#cells);
  }

  write(writer: StateWriter): void {
    const cells = this.#cells.list();
    writer.double(this.#cells.newestMs);
    writer.integer(cells.length);
    for (const { fromMs, cell } of cells) {
      writer.double(fromMs);
      writer.integer(cell.scored);
      writeMean(writer, cell.error);
    }
  }

  static read(reader: StateReader): ErrorCells {
    const made = new ErrorCells();
    const newestMs = reader.double();
    const cells: [number, Sums][] = [];
    for (let left = reader.integer(); left > 0; left--) {
      cells.push([reader.double(), { scored: reader.integer(), error: readMean(reader) }]);
    }
    made.#cells.restore(newestMs, cells);
    return made;
  }
}

interface Sums {
  scored: number;
  error: ExactMean;
}
