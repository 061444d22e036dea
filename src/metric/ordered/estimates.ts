import type { EstimateSnapshot } from '../../wire/snapshot.ts';
import { labelOf } from '../figures/absolute-error.ts';
import type { FigureSettings } from '../figures/figure-settings.ts';
import { labelAt } from '../figures/score-set.ts';
import type { LedgerTask, Outcome } from '../ledger/ledger.ts';
import type { PendingScores } from '../ledger/pending-scores.ts';
import { type EstimatorState, estimateOf, observeLabel } from './estimator.ts';
import { type OrderedPart, decodeJson, encodeJson } from './ordered-part.ts';
import type { OutcomeRun } from './outcome-runs.ts';

/** What each classifier's figures will be before its truths come, from the labels that came so far. */
export class Estimates implements OrderedPart {
  readonly name = 'estimates';
  readonly fingerprint: string;
  readonly #threshold: number | undefined;
  #models = new Map<string, EstimatorState>();

  constructor({ threshold }: Pick<FigureSettings, 'threshold'>) {
    this.#threshold = threshold;
    this.fingerprint = JSON.stringify([VERSION, threshold]);
  }

  add({ prediction, truth, previous }: Outcome, task: LedgerTask): void {
    const { model, proba, weight } = prediction;
    if (task !== 'classification' || previous !== undefined) return;
    if ((truth.weight ?? weight) === 0) return;
    const predicted = labelAt(prediction, this.#threshold);
    const row = { label: labelOf(truth.value), predicted, proba, atMs: truth.atMs };
    const state = observeLabel(this.#models.get(model), row);
    if (state !== undefined) this.#models.set(model, state);
  }

  addRun({ task, model, outcomes, block }: OutcomeRun): void {
    if (task !== 'classification') return;
    let state = this.#models.get(model);
    for (let i = 0; i < block.count; i++) {
      const { prediction, truth } = outcomes[i]!;
      const [label, predicted] = [block.labels[i]!, block.predicted[i]!];
      state = observeLabel(state, { label, predicted, proba: prediction.proba, atMs: truth.atMs });
    }
    if (state !== undefined) this.#models.set(model, state);
  }

  /** `undefined` where there is nothing to tell. */
  of(model: string, pending: PendingScores): EstimateSnapshot | undefined {
    const state = this.#models.get(model) ?? pending.classes;
    return state && estimateOf(state, pending.of(state), this.#threshold);
  }

  clear(): void {
    this.#models = new Map();
  }

  encode(): Uint8Array {
    return encodeJson([...this.#models]);
  }

  decode(bytes: Uint8Array): void {
    this.#models = new Map(decodeJson(bytes) as [string, EstimatorState][]);
  }
}

/** Of the stored states. */
const VERSION = 1;
