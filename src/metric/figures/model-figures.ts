import {
  type CountSketch,
  type LinearBins,
  addCount,
  countOf,
  countsBetween,
  emptySketch,
  mergeSketch,
  readSketch,
  sketchQuantiles,
  writeSketch,
} from '../../stats/count-sketch.ts';
import type { Figures } from '../../stats/figure.ts';
import { StateReader, StateWriter } from '../../stats/state-bytes.ts';
import { absoluteError } from './absolute-error.ts';
import { CellFigures } from './cell-figures.ts';
import type { ErrorCells } from './error-cells.ts';
import type { FigureSettings } from './figure-settings.ts';
import type { FigureSet, Row } from './figure-set.ts';
import type { PredictionSlot, TruthVersion } from '../ledger/entry.ts';
import type { LedgerTask, Outcome } from '../ledger/ledger.ts';
import { sliceOf } from '../ledger/slices.ts';
import type { TimeCell } from '../ledger/time-cells.ts';
import type { FigureCells } from './figure-cells.ts';
import { FadedWindow } from './faded-window.ts';
import type { OutcomeGrids } from './outcome-grids.ts';
import { SliceFigures } from './slice-figures.ts';

/**
 * The linear figures of one model, as one writer keeps them: in cells of time, of which everything and the windows are
 * made when somebody looks; by slices; and the label lag. A figure that is to be kept goes into `regression-set.ts` or
 * `class-set.ts`.
 */
export class ModelFigures {
  readonly task: LedgerTask;
  readonly #settings: FigureSettings;
  #all: CellFigures;
  readonly #faded = new Map<string, FadedWindow>();
  #slices: readonly SliceFigures[];
  /** Seconds from a prediction to its first truth. A truth that came before its prediction counts as 0. */
  #lagSeconds: CountSketch = emptySketch();
  /** Everything together, until something comes. */
  #total: FigureSet | undefined;

  constructor(task: LedgerTask, settings: FigureSettings) {
    this.task = task;
    this.#settings = settings;
    this.#all = new CellFigures(task, settings);
    for (const window of settings.windows) {
      if (window.kind === 'faded') this.#faded.set(window.name, new FadedWindow(task, window.halfLifeMs));
    }
    this.#slices = this.#emptySlices();
  }

  /**
   * An outcome is scored: a revision takes out what it replaces.
   *
   * @param options.timesAreKnown false: the times of this outcome are made up, and are in no figure
   * @param options.parts into which it goes; absent: all
   */
  add(
    { entry, prediction, truth, previous }: Outcome,
    options: { readonly timesAreKnown?: boolean; readonly parts?: ReadonlySet<FigurePart> } = {},
  ): void {
    const { timesAreKnown = true, parts = ALL_PARTS } = options;
    this.#total = undefined;
    // Where a truth was revised its outcome stays at its time.
    const atMs = timesAreKnown ? (entry.truth?.versions[0] ?? previous ?? truth).atMs : undefined;
    const isInModel = parts.has('model');
    if (previous !== undefined) {
      this.#put({ prediction, truth: previous, atMs }, -1, parts);
    } else if (timesAreKnown && isInModel) {
      addCount(this.#lagSeconds, Math.max(0, (truth.atMs - prediction.atMs) / 1000), 1);
    }
    if (isInModel && this.#all.putInBlock(prediction, truth, atMs))
      this.#putBeside({ prediction, truth, atMs }, 1, parts);
    else this.#put({ prediction, truth, atMs }, 1, parts);
  }

  /** Everything. Read, do not keep. */
  total(): FigureSet {
    return (this.#total ??= this.#all.total());
  }

  values(): Figures {
    return this.total().values();
  }

  /** Absolute errors in bins, or `undefined` without an outcome. */
  histogram(): LinearBins | undefined {
    return this.total().histogram();
  }

  /** Classes seen, at most some two hundred. */
  get classes(): number {
    return this.total().classes;
  }

  /** By the time of the truth. */
  get cells(): FigureCells {
    return this.#all.cells;
  }

  /** A window that fades, by its name. */
  faded(name: string): FadedWindow | undefined {
    return this.#faded.get(name);
  }

  /** One for each tag of the settings. */
  get slices(): readonly SliceFigures[] {
    return this.#slices;
  }

  /** Outcomes by the time of their prediction, in the cells that `spanOf` says. */
  cohorts(spanOf: Parameters<ErrorCells['within']>[0]): ReturnType<ErrorCells['within']> {
    return this.#all.cohorts.within(spanOf);
  }

  /** Outcomes by the time of their truth, oldest first. */
  arrivals(): TimeCell<{ readonly scored: number } & ReturnType<FigureSet['means']>>[] {
    return this.cells.list().flatMap(({ fromMs, toMs, cell }) => {
      return cell.scored > 0 ? [{ fromMs, toMs, cell: { scored: cell.scored, ...cell.means() } }] : [];
    });
  }

  /** Quantiles of the label lag, or `undefined` before a match. */
  labelLag(): { readonly median: number; readonly p95: number } | undefined {
    const [median, p95] = sketchQuantiles(this.#lagSeconds, [0.5, 0.95]);
    return median === undefined || p95 === undefined ? undefined : { median, p95 };
  }

  /** How many outcomes had their truth between such edges, seconds; `undefined` before a match. */
  lagCounts(edges: readonly number[]): number[] | undefined {
    return countOf(this.#lagSeconds) > 0 ? countsBetween(this.#lagSeconds, edges) : undefined;
  }

  /** Where the outcomes of a regression lie. */
  get grids(): OutcomeGrids {
    return this.#all.grids;
  }

  /** Adds all of another writer's, which stay as they are. @throws {RangeError} on figures of another task */
  merge(other: ModelFigures): void {
    if (other.task !== this.task) throw new RangeError(`Cannot merge a ${other.task} into a ${this.task}`);
    this.#total = undefined;
    this.#all.merge(other.#all);
    for (const [name, faded] of this.#faded) faded.merge(other.#faded.get(name)!);
    for (const [i, slices] of this.#slices.entries()) slices.merge(other.#slices[i]!);
    mergeSketch(this.#lagSeconds, other.#lagSeconds);
  }

  /** One of its parts as bytes; `undefined` where the settings ask for nothing of it. */
  encode(part: FigurePart): Uint8Array | undefined {
    if (!this.has(part)) return undefined;
    const writer = new StateWriter();
    writer.integer(VERSION);
    writer.text(this.task);
    writer.text(this.#settingsOf(part));
    if (part === 'model') {
      writeSketch(writer, this.#lagSeconds);
      this.#all.write(writer);
    } else if (part === 'faded') for (const faded of this.#faded.values()) faded.write(writer);
    else for (const slices of this.#slices) slices.write(writer);
    return writer.finish();
  }

  /**
   * Takes a part from what `encode` gave of figures of this task.
   *
   * @throws {RangeError} on bytes of another version, made with other settings, or that are no state
   */
  decode(part: FigurePart, bytes: Uint8Array): void {
    const reader = headRead(bytes);
    if (reader.text() !== this.#settingsOf(part)) throw new RangeError('they were made with other settings');
    this.#total = undefined;
    if (part === 'model') {
      this.#lagSeconds = readSketch(reader);
      this.#all = new CellFigures(this.task, this.#settings);
      this.#all.read(reader);
    } else if (part === 'faded') for (const faded of this.#faded.values()) faded.read(reader);
    else {
      // Into new ones: what was there is forgotten.
      this.#slices = this.#emptySlices();
      for (const slices of this.#slices) slices.read(reader);
    }
    reader.end();
  }

  #emptySlices(): readonly SliceFigures[] {
    return this.#settings.slices.map((tag) => new SliceFigures(tag, this.task, this.#settings));
  }

  /** Forgets what is in a part. */
  clear(part: FigurePart): void {
    const bytes = new ModelFigures(this.task, this.#settings).encode(part);
    if (bytes !== undefined) this.decode(part, bytes);
  }

  /** The task of the figures whose part this is. @throws {RangeError} on bytes of another version or that are no state */
  static taskIn(bytes: Uint8Array): LedgerTask {
    return headRead(bytes).task;
  }

  #put(placed: Placed, sign: 1 | -1, parts: ReadonlySet<FigurePart>): void {
    if (parts.has('model')) {
      const { prediction, atMs } = placed;
      this.#all.put(this.#row(placed), { atMs, predictedMs: prediction.atMs }, sign);
    }
    this.#putBeside(placed, sign, parts);
  }

  /** Into what fades and into the slices. */
  #putBeside(placed: Placed, sign: 1 | -1, parts: ReadonlySet<FigurePart>): void {
    if (this.#faded.size === 0 && this.#slices.length === 0) return;
    const { prediction, truth, atMs } = placed;
    const row = this.#row(placed);
    if (parts.has('faded') && atMs !== undefined)
      for (const faded of this.#faded.values()) faded.put(atMs, row, sign);
    if (!parts.has('slices')) return;
    for (const slices of this.#slices) {
      const value = sliceOf(slices.tag, prediction, truth);
      // An outcome without the tag is in no slice of it.
      if (value !== undefined) slices.put(value, row, sign);
    }
  }

  #row({ prediction, truth }: Placed): Row {
    const weight = truth.weight ?? prediction.weight;
    return { prediction, truth, absoluteError: absoluteError(prediction, truth, this.task), weight };
  }

  /** Whether the settings ask for something of a part. */
  has(part: FigurePart): boolean {
    return part === 'model' || (part === 'faded' ? this.#faded.size > 0 : this.#slices.length > 0);
  }

  /** What a part depends on: where it changes, the part is made anew. */
  #settingsOf(part: FigurePart): string {
    const { errorMax, pinball, threshold, slices, slicesMax } = this.#settings;
    const ofSets = { errorMax, pinball, threshold };
    if (part === 'model') return JSON.stringify(ofSets);
    return JSON.stringify(part === 'faded' ? [...this.#faded.keys()] : { ...ofSets, slices, slicesMax });
  }
}

/** A prediction with a version of its truth, at the time of the first one; `undefined`: nobody knows. */
interface Placed {
  readonly prediction: PredictionSlot;
  readonly truth: TruthVersion;
  readonly atMs: number | undefined;
}

/** What is stored apart, so that other settings for one leave the others alone. */
export const FIGURE_PARTS = ['model', 'faded', 'slices'] as const;
export type FigurePart = (typeof FIGURE_PARTS)[number];

function headRead(bytes: Uint8Array): StateReader & { readonly task: LedgerTask } {
  const reader = new StateReader(bytes);
  const version = reader.integer();
  if (version !== VERSION) throw new RangeError(`version ${version}, ${VERSION} is expected`);
  const task = reader.text();
  if (task !== 'regression' && task !== 'classification') throw new RangeError(`There is no task "${task}"`);
  return Object.assign(reader, { task } as const);
}

/** Of the stored bytes; others are made anew from the outcomes that are kept. */
const VERSION = 6;

const ALL_PARTS: ReadonlySet<FigurePart> = new Set(FIGURE_PARTS);
