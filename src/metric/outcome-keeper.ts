import type { Logger } from '../service/logging.ts';
import { absoluteError } from './absolute-error.ts';
import { History } from './history.ts';
import type { LedgerTask, LogCursor, Outcome, OutcomeSink, ReopenOptions } from './ledger/ledger.ts';
import type { MetricLog } from './log.ts';
import { taskOfOutcome } from './outcome-task.ts';
import { TruthsSoFar } from './truths-so-far.ts';

/** Where the lines of outcomes go. */
export type OutcomeLog = Pick<MetricLog, 'write' | 'reopen' | 'reopened'>;

/** Takes the outcomes of a ledger, in their order, into the log and what depends on that order, within the ledger's transaction. */
export class OutcomeKeeper implements OutcomeSink {
  readonly #metricLog: OutcomeLog;
  readonly #log: Logger;
  readonly #arrivalIsKnown: boolean;
  #histories = new Map<string, History>();
  #truths = new TruthsSoFar();
  #task: LedgerTask | undefined;
  /** The stored state cannot be read; outcomes are not added to nothing. */
  #stale = false;

  /** @param options.arrivalIsKnown false: the outcomes come from a log, and what was known when a prediction came in is not */
  constructor(metricLog: OutcomeLog, log: Logger, options: { readonly arrivalIsKnown?: boolean } = {}) {
    this.#metricLog = metricLog;
    this.#log = log;
    this.#arrivalIsKnown = options.arrivalIsKnown ?? true;
  }

  /** How a model's error went; `undefined` before its first outcome. */
  history(model: string): History | undefined {
    return this.#histories.get(model);
  }

  write(outcomes: readonly Outcome[]): LogCursor {
    this.replay(outcomes);
    return this.#metricLog.write(outcomes, this.#task);
  }

  replay(outcomes: readonly Outcome[]): void {
    for (const outcome of outcomes) {
      if (outcome.previous === undefined) this.#addToHistory(outcome);
      if (!this.#stale) this.#truths.add(outcome, this.#taskOf(outcome));
    }
  }

  baseline(): readonly number[] | undefined {
    return this.#arrivalIsKnown ? this.#truths.baseline() : undefined;
  }

  states(): ReadonlyMap<string, Uint8Array> {
    const states = new Map([[TRUTHS, this.#truths.encode()]]);
    for (const [model, history] of this.#histories) states.set(`${HISTORY}${model}`, history.encode());
    return states;
  }

  restore(
    states: ReadonlyMap<string, Uint8Array>,
    from: { readonly task: LedgerTask | undefined; readonly number: number },
  ): boolean {
    this.#task = from.task;
    this.#histories = historiesIn(states);
    this.#truths = new TruthsSoFar();
    const truths = states.get(TRUTHS);
    this.#stale = truths === undefined && from.number > 0;
    try {
      if (truths !== undefined) this.#truths = TruthsSoFar.decode(truths);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#stale = true;
    }
    return !this.#stale;
  }

  /** Histories stay as they are: when their points were set is in no outcome. */
  async rebuild(outcomes: AsyncIterable<Outcome>): Promise<void> {
    this.#stale = false;
    this.#truths = new TruthsSoFar();
    let count = 0;
    for await (const outcome of outcomes) {
      this.#truths.add(outcome, this.#taskOf(outcome));
      count++;
    }
    this.#log.info(
      `What depends on the order of outcomes was made anew from ${count}: all that the retention keeps.`,
    );
  }

  async reopen(
    cursor: LogCursor | undefined,
    outcomesFrom: (number: number) => AsyncIterable<Outcome>,
    options: ReopenOptions = {},
  ): Promise<LogCursor> {
    return this.#metricLog.reopen(cursor, this.#task, outcomesFrom, options);
  }

  reopened(): void {
    this.#metricLog.reopened();
  }

  #addToHistory(outcome: Outcome): void {
    const { model } = outcome.prediction;
    let history = this.#histories.get(model);
    if (history === undefined) this.#histories.set(model, (history = new History()));
    history.add(absoluteError(outcome.prediction, outcome.truth, this.#taskOf(outcome)));
  }

  #taskOf(outcome: Outcome): LedgerTask {
    this.#task ??= taskOfOutcome(outcome);
    return this.#task;
  }
}

function historiesIn(states: ReadonlyMap<string, Uint8Array>): Map<string, History> {
  const histories = new Map<string, History>();
  for (const [name, bytes] of states) {
    if (name.startsWith(HISTORY)) histories.set(name.slice(HISTORY.length), History.decode(bytes));
  }
  return histories;
}

const TRUTHS = 'truths';
const HISTORY = 'history:';
