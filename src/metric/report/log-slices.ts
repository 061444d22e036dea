import type { AsymptoticState } from '../../stats/asymptotic-sequence.ts';
import type { Figures } from '../../stats/figure.ts';
import type { SliceSnapshot } from '../../wire/snapshot.ts';
import { ClassSet } from '../figures/class-set.ts';
import { NO_FURTHER_FIGURES } from '../figures/figure-settings.ts';
import { REST } from '../ledger/slices.ts';
import type { LogRow } from '../log/log-reader.ts';
import { ALPHA } from '../ordered/intervals.ts';
import {
  type ClassSequences,
  classIntervals,
  emptyClassSequences,
  maeInterval,
  observeClass,
} from '../ordered/loss-sequences.ts';
import { attached } from '../ordered/population.ts';
import { MOMENTS } from '../ordered/sequence-levels.ts';
import { mainFigures } from '../snapshot/shown-slices.ts';

/** The slices of a log: by the values of some of its columns, or of tags in its column `tags`. */
export class LogSlices {
  readonly #columns: readonly LogSlice[];
  readonly #codes: number[];

  constructor(names: readonly string[]) {
    this.#columns = names.map((name) => new LogSlice(name));
    this.#codes = names.map(() => 0);
  }

  /** For each column 1 and up, or 0 for a row that has no value. Good until the next call. */
  codesOf(values: readonly (string | undefined)[]): readonly number[] {
    for (const [n, column] of this.#columns.entries()) this.#codes[n] = column.codeOf(values[n]);
    return this.#codes;
  }

  /** The first row of an id, with its codes. */
  add(row: LogRow, codes: readonly number[]): void {
    for (const [n, column] of this.#columns.entries()) column.add(codes[n]!, row);
  }

  /**
   * Column by column, the worst value of each first, then what has no slice of its own. Intervals hold for all slices of a
   * column together.
   *
   * @param rows visits for the nth column the code of each last row, and the row
   * @param classes where it is a log of classes
   */
  shown(rows: (n: number, visit: VisitRow) => void, classes: SliceClasses | undefined): SliceSnapshot[] {
    return this.#columns.flatMap((column, n) => column.shown((visit) => rows(n, visit), classes));
  }
}

type VisitRow = (code: number, truth: number, prediction: number, absoluteError: number) => void;

/** How rows of classes are read. */
export interface SliceClasses {
  /** All of the log. */
  readonly labels: readonly string[];
  readonly labelOf: (value: number) => string;
  /** Probabilities came along: that of the truth is 1 − absolute_error. */
  readonly graded: boolean;
  /** As of `ReportOptions`. */
  readonly beta: number | undefined;
}

class LogSlice {
  readonly #tag: string;
  readonly #codes = new Map<string, number>();
  /** By code, of first rows in their order, for the intervals: their errors, and what they are as classes. */
  readonly #errors: AsymptoticState[] = [];
  readonly #classes: ClassSequences[] = [];

  constructor(tag: string) {
    this.#tag = tag;
  }

  codeOf(value: string | undefined): number {
    if (value === undefined || value === '') return 0;
    const known = this.#codes.get(value);
    if (known !== undefined) return known;
    if (this.#codes.size >= SLICES_MAX) return REST_CODE;
    this.#codes.set(value, this.#codes.size + 1);
    return this.#codes.size;
  }

  add(code: number, { truth, prediction, absoluteError }: LogRow): void {
    if (code === 0) return;
    const isNumber = typeof truth === 'number' && typeof prediction === 'number';
    const error = isNumber ? Math.abs(truth - prediction) : absoluteError;
    MOMENTS.add((this.#errors[code] ??= MOMENTS.empty()), error);
    if (absoluteError > 1) return;
    const state = (this.#classes[code] ??= emptyClassSequences({}));
    observeClass(state, { isRight: truth === prediction, absoluteError, logLoss: undefined }, {});
  }

  shown(rows: (visit: VisitRow) => void, classes: SliceClasses | undefined): SliceSnapshot[] {
    const names = [...this.#codes].map(([value, code]) => ({ value, code }));
    const alpha = ALPHA / Math.max(1, names.length);
    const all = classes === undefined ? this.#ofNumbers(rows, alpha) : this.#ofClasses(rows, alpha, classes);
    const slice = (value: string, code: number): SliceSnapshot[] => {
      const { count, figures } = all(code);
      return count === 0 ? [] : [{ tag: this.#tag, value, predictions: count, scored: count, figures }];
    };
    const rest = slice(REST, REST_CODE).map((each) => ({ ...each, rest: true as const }));
    return [
      ...names
        .flatMap(({ value, code }) => slice(value, code))
        .sort((a, b) => b.figures['mae']!.value - a.figures['mae']!.value),
      ...rest,
    ];
  }

  #ofNumbers(rows: (visit: VisitRow) => void, alpha: number): (code: number) => SliceFigures {
    const [sums, counts] = [new Float64Array(REST_CODE + 1), new Float64Array(REST_CODE + 1)];
    rows((code, truth, prediction) => {
      sums[code]! += Math.abs(prediction - truth);
      counts[code]! += 1;
    });
    return (code) => {
      const state = this.#errors[code];
      const interval = state && maeInterval(state, alpha);
      const value = sums[code]! / counts[code]!;
      return {
        count: counts[code]!,
        figures: { mae: { value, ...(interval && { ...interval, level: 1 - ALPHA }) } },
      };
    };
  }

  #ofClasses(
    rows: (visit: VisitRow) => void,
    alpha: number,
    { labels, labelOf, graded, beta }: SliceClasses,
  ): (code: number) => SliceFigures {
    const sets: ClassSet[] = [];
    rows((code, truth, prediction, absoluteError) => {
      if (code === 0) return;
      const label = labelOf(truth);
      // Of more classes only the probability of the true one is known.
      const other = labels.length === 2 ? labels.find((each) => each !== label) : undefined;
      const proba = {
        [label]: 1 - absoluteError,
        ...(other !== undefined && { [other]: absoluteError }),
      };
      const set = (sets[code] ??= new ClassSet({ ...NO_FURTHER_FIGURES, beta }));
      const predicted = { value: labelOf(prediction), interval: undefined, baseline: undefined };
      const row = {
        prediction: { ...predicted, proba: graded ? proba : undefined },
        truth: { value: label },
      };
      set.put({ ...row, absoluteError, weight: undefined }, 1);
    });
    return (code) => {
      const [set, state] = [sets[code], this.#classes[code]];
      if (set === undefined || state === undefined) return { count: 0, figures: {} };
      const found = { ...classIntervals(state, alpha, {}) };
      // The sum over many classes goes beyond 1.
      if (labels.length > 2) delete found['brier'];
      const levelled = Object.entries(found).map(([name, each]) => [
        name,
        each && { ...each, level: 1 - ALPHA },
      ]);
      const figures = attached(mainFigures(set.values()), Object.fromEntries(levelled) as typeof found);
      return { count: set.scored, figures };
    };
  }
}

interface SliceFigures {
  /** Last rows. */
  readonly count: number;
  readonly figures: Figures;
}

/** Values with figures of their own; a column with more is none to tell rows apart by. */
const SLICES_MAX = 1_000;
const REST_CODE = SLICES_MAX + 1;
