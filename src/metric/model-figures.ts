import {
  type ClassificationOutcome,
  type ClassificationState,
  classification,
  foldLabel,
} from '../stats/classification.ts';
import {
  type CountSketch,
  type LinearBins,
  addCount,
  emptySketch,
  linearBins,
  mergeSketch,
  readSketch,
  sketchQuantiles,
  writeSketch,
} from '../stats/count-sketch.ts';
import type { Figures } from '../stats/figure.ts';
import { type RegressionState, errorHistogram, regression } from '../stats/regression.ts';
import { StateReader, StateWriter } from '../stats/state-bytes.ts';
import { absoluteError, labelOf } from './absolute-error.ts';
import { ErrorCells } from './error-cells.ts';
import type { PredictionSlot, TruthVersion } from './ledger/entry.ts';
import { KeptNames } from './kept-names.ts';
import type { LedgerTask, Outcome } from './ledger/ledger.ts';

/**
 * The linear figures of one model, as one writer keeps them: those of its task, and the label lag. A figure that is to be
 * kept is added here: to `add`, to `merge`, to `encode` and to `decode`.
 */
export class ModelFigures {
  readonly task: LedgerTask;
  #regression: RegressionState = regression.empty();
  #classification: ClassificationState = classification.empty();
  /** Absolute errors of a classification, for its histogram; a regression has its own. */
  #errors: CountSketch = emptySketch();
  /** Seconds from a prediction to its first truth. A truth that came before its prediction counts as 0. */
  #lagSeconds: CountSketch = emptySketch();
  /** By the time of the prediction. */
  #cohorts = new ErrorCells();
  /** By the time of the truth. */
  #arrivals = new ErrorCells();
  /** Labels that have cells of their own in the confusion matrix. */
  #labels = new KeptNames(LABELS_MAX);

  constructor(task: LedgerTask) {
    this.task = task;
  }

  /**
   * An outcome is scored: a revision takes out what it replaces.
   *
   * @param timesAreKnown false: the times of this outcome are made up, and are in no figure
   */
  add({ prediction, truth, previous }: Outcome, timesAreKnown = true): void {
    if (previous === undefined) {
      const lagSeconds = (truth.atMs - prediction.atMs) / 1000;
      if (timesAreKnown) addCount(this.#lagSeconds, Math.max(0, lagSeconds), 1);
    } else {
      this.#put(prediction, previous, -1, timesAreKnown);
    }
    this.#put(prediction, truth, 1, timesAreKnown);
  }

  /** Outcomes by the time of their prediction, in the cells that `spanOf` says. */
  cohorts(spanOf: Parameters<ErrorCells['within']>[0]): ReturnType<ErrorCells['within']> {
    return this.#cohorts.within(spanOf);
  }

  /** Outcomes by the time of their truth. */
  arrivals(): ReturnType<ErrorCells['list']> {
    return this.#arrivals.list();
  }

  values(): Figures {
    return this.task === 'regression'
      ? regression.value(this.#regression)
      : classification.value(this.#classification);
  }

  /** Absolute errors in bins, or `undefined` without an outcome. */
  histogram(): LinearBins | undefined {
    if (this.task === 'regression') return errorHistogram(this.#regression);
    return linearBins(this.#errors, { binsMax: 64, insideRatio: 0.99 });
  }

  /** Quantiles of the label lag, or `undefined` before a match. */
  labelLag(): { readonly median: number; readonly p95: number } | undefined {
    const [median, p95] = sketchQuantiles(this.#lagSeconds, [0.5, 0.95]);
    return median === undefined || p95 === undefined ? undefined : { median, p95 };
  }

  /** Classes seen, at most `LABELS_MAX`. */
  get classes(): number {
    return this.#labels.size;
  }

  /** Adds all of another writer's, which stay as they are. @throws {RangeError} on figures of another task */
  merge(other: ModelFigures): void {
    if (other.task !== this.task) throw new RangeError(`Cannot merge a ${other.task} into a ${this.task}`);
    mergeSketch(this.#lagSeconds, other.#lagSeconds);
    mergeSketch(this.#errors, other.#errors);
    this.#cohorts.merge(other.#cohorts);
    this.#arrivals.merge(other.#arrivals);
    if (this.task === 'regression') {
      regression.merge(this.#regression, other.#regression);
      return;
    }
    classification.merge(this.#classification, other.#classification);
    for (const label of other.#labels) this.#keep(label);
    // What the other one kept may not be among those that both keep.
    for (const label of other.#labels) if (!this.#labels.has(label)) this.#fold(label);
  }

  encode(): Uint8Array {
    const writer = new StateWriter();
    writer.integer(VERSION);
    writer.text(this.task);
    writeSketch(writer, this.#lagSeconds);
    writeSketch(writer, this.#errors);
    writer.integer(this.#labels.size);
    for (const label of this.#labels) writer.text(label);
    this.#cohorts.write(writer);
    this.#arrivals.write(writer);
    const states = [
      this.task === 'regression'
        ? regression.encode(this.#regression)
        : classification.encode(this.#classification),
    ];
    const head = writer.finish();
    const sizes = new Uint32Array([head.length]);
    return Buffer.concat([Buffer.from(sizes.buffer), head, ...states]);
  }

  /** @throws {RangeError} on bytes of another version or that are no state */
  static decode(bytes: Uint8Array): ModelFigures {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const end = 4 + buffer.readUInt32LE(0);
    const reader = new StateReader(buffer.subarray(4, end));
    const version = reader.integer();
    if (version !== VERSION) throw new RangeError(`version ${version}, ${VERSION} is expected`);
    const task = reader.text();
    if (task !== 'regression' && task !== 'classification')
      throw new RangeError(`There is no task "${task}"`);
    const figures = new ModelFigures(task);
    figures.#lagSeconds = readSketch(reader);
    figures.#errors = readSketch(reader);
    for (let left = reader.integer(); left > 0; left--) figures.#labels.take(reader.text());
    figures.#cohorts = ErrorCells.read(reader);
    figures.#arrivals = ErrorCells.read(reader);
    reader.end();
    const state = buffer.subarray(end);
    if (task === 'regression') figures.#regression = regression.decode(state);
    else figures.#classification = classification.decode(state);
    return figures;
  }

  #put(prediction: PredictionSlot, truth: TruthVersion, sign: 1 | -1, timesAreKnown: boolean): void {
    const weight = truth.weight ?? prediction.weight;
    const error = absoluteError(prediction, truth, this.task);
    const inCell = { error, weight: weight ?? 1, sign };
    this.#cohorts.put(prediction.atMs, inCell);
    if (timesAreKnown) this.#arrivals.put(truth.atMs, inCell);
    if (this.task === 'regression') {
      const outcome = { truth: Number(truth.value), prediction: Number(prediction.value), weight };
      if (sign === 1) regression.add(this.#regression, outcome);
      else regression.remove(this.#regression, outcome);
      return;
    }
    const outcome = this.#bounded({
      truth: labelOf(truth.value),
      prediction: labelOf(prediction.value),
      proba: prediction.proba,
      weight,
    });
    if (sign === 1) classification.add(this.#classification, outcome);
    else classification.remove(this.#classification, outcome);
    if (weight !== 0) addCount(this.#errors, error, sign);
  }

  /**
   * The same outcome with labels that are not kept under one name, so that a stream of ever new ones does not grow
   * without bound. What is wrong and how wrong stay as they are.
   */
  #bounded(outcome: ClassificationOutcome): ClassificationOutcome {
    for (const label of [outcome.truth, outcome.prediction]) this.#keep(label);
    const truth = this.#labels.has(outcome.truth);
    const prediction = this.#labels.has(outcome.prediction);
    if (truth && prediction) return outcome;
    const right = outcome.truth === outcome.prediction;
    const truthName = truth ? outcome.truth : OTHER;
    const predictionName = right ? truthName : prediction ? outcome.prediction : OTHER_PREDICTION;
    const proba = outcome.proba && { [truthName]: outcome.proba[outcome.truth] ?? 0 };
    return { truth: truthName, prediction: predictionName, proba, weight: outcome.weight };
  }

  /** A label came: where it is kept and another gives way to it, that one goes to the others. */
  #keep(label: string): void {
    const gone = this.#labels.take(label);
    if (gone !== undefined && gone !== label) this.#fold(gone);
  }

  #fold(label: string): void {
    foldLabel(this.#classification, label, { into: OTHER, wrongInto: OTHER_PREDICTION });
  }
}

/** Of the stored bytes; others are made anew from the outcomes that are kept. */
const VERSION = 3;

/** The confusion matrix has at most so many classes of its own. */
const LABELS_MAX = 200;
const OTHER = '(other)';
const OTHER_PREDICTION = '(other prediction)';
