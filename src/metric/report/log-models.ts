import { AftermathError } from '../../service/errors.ts';
import { type LogRow, readLog } from '../log/log-reader.ts';
import { type CollectionSettings, LogCollection } from './log-collection.ts';
import { LogPair } from './log-pair.ts';

/** What is read of a log. */
export interface CollectOptions extends CollectionSettings {
  /**
   * Which model's rows count, where the log has a column `model`: the others are its challengers. Absent: the log holds one
   * model alone.
   */
  readonly model?: string | undefined;
  /** Told how many bytes were read, now and then. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** A log that was read once. */
export interface CollectedLog {
  /** `undefined` where the log names none. */
  readonly model: string | undefined;
  readonly collection: LogCollection;
  /** The other models, in order of first appearance, each paired by id with the first. */
  readonly challengers: readonly Challenger[];
  /** What a reader has to know, in whole sentences. */
  readonly notes: readonly string[];
}

/** Another model of the log. */
export interface Challenger {
  readonly model: string;
  readonly collection: LogCollection;
  readonly pair: LogPair;
}

/**
 * Reads a log as a stream.
 *
 * @throws {AftermathError} `stop` when the file is no such log or a line of it cannot be; `usage` when it
 *   holds several models and none was chosen, or not the chosen one
 */
export async function collectLog(path: string, options: CollectOptions): Promise<CollectedLog> {
  const models = new LogModels(options);
  const slices = options.charts?.slices;
  const log = readLog(path, { slices, onBytes: options.onBytes });
  let step = await log.next();
  for (; step.done !== true; step = await log.next()) {
    for (const row of step.value) models.put(row);
  }
  const model = models.chosen(path);
  const { collection, challengers } = models;
  for (const { rows } of [collection, ...challengers.map((each) => each.collection)]) rows.seal();
  const { tornLine } = step.value;
  const { repeated } = collection.rows;
  return {
    model,
    collection,
    challengers,
    notes: [
      ...(tornLine === undefined ? [] : [`Line ${tornLine}, the last, is not finished and was left out.`]),
      ...(repeated === 0
        ? []
        : [
            `${repeated} ${repeated === 1 ? 'id' : 'ids'} came more than once: the last row of each counts, and the first in the intervals.`,
          ]),
    ],
  };
}

/** Hands every row to its model. */
class LogModels {
  readonly collection: LogCollection;
  readonly challengers: Challenger[] = [];
  readonly #options: CollectOptions;
  readonly #names = new Set<string>();
  readonly #byName = new Map<string, Challenger>();

  constructor(options: CollectOptions) {
    this.#options = options;
    this.collection = new LogCollection(options);
  }

  put(row: LogRow): void {
    const { model: chosen } = this.#options;
    if (row.model !== undefined) this.#names.add(row.model);
    if (chosen === undefined) {
      // Of several models none is reported on, so no more rows are kept.
      if (this.#names.size <= 1) this.collection.put(row);
    } else if (row.model === chosen) this.#putOfChampion(row);
    else if (row.model !== undefined) this.#putOfChallenger(row, row.model);
  }

  /** The name of the model whose rows count; `undefined` where the log has no names. */
  chosen(path: string): string | undefined {
    const { model } = this.#options;
    const names = [...this.#names].map((name) => JSON.stringify(name)).join(', ');
    if (model === undefined && this.#names.size > 1) {
      throw new AftermathError(
        'usage',
        `Cannot report on ${path} as one model: it holds ${names}; choose one with --model`,
      );
    }
    if (model !== undefined && !this.#names.has(model)) {
      const found = names === '' ? 'it has no column model, or no row' : `it holds ${names}`;
      throw new AftermathError(
        'usage',
        `Cannot report on model ${JSON.stringify(model)} in ${path}: ${found}`,
      );
    }
    return model ?? [...this.#names][0];
  }

  #putOfChampion(row: LogRow): void {
    if (!this.collection.put(row)) return;
    for (const { collection, pair } of this.challengers) {
      const other = collection.rows.find(row.id);
      if (other !== undefined) pair.take(row, 'champion', other);
    }
  }

  #putOfChallenger(row: LogRow, model: string): void {
    let challenger = this.#byName.get(model);
    if (challenger === undefined) {
      const settings = { ...this.#options, marks: [] };
      challenger = { model, collection: new LogCollection(settings), pair: new LogPair(settings) };
      this.#byName.set(model, challenger);
      this.challengers.push(challenger);
    }
    if (!challenger.collection.put(row)) return;
    const other = this.collection.rows.find(row.id);
    if (other !== undefined) challenger.pair.take(row, 'challenger', other);
  }
}
