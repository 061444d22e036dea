import { RegressionBlock } from '../../stats/regression-block.ts';
import type { StateReader, StateWriter } from '../../stats/state-bytes.ts';
import type { FigureSet, Row } from './figure-set.ts';
import { emptySet, readSet } from './set-of-task.ts';
import type { FigureSettings } from './figure-settings.ts';
import { KeptNames } from '../ledger/kept-names.ts';
import type { LedgerTask } from '../ledger/ledger.ts';
import { RegressionSet, fitsBlock, putInBlock } from './regression-set.ts';

/** The linear figures of the values of one tag: a set for each, and one for all that are too many. */
export class SliceFigures {
  readonly tag: string;
  readonly #task: LedgerTask;
  readonly #settings: FigureSettings;
  readonly #names: KeptNames;
  readonly #sets = new Map<string, FigureSet>();
  #rest: FigureSet | undefined;
  /** Rows that came and are in no set yet, each with its value: whatever reads settles first. */
  readonly #block = new RegressionBlock();
  readonly #values: string[] = [];

  constructor(tag: string, task: LedgerTask, settings: FigureSettings) {
    this.tag = tag;
    this.#task = task;
    this.#settings = settings;
    this.#names = new KeptNames(settings.slicesMax);
  }

  put(value: string, row: Row, sign: 1 | -1): void {
    if (sign === 1 && this.#task === 'regression' && fitsBlock(row.prediction, row.truth, row.weight)) {
      if (!this.#block.hasRoom(row.prediction.baseline !== undefined)) this.#settle();
      putInBlock(this.#block, row.prediction, row.truth);
      this.#values.push(value);
      return;
    }
    this.#settle();
    this.#keep(value);
    this.#set(value).put(row, sign);
  }

  /** Adds all of another writer's, which stay as they are. */
  merge(other: SliceFigures): void {
    this.#settle();
    other.#settle();
    for (const value of other.#names) this.#keep(value);
    for (const [value, set] of other.#sets) this.#set(value).merge(set);
    if (other.#rest !== undefined) this.#others().merge(other.#rest);
  }

  /** The values that have a set, and those of the rest under `undefined`, where there are some. */
  *list(): Iterable<readonly [value: string | undefined, set: FigureSet]> {
    this.#settle();
    yield* this.#sets;
    if (this.#rest !== undefined) yield [undefined, this.#rest];
  }

  write(writer: StateWriter): void {
    this.#settle();
    writer.integer(this.#names.size);
    for (const value of this.#names) {
      writer.text(value);
      this.#set(value).write(writer);
    }
    writer.integer(this.#rest === undefined ? 0 : 1);
    this.#rest?.write(writer);
  }

  /** Reads what `write` wrote into empty ones. */
  read(reader: StateReader): void {
    for (let left = reader.integer(); left > 0; left--) {
      const value = reader.text();
      this.#names.take(value);
      this.#sets.set(value, readSet(reader, this.#task, this.#settings));
    }
    if (reader.integer() === 1) this.#rest = readSet(reader, this.#task, this.#settings);
  }

  /** The rows of each value are added together. Which values are kept does not depend on the order in which they come. */
  #settle(): void {
    if (this.#values.length === 0) return;
    const rowsOf = new Map<string, number[]>();
    for (const [row, value] of this.#values.entries()) {
      const rows = rowsOf.get(value);
      if (rows === undefined) rowsOf.set(value, [row]);
      else rows.push(row);
    }
    for (const value of rowsOf.keys()) this.#keep(value);
    for (const [value, rows] of rowsOf) {
      OF_VALUE.clear();
      for (const row of rows) OF_VALUE.take(this.#block, row);
      const set = this.#set(value);
      if (!(set instanceof RegressionSet)) throw new RangeError('Cannot add numbers to figures of classes');
      set.putBlock(OF_VALUE);
    }
    this.#block.clear();
    this.#values.length = 0;
  }

  /** A value came: where it is kept and another gives way to it, that one goes to the rest. */
  #keep(value: string): void {
    const gone = this.#names.take(value);
    const set = gone === undefined ? undefined : this.#sets.get(gone);
    if (gone === undefined || set === undefined) return;
    this.#sets.delete(gone);
    this.#others().merge(set);
  }

  #set(value: string): FigureSet {
    let set = this.#sets.get(value);
    if (set !== undefined) return set;
    if (!this.#names.has(value)) return this.#others();
    this.#sets.set(value, (set = emptySet(this.#task, this.#settings)));
    return set;
  }

  #others(): FigureSet {
    this.#rest ??= emptySet(this.#task, this.#settings);
    return this.#rest;
  }
}

/** The rows of one value, while they are added. */
const OF_VALUE = new RegressionBlock();
