import type { Logger } from '../../service/logging.ts';
import {
  type ChangeWatch,
  changeMark,
  emptyWatch,
  keepMark,
  observe,
  observeAll,
  type WatchState,
} from '../../wire/change-watch.ts';
import type { MarkSnapshot } from '../../wire/snapshot.ts';
import { absoluteError, labelOf } from '../figures/absolute-error.ts';
import { scoreOf } from '../../stats/class-score.ts';
import type { LedgerTask, Outcome } from '../ledger/ledger.ts';
import { type OrderedPart, decodeJson, encodeJson } from './ordered-part.ts';
import type { OutcomeRun } from './outcome-runs.ts';

/**
 * What change detectors saw in the losses and the predictions of each model, outcome by outcome. A revision is no new
 * observation, and weights do not count. A mark stands at the time of the truth at which it was seen; it promises nothing.
 */
export class ChangeMarks implements OrderedPart {
  readonly name = 'change-marks';
  readonly fingerprint: string;
  readonly #watches: readonly ChangeWatch[];
  readonly #log: Pick<Logger, 'warn'>;
  /** Those that have met an outcome they cannot use: told once. */
  readonly #deaf = new Set<ChangeWatch>();
  #models = new Map<string, WatchState<MarkSnapshot>[]>();

  /** @param watches those on features are left to the model stage */
  constructor(watches: readonly ChangeWatch[], log: Pick<Logger, 'warn'>) {
    this.#log = log;
    this.#watches = watches.filter(({ on }) => on.kind !== 'feature');
    this.fingerprint = JSON.stringify([
      1,
      ...this.#watches.map(({ text, detector }) => [text, detector.version]),
    ]);
  }

  add(outcome: Outcome, task: LedgerTask): void {
    if (outcome.previous !== undefined || this.#watches.length === 0) return;
    const states = this.#states(outcome.prediction.model);
    for (let i = 0; i < states.length; i++) this.#observe(this.#watches[i]!, states[i]!, outcome, task);
  }

  addRun(run: OutcomeRun): void {
    if (this.#watches.length === 0) return;
    const { model, outcomes, block } = run;
    const states = this.#states(model);
    for (const [k, watch] of this.#watches.entries()) {
      const state = states[k]!;
      const observations = observationsOf(watch, run);
      if (observations === undefined) {
        for (const outcome of outcomes) this.#observe(watch, state, outcome, run.task);
        continue;
      }
      observeAll(watch, state, observations, {
        count: block.count,
        seen: (row, change) => keepMark(state, changeMark(watch, change, outcomes[row]!.truth.atMs)),
      });
    }
  }

  /** Oldest first; of each watch the last twenty. */
  of(model: string): readonly MarkSnapshot[] {
    const marks = this.#models.get(model)?.flatMap((each) => each.marks) ?? [];
    return marks.sort((a, b) => a.atMs - b.atMs);
  }

  clear(): void {
    this.#models = new Map();
  }

  encode(): Uint8Array {
    return encodeJson([...this.#models]);
  }

  decode(bytes: Uint8Array): void {
    this.#models = new Map(decodeJson(bytes) as [string, WatchState<MarkSnapshot>[]][]);
  }

  #observe(watch: ChangeWatch, state: WatchState<MarkSnapshot>, outcome: Outcome, task: LedgerTask): void {
    const observation = observationOf(watch, outcome, task);
    if (observation === undefined) {
      this.#tellDeaf(watch);
      return;
    }
    const change = observe(watch, state, observation);
    if (change !== undefined) keepMark(state, changeMark(watch, change, outcome.truth.atMs));
  }

  #states(model: string): WatchState<MarkSnapshot>[] {
    let states = this.#models.get(model);
    if (states === undefined) this.#models.set(model, (states = this.#watches.map(emptyWatch<MarkSnapshot>)));
    return states;
  }

  #tellDeaf(watch: ChangeWatch): void {
    if (this.#deaf.has(watch)) return;
    this.#deaf.add(watch);
    const expected =
      watch.name === 'ddm'
        ? 'right and wrong labels are expected'
        : 'a number, or probabilities of two classes';
    this.#log.warn(`${watch.text} marks nothing of outcomes such as have come: ${expected}.`);
  }
}

/** What a detector is told of each outcome of a run; `undefined` where that is to be looked for outcome by outcome. */
function observationsOf({ name, on }: ChangeWatch, run: OutcomeRun): Float64Array | undefined {
  if (run.task === 'classification') {
    if (on.kind === 'prediction') return undefined;
    return name === 'ddm' ? run.block.wrongAsServed : run.block.absoluteError;
  }
  if (on.kind === 'prediction') return run.block.prediction;
  return name === 'ddm' ? undefined : run.block.size;
}

/** What a detector is told of an outcome; `undefined` where that is no number. */
function observationOf({ name, on }: ChangeWatch, outcome: Outcome, task: LedgerTask): number | undefined {
  const { prediction, truth } = outcome;
  if (on.kind === 'prediction') return predictedNumber(prediction, task);
  if (name !== 'ddm') return absoluteError(prediction, truth, task);
  if (task === 'regression') return undefined;
  return labelOf(prediction.value) === labelOf(truth.value) ? 0 : 1;
}

/** The number itself; of two classes with probabilities that of the positive one, of others a label that is a number. */
function predictedNumber({ value, proba }: Outcome['prediction'], task: LedgerTask): number | undefined {
  const score = task === 'classification' && proba !== undefined ? scoreOf(proba) : undefined;
  if (score !== undefined) return score.of;
  return typeof value === 'string' ? undefined : Number(value);
}
