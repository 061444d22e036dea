import type { Dataset } from './dataset.ts';
import type { RefusedRow, Row } from './rows.ts';
import { sequence, type Block } from './sequence.ts';
import type { DatasetSettings, FeaturesLimits } from './settings.ts';
import type { Upcoming } from './timeline.ts';

/** The next rows of a run: made available block by block, taken one by one. */
export class RowCursor {
  readonly #dataset: Dataset;
  readonly #settings: DatasetSettings;
  readonly #passes: number | undefined;
  readonly #blocks: AsyncGenerator<Block, void, void>;
  readonly #knownRowsPerPass: number | undefined;
  #block: Block | undefined;
  #at = 0;
  #ended = false;
  #seq: number;

  /** @param start the first row, and the rows of the file where an earlier process counted them */
  constructor(
    dataset: Dataset,
    settings: DatasetSettings,
    start: { seq: number; rowsPerPass: number | undefined; limits: FeaturesLimits },
  ) {
    this.#dataset = dataset;
    this.#settings = settings;
    // Times cannot repeat
    this.#passes = settings.time === undefined ? settings.passes : 1;
    const { shuffleRowsMax } = start.limits;
    this.#blocks = sequence(dataset, { ...settings, passes: this.#passes, shuffleRowsMax }, start);
    this.#knownRowsPerPass = start.rowsPerPass;
    this.#seq = start.seq;
  }

  /** Place in the run of the next row; counts from 0, over all passes. */
  get seq(): number {
    return this.#seq;
  }

  /** There are no more rows. */
  get hasEnded(): boolean {
    return this.#ended;
  }

  /** The rows at hand, or `undefined` when there are none. */
  get upcoming(): Upcoming | undefined {
    return this.#block && { rows: this.#block.rows, at: this.#at };
  }

  /** How many rows are at hand. */
  get available(): number {
    const left = (this.#block?.rows.length ?? 0) - this.#at;
    return Math.min(left, (this.#settings.rows ?? Infinity) - this.#seq);
  }

  /** The pass of the rows at hand. */
  get pass(): number {
    return this.#block?.pass ?? 0;
  }

  /** Rows of the file, where known. */
  get rowsPerPass(): number | undefined {
    return this.#dataset.rowsPerPass ?? this.#knownRowsPerPass;
  }

  /** Rows of the whole run, where known. */
  get rowsTotal(): number | undefined {
    const perPass = this.rowsPerPass;
    const { rows } = this.#settings;
    const inPasses = perPass === undefined || this.#passes === undefined ? undefined : perPass * this.#passes;
    return rows === undefined ? inPasses : Math.min(rows, inPasses ?? rows);
  }

  /** The pass that a row which was taken belongs to. */
  passOf(seq: number): number {
    return Math.floor(seq / (this.rowsPerPass ?? Infinity));
  }

  /**
   * Makes the next rows available, or finds that there are no more.
   *
   * @throws {AftermathError} `stop` when the file cannot be read on
   */
  async load(): Promise<void> {
    const { rows = Infinity } = this.#settings;
    while (!this.#ended && this.#at >= (this.#block?.rows.length ?? 0)) {
      const next = this.#seq < rows ? await this.#blocks.next() : undefined;
      this.#block = next?.value ?? undefined;
      this.#at = 0;
      this.#ended = this.#block === undefined;
    }
    if (this.#seq >= rows) {
      this.#ended = true;
      this.#block = undefined;
    }
  }

  /** Takes the next row, which must be at hand. */
  take(): Row | RefusedRow {
    const row = this.#block?.rows[this.#at];
    if (row === undefined) throw new RangeError('No row is at hand');
    this.#at += 1;
    this.#seq += 1;
    return row;
  }

  /** Closes the file. */
  async close(): Promise<void> {
    await this.#blocks.return();
  }
}
