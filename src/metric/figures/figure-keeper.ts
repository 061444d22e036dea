import type { Logger } from '../../service/logging.ts';
import { type FigureSettings, NO_FURTHER_FIGURES } from './figure-settings.ts';
import type { FigureSink, LedgerTask, Outcome } from '../ledger/ledger.ts';
import { FIGURE_PARTS, type FigurePart, ModelFigures } from './model-figures.ts';
import { taskOfOutcome } from './outcome-task.ts';

/** Keeps the linear figures of every model, as one of the ledger's writers. */
export class FigureKeeper implements FigureSink {
  readonly #log: Logger;
  readonly #settings: FigureSettings;
  readonly #timesAreKnown: boolean;
  #models = new Map<string, ModelFigures>();
  #others = new Map<string, ModelFigures>();
  /** Those whose first outcome was told: a batch that could not be stored is added once more. */
  readonly #told = new Set<string>();
  /** Both together, until either changes. */
  readonly #merged = new Map<string, ModelFigures>();
  #task: LedgerTask | undefined;
  /** What outcomes are added to: not to what could not be read, before it is made anew. */
  #parts: ReadonlySet<FigurePart> = new Set(FIGURE_PARTS);
  /** What could not be read of other writers. */
  #missingOfOthers: ReadonlySet<FigurePart> = new Set();

  /**
   * @param options.settings absent: nothing beside what is always kept
   * @param options.timesAreKnown false: the outcomes come from a log, and their times are not those of the records
   */
  constructor(
    log: Logger,
    options: { readonly settings?: FigureSettings; readonly timesAreKnown?: boolean } = {},
  ) {
    this.#log = log;
    this.#settings = options.settings ?? NO_FURTHER_FIGURES;
    this.#timesAreKnown = options.timesAreKnown ?? true;
  }

  /** A model's figures over all writers; `undefined` before its first outcome. Read, do not keep. */
  model(name: string): ModelFigures | undefined {
    const [own, others] = [this.#models.get(name), this.#others.get(name)];
    if (own === undefined || others === undefined) return own ?? others;
    const before = this.#merged.get(name);
    if (before !== undefined) return before;
    const all = new ModelFigures(own.task, this.#settings);
    all.merge(own);
    all.merge(others);
    this.#merged.set(name, all);
    return all;
  }

  add(outcomes: readonly Outcome[]): void {
    if (outcomes.length > 0) this.#merged.clear();
    const options = { timesAreKnown: this.#timesAreKnown, parts: this.#parts };
    let figures: ModelFigures | undefined;
    let model = '';
    for (const outcome of outcomes) {
      if (figures === undefined || outcome.prediction.model !== model) {
        figures = this.#figures(outcome);
        model = outcome.prediction.model;
      }
      figures.add(outcome, options);
    }
  }

  states(): ReadonlyMap<string, Uint8Array> {
    const states = new Map<string, Uint8Array>();
    for (const [model, figures] of this.#models) {
      for (const part of FIGURE_PARTS) {
        const bytes = figures.encode(part);
        if (bytes !== undefined) states.set(`${part}:${model}`, bytes);
      }
    }
    return states;
  }

  restore(states: ReadonlyMap<string, Uint8Array>, task: LedgerTask | undefined): boolean {
    this.#task = task;
    this.#merged.clear();
    const { models, missing } = this.#read(states);
    this.#models = models;
    this.#parts = new Set(FIGURE_PARTS.filter((part) => !missing.has(part)));
    for (const figures of models.values()) for (const part of missing.keys()) figures.clear(part);
    for (const [part, why] of missing) this.#log.warn(`The stored ${NAMES[part]} cannot be used (${why}).`);
    return missing.size === 0;
  }

  async rebuild(outcomes: AsyncIterable<Outcome>): Promise<void> {
    const missing = FIGURE_PARTS.filter((part) => !this.#parts.has(part) || this.#missingOfOthers.has(part));
    const options = { timesAreKnown: this.#timesAreKnown, parts: new Set(missing) };
    this.#takeOverOthers();
    for (const figures of this.#models.values()) for (const part of missing) figures.clear(part);
    let count = 0;
    for await (const outcome of outcomes) {
      this.#figures(outcome).add(outcome, options);
      count++;
    }
    this.#merged.clear();
    this.#parts = new Set(FIGURE_PARTS);
    const names = missing.map((part) => NAMES[part]).join(', ');
    this.#log.warn(`Made anew from ${count} outcomes, all that the retention keeps: ${names}.`);
  }

  setOthers(states: Iterable<ReadonlyMap<string, Uint8Array>>): void {
    const others = new Map<string, ModelFigures>();
    const missing = new Map<FigurePart, string>();
    for (const writer of states) {
      const read = this.#read(writer);
      for (const [part, why] of read.missing) missing.set(part, why);
      for (const [name, figures] of read.models) {
        const there = others.get(name);
        if (there === undefined) others.set(name, figures);
        else there.merge(figures);
      }
    }
    this.#others = others;
    this.#missingOfOthers = new Set(missing.keys());
    this.#merged.clear();
    for (const [part, why] of missing)
      throw new RangeError(`The ${NAMES[part]} of another writer cannot be used (${why})`);
  }

  /** What is whole of the others' states is made part of this one: it stands for all from now on. */
  #takeOverOthers(): void {
    for (const [name, figures] of this.#others) {
      const own = this.#models.get(name);
      if (own === undefined) this.#models.set(name, figures);
      else own.merge(figures);
    }
    this.#others = new Map();
    this.#missingOfOthers = new Set();
  }

  #figures(outcome: Outcome): ModelFigures {
    const { model } = outcome.prediction;
    const known = this.#models.get(model);
    if (known !== undefined) return known;
    this.#task ??= taskOfOutcome(outcome);
    if (!this.#told.has(model))
      this.#log.info(`The first outcome of the model "${model}" makes this a ${this.#task}.`);
    this.#told.add(model);
    const made = new ModelFigures(this.#task, this.#settings);
    this.#models.set(model, made);
    return made;
  }

  /** The models in stored states, and which parts are missing in some of them, and why. */
  #read(states: ReadonlyMap<string, Uint8Array>): {
    readonly models: Map<string, ModelFigures>;
    readonly missing: Map<FigurePart, string>;
  } {
    const models = new Map<string, ModelFigures>();
    const missing = new Map<FigurePart, string>();
    const attempt = (part: FigurePart, read: () => void): void => {
      try {
        read();
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        missing.set(part, error.message);
      }
    };
    for (const [name, bytes] of states) {
      const part = FIGURE_PARTS.find((each) => name.startsWith(`${each}:`));
      if (part === undefined) continue;
      const model = name.slice(part.length + 1);
      attempt(part, () => {
        const figures = models.get(model) ?? new ModelFigures(ModelFigures.taskIn(bytes), this.#settings);
        models.set(model, figures);
        figures.decode(part, bytes);
      });
    }
    for (const [model, figures] of models) {
      for (const part of FIGURE_PARTS) {
        if (figures.has(part) && !states.has(`${part}:${model}`))
          missing.set(part, 'the settings ask for them now');
      }
    }
    return { models, missing };
  }
}

/** Whether a stored state of this name is of linear figures. */
export function isLinearState(name: string): boolean {
  return FIGURE_PARTS.some((part) => name.startsWith(`${part}:`));
}

const NAMES: Readonly<Record<FigurePart, string>> = {
  model: 'figures',
  faded: 'fading figures',
  slices: 'figures of slices',
};
