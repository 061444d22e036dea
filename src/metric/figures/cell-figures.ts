import { RegressionBlock } from '../../stats/regression-block.ts';
import type { StateReader, StateWriter } from '../../stats/state-bytes.ts';
import type { PredictionSlot, TruthVersion } from '../ledger/entry.ts';
import type { LedgerTask } from '../ledger/ledger.ts';
import { ErrorCells } from './error-cells.ts';
import { FigureCells } from './figure-cells.ts';
import type { FigureSet, Row } from './figure-set.ts';
import { emptySet, readSet } from './set-of-task.ts';
import type { FigureSettings } from './figure-settings.ts';
import { OutcomeGrids } from './outcome-grids.ts';
import { RegressionSet, fitsBlock, putInBlock } from './regression-set.ts';

/** When an outcome had its truth (`undefined`: nobody knows), and when its prediction was made. */
export interface RowTimes {
  readonly atMs: number | undefined;
  readonly predictedMs: number;
}

/**
 * All outcomes of one model: every figure by the time of the truth, errors by the time of the prediction, and where the
 * outcomes lie.
 *
 * Outcomes of a regression that come one after the other mostly belong to the same cells. They lie in a block until it is
 * full, one comes that does not, or somebody looks, and are then added together: whatever reads settles first.
 */
export class CellFigures {
  readonly #task: LedgerTask;
  readonly #settings: FigureSettings;
  readonly #cells: FigureCells;
  /** Outcomes whose times nobody knows. */
  #untimed: FigureSet;
  #cohorts = new ErrorCells();
  #grids = new OutcomeGrids();
  readonly #block = new RegressionBlock();
  /** Where the block belongs, with the latest of its times; `undefined` while it is empty. */
  #open: { readonly isTimed: boolean; atMs: number; predictedMs: number } | undefined;

  constructor(task: LedgerTask, settings: FigureSettings) {
    this.#task = task;
    this.#settings = settings;
    this.#cells = new FigureCells(task, settings);
    this.#untimed = emptySet(task, settings);
  }

  /** @param sign 1 to add it, −1 to take it out */
  put(row: Row, times: RowTimes, sign: 1 | -1): void {
    this.#settle();
    const { prediction, truth, weight, absoluteError: error } = row;
    this.#cohorts.put(times.predictedMs, { error, weight: weight ?? 1, sign });
    if (this.#task === 'regression' && weight !== 0)
      this.#grids.put({ prediction: Number(prediction.value), truth: Number(truth.value) }, sign);
    this.#setAt(times.atMs).put(row, sign);
  }

  /**
   * Adds an outcome that can wait in the block.
   *
   * @param atMs when it had its truth; `undefined`: nobody knows
   * @returns false where it cannot: it has to be `put`
   */
  putInBlock(prediction: PredictionSlot, truth: TruthVersion, atMs: number | undefined): boolean {
    if (this.#task !== 'regression') return false;
    if (!fitsBlock(prediction, truth, truth.weight ?? prediction.weight)) return false;
    const predictedMs = prediction.atMs;
    const open = this.#open;
    const isIn =
      open !== undefined &&
      this.#block.hasRoom(prediction.baseline !== undefined) &&
      open.isTimed === (atMs !== undefined) &&
      (atMs === undefined || this.#cells.isInLast(atMs)) &&
      this.#cohorts.isInLast(predictedMs);
    if (!isIn) {
      this.#settle();
      this.#begin({ atMs, predictedMs });
    } else {
      if (atMs !== undefined && atMs > open.atMs) open.atMs = atMs;
      if (predictedMs > open.predictedMs) open.predictedMs = predictedMs;
    }
    putInBlock(this.#block, prediction, truth);
    return true;
  }

  /** By the time of the truth. */
  get cells(): FigureCells {
    this.#settle();
    return this.#cells;
  }

  /** By the time of the prediction. */
  get cohorts(): ErrorCells {
    this.#settle();
    return this.#cohorts;
  }

  /** Where the outcomes of a regression lie. */
  get grids(): OutcomeGrids {
    this.#settle();
    return this.#grids;
  }

  /** Everything together, in a set of its own. */
  total(): FigureSet {
    const total = this.cells.from(-Infinity);
    total.merge(this.#untimed);
    return total;
  }

  /** Adds all of another writer's, which stay as they are. */
  merge(other: CellFigures): void {
    this.cells.merge(other.cells);
    this.#untimed.merge(other.#untimed);
    this.#cohorts.merge(other.#cohorts);
    this.#grids.merge(other.#grids);
  }

  write(writer: StateWriter): void {
    this.grids.write(writer);
    this.#cohorts.write(writer);
    this.#cells.write(writer);
    this.#untimed.write(writer);
  }

  /** Reads what `write` wrote into empty ones. */
  read(reader: StateReader): void {
    this.#grids = OutcomeGrids.read(reader);
    this.#cohorts = ErrorCells.read(reader);
    this.#cells.read(reader);
    this.#untimed = readSet(reader, this.#task, this.#settings);
  }

  /** Makes the cells of these times those that were asked for last. */
  #begin({ atMs, predictedMs }: RowTimes): void {
    this.#setAt(atMs);
    this.#cohorts.open(predictedMs);
    this.#open = { isTimed: atMs !== undefined, atMs: atMs ?? -Infinity, predictedMs };
  }

  #settle(): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    const set = this.#setAt(open.isTimed ? open.atMs : undefined);
    if (!(set instanceof RegressionSet)) throw new RangeError('Cannot add numbers to figures of classes');
    set.putBlock(this.#block);
    this.#cohorts.putAll(open.predictedMs, this.#block.size, this.#block.count);
    this.#grids.putBlock(this.#block);
    this.#block.clear();
  }

  #setAt(atMs: number | undefined): FigureSet {
    return atMs === undefined ? this.#untimed : this.#cells.at(atMs);
  }
}
