import type { Logger } from '../service/logging.ts';
import type { FigureSink, LedgerTask, Outcome } from './ledger/ledger.ts';
import { ModelFigures } from './model-figures.ts';
import { taskOfOutcome } from './outcome-task.ts';

/** Keeps the linear figures of every model, as one of the ledger's writers. */
export class FigureKeeper implements FigureSink {
  readonly #log: Logger;
  readonly #timesAreKnown: boolean;
  #models = new Map<string, ModelFigures>();
  #others = new Map<string, ModelFigures>();
  #task: LedgerTask | undefined;
  /** The stored figures cannot be read; outcomes are not added to nothing. */
  #stale = false;

  /** @param options.timesAreKnown false: the outcomes come from a log, and their times are not those of the records */
  constructor(log: Logger, options: { readonly timesAreKnown?: boolean } = {}) {
    this.#log = log;
    this.#timesAreKnown = options.timesAreKnown ?? true;
  }

  /** A model's figures over all writers; `undefined` before its first outcome. Read, do not keep. */
  model(name: string): ModelFigures | undefined {
    const [own, others] = [this.#models.get(name), this.#others.get(name)];
    if (own === undefined || others === undefined) return own ?? others;
    const all = new ModelFigures(own.task);
    all.merge(own);
    all.merge(others);
    return all;
  }

  add(outcomes: readonly Outcome[]): void {
    if (this.#stale) return;
    for (const outcome of outcomes) this.#figures(outcome).add(outcome, this.#timesAreKnown);
  }

  states(): ReadonlyMap<string, Uint8Array> {
    return new Map([...this.#models].map(([name, figures]) => [`${FIGURES}${name}`, figures.encode()]));
  }

  restore(states: ReadonlyMap<string, Uint8Array>, task: LedgerTask | undefined): boolean {
    this.#task = task;
    this.#models = new Map();
    try {
      this.#models = modelsIn(states);
      this.#stale = false;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#log.warn(`The stored figures are of another version (${error.message}).`);
      this.#stale = true;
    }
    return !this.#stale;
  }

  async rebuild(outcomes: AsyncIterable<Outcome>): Promise<void> {
    this.#stale = false;
    this.#models = new Map();
    this.#others = new Map();
    let count = 0;
    for await (const outcome of outcomes) {
      this.add([outcome]);
      count++;
    }
    this.#log.warn(`The figures were made anew from ${count} outcomes: all that the retention keeps.`);
  }

  setOthers(states: Iterable<ReadonlyMap<string, Uint8Array>>): void {
    const others = new Map<string, ModelFigures>();
    for (const writer of states) {
      for (const [name, figures] of modelsIn(writer)) {
        const there = others.get(name);
        if (there === undefined) others.set(name, figures);
        else there.merge(figures);
      }
    }
    this.#others = others;
  }

  #figures(outcome: Outcome): ModelFigures {
    const { model } = outcome.prediction;
    const known = this.#models.get(model);
    if (known !== undefined) return known;
    this.#task ??= taskOfOutcome(outcome);
    this.#log.info(`The first outcome of the model "${model}" makes this a ${this.#task}.`);
    const made = new ModelFigures(this.#task);
    this.#models.set(model, made);
    return made;
  }
}

/** @throws {RangeError} on states of another version */
function modelsIn(states: ReadonlyMap<string, Uint8Array>): Map<string, ModelFigures> {
  const models = new Map<string, ModelFigures>();
  for (const [name, bytes] of states) {
    if (name.startsWith(FIGURES)) models.set(name.slice(FIGURES.length), ModelFigures.decode(bytes));
  }
  return models;
}

const FIGURES = 'model:';
