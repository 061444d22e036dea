import { type AsymptoticState, asymptoticSequence } from '../../stats/asymptotic-sequence.ts';
import type { SliceSnapshot } from '../../wire/snapshot.ts';
import { REST } from '../ledger/slices.ts';
import type { LogRow } from '../log/log-reader.ts';
import { ALPHA } from '../ordered/intervals.ts';

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
  add({ truth, prediction, absoluteError }: LogRow, codes: readonly number[]): void {
    const isNumber = typeof truth === 'number' && typeof prediction === 'number';
    const error = isNumber ? Math.abs(truth - prediction) : absoluteError;
    for (const [n, column] of this.#columns.entries()) column.add(codes[n]!, error);
  }

  /**
   * Column by column, the worst value of each first, then what has no slice of its own. Intervals hold for all slices of a
   * column together.
   *
   * @param rows visits for the nth column the code and the absolute error of each last row
   */
  shown(rows: (n: number, visit: (code: number, error: number) => void) => void): SliceSnapshot[] {
    return this.#columns.flatMap((column, n) => column.shown((visit) => rows(n, visit)));
  }
}

class LogSlice {
  readonly #tag: string;
  readonly #codes = new Map<string, number>();
  /** By code: the errors of first rows in their order, for the intervals. */
  readonly #errors: AsymptoticState[] = [];
  readonly #sequence = sequenceOf(ALPHA);

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

  add(code: number, error: number): void {
    if (code !== 0) this.#sequence.add((this.#errors[code] ??= this.#sequence.empty()), error);
  }

  shown(rows: (visit: (code: number, error: number) => void) => void): SliceSnapshot[] {
    const [sums, counts] = [new Float64Array(REST_CODE + 1), new Float64Array(REST_CODE + 1)];
    rows((code, error) => {
      sums[code]! += error;
      counts[code]! += 1;
    });
    const names = [...this.#codes.keys()].map((value, i) => ({ value, code: i + 1 }));
    const sequence = sequenceOf(ALPHA / Math.max(1, names.length));
    const slice = (value: string, code: number): SliceSnapshot => {
      const state = this.#errors[code];
      const interval = state && sequence.interval(state);
      const mae = {
        value: sums[code]! / counts[code]!,
        ...(interval && {
          ...interval,
          low: Math.max(0, interval.low),
          level: 1 - ALPHA,
          method: sequence.method,
        }),
      };
      return { tag: this.#tag, value, predictions: counts[code]!, scored: counts[code]!, figures: { mae } };
    };
    const shown = names
      .filter(({ code }) => counts[code]! > 0)
      .map(({ value, code }) => slice(value, code))
      .sort((a, b) => b.figures['mae']!.value - a.figures['mae']!.value);
    return counts[REST_CODE] === 0 ? shown : [...shown, { ...slice(REST, REST_CODE), rest: true }];
  }
}

/** Values with figures of their own; a column with more is none to tell rows apart by. */
const SLICES_MAX = 1_000;
const REST_CODE = SLICES_MAX + 1;

const sequenceOf = (alpha: number) => asymptoticSequence({ alpha, tightestAt: 1_000, firstLook: 100 });
