import { logLoss } from '../../stats/class-probabilities.ts';
import { absoluteError, labelOf } from '../figures/absolute-error.ts';
import type { FigureSettings } from '../figures/figure-settings.ts';
import { labelAt } from '../figures/score-set.ts';
import { History } from './history.ts';
import type { LedgerTask, Outcome } from '../ledger/ledger.ts';
import { type OrderedPart, decodeJson, encodeJson } from './ordered-part.ts';
import type { OutcomeRun } from './outcome-runs.ts';

/** How the error of each model went. When its points were set is in no outcome: made anew it begins with the next one. */
export class Histories implements OrderedPart {
  readonly name = 'histories';
  readonly fingerprint = '1';
  readonly #threshold: number | undefined;
  #models = new Map<string, History>();

  constructor({ threshold }: Pick<FigureSettings, 'threshold'>) {
    this.#threshold = threshold;
  }

  add({ prediction, truth, previous }: Outcome, task: LedgerTask): void {
    if (previous !== undefined) return;
    const error = absoluteError(prediction, truth, task);
    this.#history(prediction.model).add(
      error,
      task === 'regression' ? undefined : this.#classMeans(prediction, truth),
    );
  }

  addRun({ task, model, block }: OutcomeRun): void {
    const history = this.#history(model);
    if (task === 'regression') {
      history.addAll(block.size, block.count);
      return;
    }
    history.addAll(block.absoluteError, block.count);
    history.addAllOf('accuracy', block.right, block.count);
    history.addAllOf('log_loss', block.logLoss, block.logLossCount);
  }

  /** `undefined` before the model's first outcome. */
  of(model: string): History | undefined {
    return this.#models.get(model);
  }

  #history(model: string): History {
    let history = this.#models.get(model);
    if (history === undefined) this.#models.set(model, (history = new History()));
    return history;
  }

  /** What an outcome adds to the means of a classification's figures. */
  #classMeans(prediction: Outcome['prediction'], truth: Outcome['truth']): Record<string, number> {
    const label = labelOf(truth.value);
    const accuracy = labelAt(prediction, this.#threshold) === label ? 1 : 0;
    const loss = prediction.proba && logLoss(label, prediction.proba);
    return loss === undefined ? { accuracy } : { accuracy, log_loss: loss };
  }

  clear(): void {
    this.#models = new Map();
  }

  encode(): Uint8Array {
    return encodeJson([...this.#models].map(([model, history]) => [model, history.stored()]));
  }

  decode(bytes: Uint8Array): void {
    const stored = decodeJson(bytes) as [string, ReturnType<History['stored']>][];
    this.#models = new Map(stored.map(([model, history]) => [model, History.from(history)]));
  }
}
