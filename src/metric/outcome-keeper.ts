import type { Logger } from '../service/logging.ts';
import { absoluteError } from './absolute-error.ts';
import { History } from './history.ts';
import type { LedgerTask, LogCursor, Outcome, OutcomeSink } from './ledger/ledger.ts';
import type { MetricLog } from './log.ts';
import { ModelFigures } from './model-figures.ts';

/** What is kept of one model's outcomes. */
export interface ModelRecord {
  readonly figures: ModelFigures;
  readonly history: History;
}

/** Where the lines of outcomes go. */
export type OutcomeLog = Pick<MetricLog, 'write' | 'reopen' | 'reopened'>;

/** Takes the outcomes of a ledger into figures, history and log, within the ledger's transaction. */
export class OutcomeKeeper implements OutcomeSink {
  readonly #metricLog: OutcomeLog;
  readonly #log: Logger;
  readonly #timesAreKnown: boolean;
  #models = new Map<string, ModelRecord>();
  #task: LedgerTask | undefined;
  /** The stored figures cannot be read; outcomes are not added to nothing. */
  #stale = false;

  /** @param options.timesAreKnown false: the outcomes come from a log, and their times are not those of the records */
  constructor(metricLog: OutcomeLog, log: Logger, options: { readonly timesAreKnown?: boolean } = {}) {
    this.#metricLog = metricLog;
    this.#log = log;
    this.#timesAreKnown = options.timesAreKnown ?? true;
  }

  /** `undefined` before the model's first outcome. */
  model(name: string): ModelRecord | undefined {
    return this.#models.get(name);
  }

  write(outcomes: readonly Outcome[]): LogCursor {
    this.#add(outcomes);
    return this.#metricLog.write(outcomes, this.#task);
  }

  replay(outcomes: readonly Outcome[]): void {
    if (!this.#stale) this.#add(outcomes);
  }

  #add(outcomes: readonly Outcome[]): void {
    for (const outcome of outcomes) {
      const { figures, history } = this.#record(outcome);
      figures.add(outcome, this.#timesAreKnown);
      if (outcome.previous === undefined) {
        history.add(absoluteError(outcome.prediction, outcome.truth, this.#taskOf(outcome)));
      }
    }
  }

  figures(): ReadonlyMap<string, Uint8Array> {
    const stored = new Map<string, Uint8Array>();
    for (const [name, { figures, history }] of this.#models) {
      stored.set(`${FIGURES}${name}`, figures.encode());
      stored.set(`${HISTORY}${name}`, history.encode());
    }
    return stored;
  }

  restore(stored: ReadonlyMap<string, Uint8Array>, task: LedgerTask | undefined): void {
    this.#task = task;
    try {
      this.#models = modelsIn(stored);
      this.#stale = false;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#log.warn(`The stored figures are of another version (${error.message}).`);
      this.#models = new Map();
      this.#stale = true;
    }
  }

  async reopen(
    cursor: LogCursor | undefined,
    outcomesFrom: (number: number) => AsyncIterable<Outcome>,
  ): Promise<LogCursor> {
    if (this.#stale) await this.#rebuild(outcomesFrom(1));
    return this.#metricLog.reopen(cursor, this.#task, outcomesFrom);
  }

  reopened(): void {
    this.#metricLog.reopened();
  }

  /** Figures of another version are made anew from every outcome that is kept. */
  async #rebuild(outcomes: AsyncIterable<Outcome>): Promise<void> {
    let count = 0;
    for await (const outcome of outcomes) {
      this.#add([outcome]);
      count++;
    }
    this.#stale = false;
    this.#log.warn(`They were made anew from ${count} outcomes: all that the retention keeps.`);
  }

  #record(outcome: Outcome): ModelRecord {
    const { model } = outcome.prediction;
    const known = this.#models.get(model);
    if (known !== undefined) return known;
    const task = this.#taskOf(outcome);
    this.#log.info(`The first outcome of the model "${model}" makes this a ${task}.`);
    const made = { figures: new ModelFigures(task), history: new History() };
    this.#models.set(model, made);
    return made;
  }

  /** The ledger settles the task with the first outcome, by the same two things. */
  #taskOf({ prediction, truth }: Outcome): LedgerTask {
    const numbers = typeof prediction.value === 'number' && typeof truth.value === 'number';
    this.#task ??= numbers && prediction.proba === undefined ? 'regression' : 'classification';
    return this.#task;
  }
}

function modelsIn(stored: ReadonlyMap<string, Uint8Array>): Map<string, ModelRecord> {
  const models = new Map<string, ModelRecord>();
  for (const [name, bytes] of stored) {
    if (!name.startsWith(FIGURES)) continue;
    const model = name.slice(FIGURES.length);
    const history = stored.get(`${HISTORY}${model}`);
    models.set(model, {
      figures: ModelFigures.decode(bytes),
      history: history === undefined ? new History() : History.decode(history),
    });
  }
  return models;
}

const FIGURES = 'model:';
const HISTORY = 'history:';
