import { summaryOf } from '../stats/distribution-summary.ts';
import type { FeatureDistribution } from '../wire/features-snapshot.ts';
import type { Cell } from '../wire/records.ts';
import type { Table } from './predictor.ts';

/** Categories of a feature that are told apart; further ones count together. */
const CATEGORIES_MAX = 100;

/** Cells that are kept at most: of a wide table fewer rows. */
const CELLS_MAX = 2_000_000;

/**
 * The features of a bounded number of rows: the last ones, or a sample. Taking a table of numbers is one copy of
 * its values. A column in which a text ever stood has categories, and its numbers are texts too.
 */
export class FeatureRows {
  readonly width: number;
  /** Rows that it holds at most. */
  readonly rowsMax: number;
  readonly #values: Float64Array;
  /** When each row came. */
  readonly #timesMs: Float64Array;
  readonly #categories = new Map<number, Categories>();
  #count = 0;
  #next = 0;

  constructor(width: number, rowsWanted: number) {
    this.width = width;
    this.rowsMax = Math.max(1, Math.min(rowsWanted, Math.floor(CELLS_MAX / Math.max(1, width))));
    this.#values = new Float64Array(width * this.rowsMax);
    this.#timesMs = new Float64Array(this.rowsMax);
  }

  /** Rows that it holds. */
  get count(): number {
    return this.#count;
  }

  /** When the oldest of its rows came, or `undefined` without a row. */
  get fromMs(): number | undefined {
    return this.#count === 0 ? undefined : this.#timesMs[this.#count < this.rowsMax ? 0 : this.#next];
  }

  /** Takes rows of a table, refused ones left out; where it is full the oldest ones go. */
  append(table: Table, { from, to, atMs }: { from: number; to: number; atMs: number }): void {
    this.#openCategories(table);
    if (table.refused.size > 0 || this.#categories.size > 0) {
      for (let row = from; row < to; row++) {
        if (table.refused.has(row)) continue;
        this.#put(this.#next, table, row);
        this.#advance(1, atMs);
      }
      return;
    }
    // What would be pushed out again by the same table is not taken at all
    for (let row = Math.max(from, to - this.rowsMax); row < to;) {
      const rows = Math.min(to - row, this.rowsMax - this.#next);
      const { values, width } = table;
      this.#values.set(values.subarray(row * width, (row + rows) * width), this.#next * width);
      this.#advance(rows, atMs);
      row += rows;
    }
  }

  /** Puts a row of a table in the place of another, 0 ≤ place < count. */
  replace(place: number, table: Table, row: number): void {
    this.#openCategories(table);
    this.#put(place, table, row);
  }

  /** How one feature is distributed over the rows. */
  distribution(column: number): FeatureDistribution {
    const categories = this.#categories.get(column);
    if (categories !== undefined) return this.#categoryCounts(column, categories);
    const numbers = this.numbers(column);
    return { kind: 'number', ...summaryOf(numbers, this.#count - numbers.length) };
  }

  /** The numbers of one feature, ascending, without what is missing. */
  numbers(column: number): Float64Array {
    const numbers = new Float64Array(this.#count);
    let length = 0;
    for (let row = 0; row < this.#count; row++) {
      const value = this.#values[row * this.width + column]!;
      if (!Number.isNaN(value)) numbers[length++] = value;
    }
    return numbers.subarray(0, length).sort();
  }

  #advance(rows: number, atMs: number): void {
    this.#timesMs.fill(atMs, this.#next, this.#next + rows);
    this.#next = (this.#next + rows) % this.rowsMax;
    this.#count = Math.min(this.rowsMax, this.#count + rows);
  }

  #put(place: number, { values, cells, width }: Table, row: number): void {
    const [to, from] = [place * width, row * width];
    for (let column = 0; column < width; column++) this.#values[to + column] = values[from + column]!;
    for (const [column, categories] of this.#categories) {
      const cell = cells?.get(column)?.[row] ?? numberCell(values[from + column]!);
      this.#values[to + column] = cell === null ? NaN : categories.codeOf(String(cell));
    }
  }

  /** Columns in which a text stands for the first time; what was taken for numbers becomes texts. */
  #openCategories({ cells }: Table): void {
    if (cells === undefined) return;
    for (const [column, all] of cells) {
      if (this.#categories.has(column) || !all.some((cell) => typeof cell === 'string')) continue;
      const categories = new Categories();
      this.#categories.set(column, categories);
      for (let row = 0; row < this.#count; row++) {
        const at = row * this.width + column;
        const value = this.#values[at]!;
        if (!Number.isNaN(value)) this.#values[at] = categories.codeOf(String(value));
      }
    }
  }

  #categoryCounts(column: number, { labels }: Categories): FeatureDistribution {
    const counts = labels.map(() => 0);
    let [count, other] = [0, 0];
    for (let row = 0; row < this.#count; row++) {
      const code = this.#values[row * this.width + column]!;
      if (Number.isNaN(code)) continue;
      count++;
      if (code < labels.length) counts[code]!++;
      else other++;
    }
    return { kind: 'category', count, missing: this.#count - count, labels: [...labels], counts, other };
  }
}

function numberCell(value: number): Cell {
  return Number.isNaN(value) ? null : value;
}

/** The categories of one column, by code. */
class Categories {
  readonly labels: string[] = [];
  readonly #codes = new Map<string, number>();

  codeOf(label: string): number {
    const known = this.#codes.get(label);
    if (known !== undefined) return known;
    if (this.labels.length >= CATEGORIES_MAX) return CATEGORIES_MAX;
    this.#codes.set(label, this.labels.length);
    return this.labels.push(label) - 1;
  }
}
