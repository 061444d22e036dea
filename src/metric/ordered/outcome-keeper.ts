import type { Logger } from '../../service/logging.ts';
import { type AlarmSettings, NO_ALARMS } from '../alarms/alarm-settings.ts';
import { Alarms } from '../alarms/alarms.ts';
import { StateReader, StateWriter } from '../../stats/state-bytes.ts';
import { ChangeMarks } from './change-marks.ts';
import { Comparisons } from './comparisons.ts';
import { Estimates } from './estimates.ts';
import { type FigureSettings, NO_FURTHER_FIGURES, lastMax } from '../figures/figure-settings.ts';
import { Histories } from './histories.ts';
import { Intervals, SliceIntervals } from './intervals.ts';
import { LastOutcomes } from './last-outcomes.ts';
import type { LedgerTask, LogCursor, Outcome, OutcomeSink, ReopenOptions } from '../ledger/ledger.ts';
import type { MetricLog } from '../log/log.ts';
import type { OrderedPart } from './ordered-part.ts';
import { OutcomeRuns } from './outcome-runs.ts';
import { taskOfOutcome } from '../figures/outcome-task.ts';
import { TruthsSoFar } from './truths-so-far.ts';
import { VersionMarks } from './version-marks.ts';

/** Where the lines of outcomes go. */
export type OutcomeLog = Pick<MetricLog, 'write' | 'reopen' | 'reopened'>;

/** Takes the outcomes of a ledger, in their order, into the log and what depends on that order, within the ledger's transaction. */
export class OutcomeKeeper implements OutcomeSink {
  readonly histories: Histories;
  readonly intervals: Intervals;
  readonly sliceIntervals: SliceIntervals;
  readonly last: LastOutcomes;
  readonly comparisons: Comparisons;
  readonly estimates: Estimates;
  readonly versions = new VersionMarks();
  readonly changes: ChangeMarks;
  readonly #truths = new TruthsSoFar();
  readonly #metricLog: OutcomeLog;
  readonly #log: Logger;
  readonly #arrivalIsKnown: boolean;
  /** What is watched, and what came of it. */
  readonly alarms: Alarms;
  /** Every part, whether or not it could be read. */
  readonly #parts: readonly OrderedPart[];
  /** Those that outcomes are added to: not to what could not be read, before it is made anew. */
  #whole: readonly OrderedPart[] = [];
  /** Of them: those that are told of each outcome of a run by itself … */
  #singly: readonly OrderedPart[] = [];
  /** … and those that take a run. */
  #inRuns: readonly OrderedPart[] = [];
  readonly #runs: OutcomeRuns;
  #task: LedgerTask | undefined;

  /**
   * @param options.settings absent: nothing beside what is always kept
   * @param options.arrivalIsKnown false: the outcomes come from a log, and what was known when a prediction came in is not
   * @param options.alarms what is watched; absent: nothing
   * @throws {AftermathError} `usage` where something cannot be watched with a promise
   */
  constructor(
    metricLog: OutcomeLog,
    log: Logger,
    options: {
      readonly settings?: FigureSettings;
      readonly arrivalIsKnown?: boolean;
      readonly alarms?: AlarmSettings;
    } = {},
  ) {
    const { settings = NO_FURTHER_FIGURES, arrivalIsKnown = true } = options;
    this.#metricLog = metricLog;
    this.#log = log;
    this.#arrivalIsKnown = arrivalIsKnown;
    this.alarms = new Alarms(options.alarms ?? NO_ALARMS, log);
    this.histories = new Histories(settings);
    this.intervals = new Intervals(settings);
    this.sliceIntervals = new SliceIntervals(settings);
    this.last = new LastOutcomes(lastMax(settings));
    this.comparisons = new Comparisons(settings);
    this.changes = new ChangeMarks(settings.marks, log);
    this.estimates = new Estimates(settings);
    this.#parts = [
      this.#truths,
      this.intervals,
      this.sliceIntervals,
      this.last,
      this.comparisons,
      this.estimates,
      this.versions,
      this.changes,
      this.histories,
    ];
    this.#addTo(this.#parts);
    this.#runs = new OutcomeRuns(settings.threshold, (run) => {
      for (const part of this.#inRuns) part.addRun?.(run);
    });
  }

  write(outcomes: readonly Outcome[]): LogCursor {
    this.replay(outcomes);
    return this.#metricLog.write(outcomes, this.#task);
  }

  replay(outcomes: readonly Outcome[]): void {
    const [first] = outcomes;
    if (first === undefined) return;
    const task = (this.#task ??= taskOfOutcome(first));
    if (this.#whole.includes(this.last)) this.last.expect(outcomes);
    for (const outcome of outcomes) {
      if (this.#runs.put(outcome, task)) {
        for (const part of this.#singly) part.add(outcome, task);
      } else {
        for (const part of this.#whole) part.add(outcome, task);
      }
    }
    this.#runs.end();
    if (!this.alarms.areWatched) return;
    for (const outcome of outcomes) this.alarms.add(outcome, task);
  }

  baseline(): readonly number[] | undefined {
    return this.#arrivalIsKnown ? this.#truths.baseline() : undefined;
  }

  states(): ReadonlyMap<string, Uint8Array> {
    const states = new Map(this.#parts.map((part) => [`${ORDERED}${part.name}`, encoded(part)]));
    return states.set(ALARMS, this.alarms.encode());
  }

  restore(
    states: ReadonlyMap<string, Uint8Array>,
    from: { readonly task: LedgerTask | undefined; readonly number: number },
  ): boolean {
    this.#task = from.task;
    this.alarms.restore(states.get(ALARMS), from.task);
    this.#runs.clear();
    const whole = this.#parts.filter((part) => {
      part.clear();
      const bytes = states.get(`${ORDERED}${part.name}`);
      return bytes === undefined ? from.number === 0 : this.#isRead(part, bytes);
    });
    this.#addTo(whole);
    return this.#whole.length === this.#parts.length;
  }

  /** Alarms stay as they are: their promise is on what comes. */
  async rebuild(outcomes: AsyncIterable<Outcome>): Promise<void> {
    const missing = this.#parts.filter((part) => !this.#whole.includes(part));
    for (const part of missing) part.clear();
    let count = 0;
    for await (const outcome of outcomes) {
      const task = (this.#task ??= taskOfOutcome(outcome));
      for (const part of missing) part.add(outcome, task);
      count++;
    }
    this.#addTo(this.#parts);
    const names = missing.map(({ name }) => name).join(', ');
    this.#log.info(`Made anew from ${count} outcomes, all that the retention keeps: ${names}.`);
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

  #addTo(parts: readonly OrderedPart[]): void {
    this.#whole = parts;
    this.#singly = parts.filter((part) => part.addRun === undefined);
    this.#inRuns = parts.filter((part) => part.addRun !== undefined);
  }

  #isRead(part: OrderedPart, bytes: Uint8Array): boolean {
    try {
      decodeInto(part, bytes);
      return true;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#log.info(`The stored ${part.name} cannot be used (${error.message}).`);
      return false;
    }
  }
}

/**
 * What stored states hold of some ids is taken out of them: the last outcomes name theirs, and nothing else does.
 *
 * @returns the states that are others now, by name, and how many outcomes were in them
 */
export function statesWithout(
  states: ReadonlyMap<string, Uint8Array>,
  keys: ReadonlySet<string>,
): { readonly states: ReadonlyMap<string, Uint8Array>; readonly rows: number } {
  const name = `${ORDERED}last`;
  const bytes = states.get(name);
  if (bytes === undefined || bytes.length === 0) return { states: new Map(), rows: 0 };
  const last = LastOutcomes.of(new StateReader(bytes).text());
  // One of another version is made anew at the next start, of the outcomes that are left.
  if (last === undefined) return { states: new Map([[name, new Uint8Array()]]), rows: 0 };
  decodeInto(last, bytes);
  const rows = last.erase(keys);
  return { states: rows === 0 ? new Map() : new Map([[name, encoded(last)]]), rows };
}

function encoded(part: OrderedPart): Uint8Array {
  const writer = new StateWriter();
  writer.text(part.fingerprint);
  writer.bytes(part.encode());
  return writer.finish();
}

function decodeInto(part: OrderedPart, bytes: Uint8Array): void {
  const reader = new StateReader(bytes);
  if (reader.text() !== part.fingerprint)
    throw new RangeError('they are of another version or other settings');
  part.decode(reader.bytes());
  reader.end();
}

const ORDERED = 'ordered:';
const ALARMS = 'alarms';
