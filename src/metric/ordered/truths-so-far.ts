import { runningBaselines } from '../../stats/running-baselines.ts';
import { StateReader, StateWriter } from '../../stats/state-bytes.ts';
import type { LedgerTask, Outcome } from '../ledger/ledger.ts';
import type { OrderedPart } from './ordered-part.ts';

/**
 * The truths that are known so far, for the naive answers: the first truth of each id, once however many models it
 * scores, in the order of the outcomes. A truth that waits for its prediction is not among them.
 */
export class TruthsSoFar implements OrderedPart {
  readonly name = 'truths';
  readonly fingerprint = String(runningBaselines.version);
  #state = runningBaselines.empty();
  /** The naive answers as they are now, where somebody has asked. */
  #known: readonly number[] | undefined;

  add(outcome: Outcome, task: LedgerTask): void {
    if (task !== 'regression' || !isFirstOfId(outcome)) return;
    runningBaselines.add(this.#state, Number(outcome.truth.value));
    this.#known = undefined;
  }

  /** Median, mean and last of them; `undefined` before one, and for classes. */
  baseline(): readonly number[] | undefined {
    if (this.#known !== undefined) return this.#known;
    const found = runningBaselines.baselines(this.#state);
    this.#known = found && [found.median, found.mean, found.last];
    return this.#known;
  }

  clear(): void {
    this.#state = runningBaselines.empty();
    this.#known = undefined;
  }

  encode(): Uint8Array {
    const writer = new StateWriter();
    runningBaselines.write(writer, this.#state);
    return writer.finish();
  }

  decode(bytes: Uint8Array): void {
    const reader = new StateReader(bytes);
    this.#state = runningBaselines.read(reader);
    this.#known = undefined;
    reader.end();
  }
}

/** Whether this is the first outcome of its id, of any model. */
function isFirstOfId({ number, entry }: Outcome): boolean {
  for (const { outcomes } of entry.predictions) {
    const [first] = outcomes;
    if (first !== undefined && first.number < number) return false;
  }
  return true;
}
