import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import type { LogColumn } from '../../src/wire/log-columns.ts';
import { SqliteLedger, type SqliteLedgerSettings } from '../../src/metric/ledger/sqlite.ts';
import { MetricLog } from '../../src/metric/log/log.ts';
import { type FigureSettings, NO_FURTHER_FIGURES } from '../../src/metric/figures/figure-settings.ts';
import { FigureKeeper } from '../../src/metric/figures/figure-keeper.ts';
import { OutcomeKeeper } from '../../src/metric/ordered/outcome-keeper.ts';

/** What differs from a ledger of a handful of ids; `dir` holds all files. */
export interface FixtureSettings extends Partial<SqliteLedgerSettings> {
  readonly dir: string;
  readonly columns?: readonly LogColumn[];
  readonly challengers?: boolean;
  /** Which figures are kept beside those that always are. */
  readonly figures?: FigureSettings;
}

/** A ledger on disk with the log and the figures that live on it. */
export class LedgerOnDisk implements AsyncDisposable {
  readonly ledger: SqliteLedger;
  readonly figures: FigureKeeper;
  readonly outcomes: OutcomeKeeper;
  readonly metricLog: MetricLog;

  private constructor(
    ledger: SqliteLedger,
    sinks: { readonly linear: FigureKeeper; readonly ordered: OutcomeKeeper },
    metricLog: MetricLog,
  ) {
    this.ledger = ledger;
    this.figures = sinks.linear;
    this.outcomes = sinks.ordered;
    this.metricLog = metricLog;
  }

  static async open({
    dir,
    columns = ['model'],
    challengers = true,
    figures = NO_FURTHER_FIGURES,
    ...settings
  }: FixtureSettings): Promise<LedgerOnDisk> {
    const log = pino({ level: 'silent' });
    const path = join(dir, 'ledger.db');
    const metricLog = new MetricLog({ logsDir: dir, columns, challengers, ledgerPath: path }, log);
    const sinks = {
      linear: new FigureKeeper(log, { settings: figures }),
      ordered: new OutcomeKeeper(metricLog, log, { settings: figures }),
    };
    const whole = {
      path,
      // Nobody pulls the plug in a test: what survives the process is enough.
      durability: 'process',
      recentIdsMax: 1000,
      horizonMs: 10_000,
      retentionMs: 100_000,
      task: undefined,
      output: undefined,
      slices: figures.slices,
      slicesMax: figures.slicesMax,
      ...settings,
    } as const;
    try {
      return new LedgerOnDisk(await SqliteLedger.open(whole, sinks), sinks, metricLog);
    } catch (error) {
      metricLog[Symbol.dispose]();
      throw error;
    }
  }

  /** Rows of the log without the header. */
  rows(): string[] {
    return rowsOf(this.metricLog.path);
  }

  /** Does housekeeping until none is due. */
  async settle(nowMs: number): Promise<void> {
    while (await this.ledger.maintain(nowMs)) continue;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.ledger[Symbol.asyncDispose]();
    this.metricLog[Symbol.dispose]();
  }
}

/** Rows of a log without its header. @throws when its last line is not whole */
export function rowsOf(path: string): string[] {
  const text = readFileSync(path, 'utf8');
  if (!text.endsWith('\n')) throw new Error(`The last line of ${path} is not whole`);
  return text.split('\n').slice(1, -1);
}

/** A directory of its own that goes with the scope. */
export class Scratch implements Disposable {
  readonly dir = mkdtempSync(join(tmpdir(), 'aftermath-metric-'));

  /** As it is on disk at this moment: what a process that is killed now leaves behind. */
  copy(): Scratch {
    const copy = new Scratch();
    cpSync(this.dir, copy.dir, { recursive: true });
    return copy;
  }

  [Symbol.dispose](): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}
