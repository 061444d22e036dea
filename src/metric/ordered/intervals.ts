import { budgetShare } from '../../stats/alarm-budget.ts';
import type { Figures } from '../../stats/figure.ts';
import { RegressionBlock } from '../../stats/regression-block.ts';
import type { FigureSettings } from '../figures/figure-settings.ts';
import { KeptNames } from '../ledger/kept-names.ts';
import type { LedgerTask, Outcome } from '../ledger/ledger.ts';
import { sliceOf } from '../ledger/slices.ts';
import { type OrderedPart, decodeJson, encodeJson } from './ordered-part.ts';
import type { OutcomeRun } from './outcome-runs.ts';
import {
  type Population,
  emptyPopulation,
  observe,
  observeAll,
  observeAllClasses,
  withIntervals,
} from './population.ts';

/** Miscoverage of an interval over all looks, and of those of all slices of a model together. */
export const ALPHA = 0.05;

/** What intervals and the largest error of each model are made of, over all its outcomes. */
export class Intervals implements OrderedPart {
  readonly name = 'intervals';
  readonly fingerprint: string;
  readonly #settings: FigureSettings;
  #models = new Map<string, Population>();

  constructor(settings: FigureSettings) {
    this.#settings = settings;
    this.fingerprint = JSON.stringify([VERSION, settings.errorMax, settings.threshold, settings.pinball]);
  }

  add(outcome: Outcome, task: LedgerTask): void {
    const { model } = outcome.prediction;
    let population = this.#models.get(model);
    if (population === undefined)
      this.#models.set(model, (population = emptyPopulation(task, this.#settings)));
    observe(population, outcome, this.#settings);
  }

  addRun({ task, model, block }: OutcomeRun): void {
    let population = this.#models.get(model);
    if (population === undefined)
      this.#models.set(model, (population = emptyPopulation(task, this.#settings)));
    if (task === 'regression') observeAll(population, block, this.#settings);
    else observeAllClasses(population, block);
  }

  /** The figures of a model with their intervals, and the largest error. */
  of(model: string, figures: Figures, classes: number): Figures {
    const population = this.#models.get(model);
    if (population === undefined) return figures;
    return withIntervals(figures, population, { alpha: ALPHA, classes, settings: this.#settings });
  }

  /** Revisions for each first truth: how much of the figures is not in their intervals. `undefined` before an outcome. */
  revisedRatio(model: string): number | undefined {
    const population = this.#models.get(model);
    if (population === undefined || population.rows === 0) return undefined;
    return Math.min(1, population.revisions / population.rows);
  }

  clear(): void {
    this.#models = new Map();
  }

  encode(): Uint8Array {
    return encodeJson([...this.#models]);
  }

  decode(bytes: Uint8Array): void {
    this.#models = new Map(decodeJson(bytes) as [string, Population][]);
  }
}

/**
 * The same for every slice. The intervals of all slices of a model hold together: the k-th to come has the share
 * 6 / (π² k²) of the miscoverage, so looking for the worst one is allowed for.
 */
export class SliceIntervals implements OrderedPart {
  readonly name = 'slice-intervals';
  readonly fingerprint: string;
  readonly #settings: FigureSettings;
  #models = new Map<string, ModelSlices>();

  constructor(settings: FigureSettings) {
    this.#settings = settings;
    const { errorMax, threshold, pinball, slices, slicesMax } = settings;
    this.fingerprint = JSON.stringify([VERSION, errorMax, threshold, pinball, slices, slicesMax]);
  }

  add(outcome: Outcome, task: LedgerTask): void {
    const { prediction, truth } = outcome;
    for (const tag of this.#settings.slices) {
      const value = sliceOf(tag, prediction, truth);
      const population =
        value === undefined ? undefined : this.#population(prediction.model, { tag, value }, task);
      if (population !== undefined) observe(population, outcome, this.#settings);
    }
  }

  addRun({ task, model, outcomes, block }: OutcomeRun): void {
    if (task === 'classification') {
      if (this.#settings.slices.length > 0) for (const outcome of outcomes) this.add(outcome, task);
      return;
    }
    for (const tag of this.#settings.slices) {
      const rowsOf = new Map<Population, number[]>();
      for (const [row, { prediction, truth }] of outcomes.entries()) {
        const value = sliceOf(tag, prediction, truth);
        const population = value === undefined ? undefined : this.#population(model, { tag, value }, task);
        if (population === undefined) continue;
        const rows = rowsOf.get(population);
        if (rows === undefined) rowsOf.set(population, [row]);
        else rows.push(row);
      }
      for (const [population, rows] of rowsOf) {
        OF_SLICE.clear();
        for (const row of rows) OF_SLICE.take(block, row);
        observeAll(population, OF_SLICE, this.#settings);
      }
    }
  }

  /** The figures of a slice with their intervals; those of the rest have none. */
  of(
    slice: { readonly model: string; readonly tag: string; readonly value: string },
    figures: Figures,
    classes: number,
  ): Figures {
    const found = this.#models.get(slice.model)?.tags.get(slice.tag)?.populations.get(slice.value);
    if (found === undefined) return figures;
    const alpha = ALPHA * budgetShare(found.index);
    return withIntervals(figures, found.population, { alpha, classes, settings: this.#settings });
  }

  clear(): void {
    this.#models = new Map();
  }

  encode(): Uint8Array {
    return encodeJson(
      [...this.#models].map(([model, { seen, tags }]) => [
        model,
        seen,
        [...tags].map(([tag, { populations }]) => [tag, [...populations]]),
      ]),
    );
  }

  decode(bytes: Uint8Array): void {
    this.#models = new Map();
    for (const [model, seen, stored] of decodeJson(bytes) as StoredSlices) {
      const tags = new Map<string, TagSlices>();
      for (const [tag, populations] of stored) {
        const names = new KeptNames(this.#settings.slicesMax);
        for (const [value] of populations) names.take(value);
        tags.set(tag, { names, populations: new Map(populations) });
      }
      this.#models.set(model, { seen, tags });
    }
  }

  /** That of a slice, made for a new one; `undefined` where it is one of the rest. */
  #population(
    model: string,
    { tag, value }: { readonly tag: string; readonly value: string },
    task: LedgerTask,
  ): Population | undefined {
    let slices = this.#models.get(model);
    if (slices === undefined) this.#models.set(model, (slices = { seen: 0, tags: new Map() }));
    let ofTag = slices.tags.get(tag);
    if (ofTag === undefined) {
      ofTag = { names: new KeptNames(this.#settings.slicesMax), populations: new Map() };
      slices.tags.set(tag, ofTag);
    }
    const known = ofTag.populations.get(value);
    if (known !== undefined) return known.population;
    const gone = ofTag.names.take(value);
    if (gone !== undefined) ofTag.populations.delete(gone);
    if (gone === value) return undefined;
    const made = { index: ++slices.seen, population: emptyPopulation(task, this.#settings) };
    ofTag.populations.set(value, made);
    return made.population;
  }
}

interface ModelSlices {
  /** Slices that ever came, of all tags: which share of the miscoverage the next one gets. */
  seen: number;
  readonly tags: Map<string, TagSlices>;
}

interface TagSlices {
  readonly names: KeptNames;
  readonly populations: Map<string, { readonly index: number; readonly population: Population }>;
}

type StoredSlices = [
  model: string,
  seen: number,
  tags: [tag: string, populations: [string, { readonly index: number; readonly population: Population }][]][],
][];

/** The rows of one slice, while they are added. */
const OF_SLICE = new RegressionBlock();

/** Of the stored states. */
const VERSION = 3;
