import { classProbabilities } from '../../stats/class-probabilities.ts';
import { type ClassificationOutcome, classification, foldLabel } from '../../stats/classification.ts';
import { type Confusion, binaryFigures, confusionOf, multiclassFigures } from '../../stats/confusion.ts';
import {
  type LinearBins,
  addCount,
  emptySketch,
  linearBins,
  mergeSketch,
  readSketch,
  writeSketch,
} from '../../stats/count-sketch.ts';
import type { Figures } from '../../stats/figure.ts';
import { positiveLabel } from '../../stats/positive-label.ts';
import type { StateReader, StateWriter } from '../../stats/state-bytes.ts';
import type { CurvesSnapshot } from '../../wire/snapshot.ts';
import { labelOf } from './absolute-error.ts';
import type { FigureSet, Row } from './figure-set.ts';
import type { FigureSettings } from './figure-settings.ts';
import { KeptNames } from '../ledger/kept-names.ts';
import { ScoreSet, labelAt } from './score-set.ts';

/** The linear figures of a classification: of labels, of probabilities, and of the scores of two classes. */
export class ClassSet implements FigureSet {
  scored = 0;
  changes = 0;
  readonly #settings: FigureSettings;
  readonly #cells = classification.empty();
  readonly #probabilities = classProbabilities.empty();
  readonly #scores = new ScoreSet();
  /** Absolute errors, each outcome once whatever its weight. */
  #errors = emptySketch();
  /** Labels that have cells of their own in the confusion matrix. */
  readonly #labels = new KeptNames(LABELS_MAX);

  constructor(settings: FigureSettings) {
    this.#settings = settings;
  }

  get classes(): number {
    return this.#labels.size;
  }

  put({ prediction, truth, weight, absoluteError }: Row, sign: 1 | -1): void {
    const { proba } = prediction;
    const label = labelOf(truth.value);
    this.#scores.put({ label, proba, weight }, sign);
    const predicted = labelAt(prediction, this.#settings.threshold);
    const outcome = { truth: label, prediction: predicted, proba, weight };
    this.scored += sign;
    this.changes++;
    const put = sign === 1 ? 'add' : 'remove';
    if (proba !== undefined && isWhole(proba)) classProbabilities[put](this.#probabilities, outcome);
    classification[put](this.#cells, this.#bounded(outcome));
    if (weight !== 0) addCount(this.#errors, absoluteError, sign);
  }

  merge(other: this): void {
    this.scored += other.scored;
    this.changes++;
    classification.merge(this.#cells, other.#cells);
    classProbabilities.merge(this.#probabilities, other.#probabilities);
    this.#scores.merge(other.#scores);
    mergeSketch(this.#errors, other.#errors);
    for (const label of other.#labels) this.#keep(label);
    // What the other one kept may not be among those that both keep.
    for (const label of other.#labels) if (!this.#labels.has(label)) this.#fold(label);
  }

  values(): Figures {
    const confusion = this.confusion();
    if (confusion.labels.length === 0) return {};
    const { beta } = this.#settings;
    const ofLabels =
      confusion.labels.length > 2
        ? multiclassFigures(confusion)
        : binaryFigures(confusion, {
            positive: this.#scores.positive ?? positiveLabel(confusion.labels),
            ...(beta !== undefined && { beta }),
          });
    return {
      ...ofLabels,
      ...classification.value(this.#cells),
      ...classProbabilities.value(this.#probabilities),
      ...this.#scores.values(),
    };
  }

  means(): { readonly mae?: number; readonly accuracy?: number } {
    const { mae, accuracy } = classification.value(this.#cells);
    return { ...(mae && { mae: mae.value }), ...(accuracy && { accuracy: accuracy.value }) };
  }

  naiveAccuracy(): number | undefined {
    const rows = this.confusion().counts.map((counts) => counts.reduce((sum, count) => sum + count, 0));
    const all = rows.reduce((sum, count) => sum + count, 0);
    return all > 0 ? Math.max(...rows) / all : undefined;
  }

  histogram(): LinearBins | undefined {
    return linearBins(this.#errors, { binsMax: 64, insideRatio: 0.99 });
  }

  /** How often each truth met each prediction; labels beyond `LABELS_MAX` under one name. */
  confusion(): Confusion {
    return confusionOf(this.#cells);
  }

  charts(): { readonly confusion?: Confusion; readonly curves?: CurvesSnapshot } {
    const [confusion, curves] = [this.confusion(), this.#scores.curves()];
    return { ...(confusion.labels.length > 0 && { confusion }), ...(curves && { curves }) };
  }

  write(writer: StateWriter): void {
    writer.integer(this.scored);
    writer.bytes(classification.encode(this.#cells));
    writer.bytes(classProbabilities.encode(this.#probabilities));
    this.#scores.write(writer);
    writeSketch(writer, this.#errors);
    writer.integer(this.#labels.size);
    for (const label of this.#labels) writer.text(label);
  }

  static read(reader: StateReader, settings: FigureSettings): ClassSet {
    const made = new ClassSet(settings);
    made.scored = reader.integer();
    Object.assign(made.#cells, classification.decode(reader.bytes()));
    Object.assign(made.#probabilities, classProbabilities.decode(reader.bytes()));
    made.#scores.read(reader);
    made.#errors = readSketch(reader);
    for (let left = reader.integer(); left > 0; left--) made.#labels.take(reader.text());
    return made;
  }

  /**
   * The same outcome with labels that are not kept under one name, so that a stream of ever new ones does not grow
   * without bound. What is wrong and how wrong stay as they are.
   */
  #bounded(outcome: ClassificationOutcome): ClassificationOutcome {
    if (this.#labels.has(outcome.truth) && this.#labels.has(outcome.prediction)) return outcome;
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
    foldLabel(this.#cells, label, { into: OTHER, wrongInto: OTHER_PREDICTION });
  }
}

/** Whether probabilities are those of all classes: a log that is read back has the true one's alone. */
function isWhole(proba: Readonly<Record<string, number>>): boolean {
  let classes = 0;
  for (const _ in proba) if (++classes === 2) return true;
  return false;
}

/** The confusion matrix has at most so many classes of its own. */
const LABELS_MAX = 200;
const OTHER = '(other)';
const OTHER_PREDICTION = '(other prediction)';
