import { logLoss } from '../../stats/class-probabilities.ts';
import { BLOCK_ROWS } from '../../stats/regression-block.ts';
import { absoluteError, labelOf } from '../figures/absolute-error.ts';
import { labelAt } from '../figures/score-set.ts';
import type { PredictionSlot, TruthVersion } from '../ledger/entry.ts';

/** What runs in order is told of outcomes of a classification, in columns: each is made once for all that want it. */
export class ClassBlock {
  readonly labels: string[] = [];
  /** At the threshold, where there is one. */
  readonly predicted: string[] = [];
  /** 1 where the predicted label is the truth, else 0. */
  readonly right = new Float64Array(BLOCK_ROWS);
  /** 1 where the label that was served is not the truth, whatever the threshold. */
  readonly wrongAsServed = new Float64Array(BLOCK_ROWS);
  /** As the log has it, 0..1. */
  readonly absoluteError = new Float64Array(BLOCK_ROWS);
  /** Of the outcomes that have one, `logLossCount` of them. */
  readonly logLoss = new Float64Array(BLOCK_ROWS);
  readonly #threshold: number | undefined;
  #count = 0;
  #logLossCount = 0;

  constructor(threshold: number | undefined) {
    this.#threshold = threshold;
  }

  get count(): number {
    return this.#count;
  }

  get logLossCount(): number {
    return this.#logLossCount;
  }

  get hasRoom(): boolean {
    return this.#count < BLOCK_ROWS;
  }

  /** Puts an outcome where there is room. @throws {RangeError} on a probability that is none */
  put(prediction: PredictionSlot, truth: TruthVersion): void {
    const label = labelOf(truth.value);
    const predicted = labelAt(prediction, this.#threshold);
    const error = absoluteError(prediction, truth, 'classification');
    const loss = prediction.proba && logLoss(label, prediction.proba);
    const row = this.#count++;
    this.labels[row] = label;
    this.predicted[row] = predicted;
    this.right[row] = predicted === label ? 1 : 0;
    this.wrongAsServed[row] = labelOf(prediction.value) === label ? 0 : 1;
    this.absoluteError[row] = error;
    if (loss !== undefined) this.logLoss[this.#logLossCount++] = loss;
  }

  clear(): void {
    this.#count = 0;
    this.#logLossCount = 0;
  }
}
