import { absoluteError } from '../figures/absolute-error.ts';
import { History } from './history.ts';
import type { LedgerTask, Outcome } from '../ledger/ledger.ts';
import { type OrderedPart, decodeJson, encodeJson } from './ordered-part.ts';

/** How the error of each model went. When its points were set is in no outcome: made anew it begins with the next one. */
export class Histories implements OrderedPart {
  readonly name = 'histories';
  readonly fingerprint = '1';
  #models = new Map<string, History>();

  add({ prediction, truth, previous }: Outcome, task: LedgerTask): void {
    if (previous !== undefined) return;
    let history = this.#models.get(prediction.model);
    if (history === undefined) this.#models.set(prediction.model, (history = new History()));
    history.add(absoluteError(prediction, truth, task));
  }

  /** `undefined` before the model's first outcome. */
  of(model: string): History | undefined {
    return this.#models.get(model);
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
