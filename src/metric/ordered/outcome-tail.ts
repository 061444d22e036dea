import type { Value } from '../../wire/records.ts';
import type { PredictionSlot } from '../ledger/entry.ts';
import type { Outcome } from '../ledger/ledger.ts';

/** An outcome among the last: where it stands, and what figures want of it. */
export interface TailRow {
  /** Of the first truth. */
  readonly atMs: number;
  readonly key: string;
  readonly truth: Value;
  readonly value: Value;
  readonly proba: PredictionSlot['proba'];
  readonly interval: PredictionSlot['interval'];
  readonly baseline: PredictionSlot['baseline'];
  readonly absoluteError: number;
  readonly weight: number | undefined;
}

/**
 * The outcomes of one model with the latest first truth, of the same time those with the larger id.
 *
 * Rows lie in columns as they came, and are put in order when somebody looks: most never are among the last then. When the
 * columns are full those that can be among the last are told from the others, which takes some comparisons a row and no
 * sorting; from then on what lies before the first of them is not taken at all.
 */
export class OutcomeTail {
  readonly #max: number;
  readonly #room: number;
  readonly #atMs: number[] = [];
  readonly #key: string[] = [];
  readonly #truth: Value[] = [];
  readonly #value: Value[] = [];
  readonly #proba: TailRow['proba'][] = [];
  readonly #interval: TailRow['interval'][] = [];
  readonly #baseline: TailRow['baseline'][] = [];
  readonly #absoluteError: number[] = [];
  readonly #weight: TailRow['weight'][] = [];
  /** Rows in the columns; what lies behind them is none. */
  #count = 0;
  /** Whether the rows lie in their order, none twice. */
  #isInOrder = true;
  /** Rows that take the place of an earlier one, which is still there. */
  #revisions = 0;
  /** What lies before this place is not among the last. */
  #floorMs = -Infinity;
  #floorKey = '';

  /** @param max rows that count, at least 1 */
  constructor(max: number) {
    this.#max = max;
    this.#room = 4 * max + PIECE;
  }

  /** The next outcome, with its absolute error; a revision takes the place of what it revises. */
  put(outcome: Outcome, error: number): void {
    const { entry, prediction, truth, previous } = outcome;
    const { key } = entry;
    const atMs = firstTruthMs(outcome);
    if (atMs < this.#floorMs || (atMs === this.#floorMs && key < this.#floorKey)) return;
    if (previous !== undefined) this.#revisions++;
    const row = this.#place(atMs, key);
    this.#truth[row] = truth.value;
    this.#value[row] = prediction.value;
    this.#proba[row] = prediction.proba;
    this.#interval[row] = prediction.interval;
    this.#baseline[row] = prediction.baseline;
    this.#absoluteError[row] = error;
    this.#weight[row] = truth.weight ?? prediction.weight;
    if (this.#count >= this.#room) this.#drop();
  }

  /** As many rows as count will come from this time on: what lies before it is not taken. */
  passBefore(atMs: number): void {
    if (atMs <= this.#floorMs) return;
    this.#floorMs = atMs;
    this.#floorKey = '';
  }

  /** The last `count` rows, or as many as count, in their order. */
  last(count: number): TailRow[] {
    if (!this.#isInOrder) this.#arrange();
    const first = Math.max(0, this.#count - Math.min(count, this.#max));
    return Array.from({ length: this.#count - first }, (_, i) => this.#row(first + i));
  }

  /** A tail of the rows that `last` gave. */
  static from(rows: readonly TailRow[], max: number): OutcomeTail {
    const tail = new OutcomeTail(max);
    for (const each of rows) {
      const row = tail.#place(each.atMs, each.key);
      tail.#truth[row] = each.truth;
      tail.#value[row] = each.value;
      tail.#proba[row] = each.proba;
      tail.#interval[row] = each.interval;
      tail.#baseline[row] = each.baseline;
      tail.#absoluteError[row] = each.absoluteError;
      tail.#weight[row] = each.weight;
    }
    return tail;
  }

  #row(i: number): TailRow {
    return {
      atMs: this.#atMs[i]!,
      key: this.#key[i]!,
      truth: this.#truth[i]!,
      value: this.#value[i]!,
      proba: this.#proba[i],
      interval: this.#interval[i],
      baseline: this.#baseline[i],
      absoluteError: this.#absoluteError[i]!,
      weight: this.#weight[i],
    };
  }

  /** @returns where the other columns have the row */
  #place(atMs: number, key: string): number {
    const row = this.#count++;
    this.#atMs[row] = atMs;
    this.#key[row] = key;
    if (this.#isInOrder && row > 0) this.#isInOrder = this.#isBefore(row - 1, row);
    return row;
  }

  /** Rows that cannot be among the last go. */
  #drop(): void {
    // Of those of one place only the last one counts.
    if (this.#revisions > 0) this.#arrange();
    const first = this.#count - this.#max;
    if (first <= 0) return;
    const order = indices(this.#count);
    if (!this.#isInOrder) this.#select(order, first);
    this.#floor(order[first]!);
    this.#keep(order.subarray(first));
    if (!this.#isInOrder) this.#isInOrder = this.#areInOrder();
  }

  #floor(row: number): void {
    if (this.#atMs[row]! < this.#floorMs) return;
    this.#floorMs = this.#atMs[row]!;
    this.#floorKey = this.#key[row]!;
  }

  /** Brings the rows into their order; of those of one place the last one stays. */
  #arrange(): void {
    const order = indices(this.#count);
    order.sort((a, b) => (this.#isBefore(a, b) ? -1 : this.#isBefore(b, a) ? 1 : a - b));
    const standing =
      this.#revisions === 0
        ? order
        : order.filter((row, i) => i + 1 === order.length || this.#isBefore(row, order[i + 1]!));
    this.#keep(standing);
    this.#isInOrder = true;
    this.#revisions = 0;
  }

  #areInOrder(): boolean {
    for (let row = 1; row < this.#count; row++) if (!this.#isBefore(row - 1, row)) return false;
    return true;
  }

  #isBefore(a: number, b: number): boolean {
    const atMs = this.#atMs[a]!;
    const otherMs = this.#atMs[b]!;
    return atMs === otherMs ? this.#key[a]! < this.#key[b]! : atMs < otherMs;
  }

  /**
   * Brings the row that belongs to a place there, what is before it before and what is behind it behind.
   *
   * @see Hoare (1961), Algorithm 65: Find, doi:10.1145/366622.366647
   */
  #select(order: Uint32Array, place: number): void {
    let left = 0;
    let right = order.length - 1;
    while (left < right) {
      const pivot = order[(left + right) >>> 1]!;
      let i = left;
      let j = right;
      while (i <= j) {
        while (this.#isBefore(order[i]!, pivot)) i++;
        while (this.#isBefore(pivot, order[j]!)) j--;
        if (i > j) break;
        const swapped = order[i]!;
        order[i++] = order[j]!;
        order[j--] = swapped;
      }
      if (place <= j) right = j;
      else if (place >= i) left = i;
      else return;
    }
  }

  /** What lies behind the rows that stay is written over later: columns that shrank would have to be made again. */
  #keep(order: Uint32Array): void {
    const isShift = this.#isInOrder;
    for (const column of this.#columns()) {
      const before = isShift ? column : column.slice(0, this.#count);
      for (let i = 0; i < order.length; i++) column[i] = before[order[i]!];
    }
    this.#count = order.length;
  }

  #columns(): unknown[][] {
    return [
      this.#atMs,
      this.#key,
      this.#truth,
      this.#value,
      this.#proba,
      this.#interval,
      this.#baseline,
      this.#absoluteError,
      this.#weight,
    ];
  }
}

/** The place of an outcome among the others: the time of its first truth. */
export function firstTruthMs({ entry, truth }: Pick<Outcome, 'entry' | 'truth'>): number {
  return (entry.truth?.versions[0] ?? truth).atMs;
}

function indices(length: number): Uint32Array {
  const all = new Uint32Array(length);
  for (let i = 0; i < length; i++) all[i] = i;
  return all;
}

/** More rows than four times the last before some go. */
const PIECE = 64;
