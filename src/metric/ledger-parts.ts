import type { Logger } from '../service/logging.ts';
import { FigureKeeper } from './figures/figure-keeper.ts';
import type { Ledger, OutcomeSinks } from './ledger/ledger.ts';
import { isPostgresUrl, postgresAddress } from './ledger/postgres/address.ts';
import { PostgresLedger } from './ledger/postgres/postgres-ledger.ts';
import { SqliteLedger } from './ledger/sqlite.ts';
import { MetricLog } from './log/log.ts';
import { OutcomeKeeper } from './ordered/outcome-keeper.ts';
import type { MetricSettings } from './settings.ts';

/** The ledger of a metric stage, and what lives on its outcomes. */
export interface LedgerParts {
  readonly ledger: Ledger;
  readonly figures: FigureKeeper;
  readonly outcomes: OutcomeKeeper;
  readonly metricLog: MetricLog;
}

/** What of the settings is about the ledger, the log and the figures. */
export type LedgerSettings = Omit<
  MetricSettings,
  | 'queues'
  | 'dialect'
  | 'bind'
  | 'prefetch'
  | 'batchMax'
  | 'lingerMs'
  | 'snapshotEveryMs'
  | 'alarmWebhook'
  | 'alarmCoverage'
>;

/**
 * Opens the ledger that the settings name, with figures and log where it stands.
 *
 * @throws {AftermathError} `stop` when the ledger or the log cannot be used
 */
export async function openLedgerParts(settings: LedgerSettings, log: Logger): Promise<LedgerParts> {
  const metricLog = new MetricLog(
    {
      logsDir: settings.logsDir,
      columns: settings.logColumns,
      challengers: settings.logChallengers,
      ledgerPath: shownLedger(settings.ledgerPath),
    },
    log,
  );
  const figures = new FigureKeeper(log, { settings: settings.figures });
  try {
    const outcomes = new OutcomeKeeper(metricLog, log, {
      settings: settings.figures,
      alarms: settings.alarms,
    });
    const ledger = await openLedger(settings, { linear: figures, ordered: outcomes }, log);
    return { ledger, figures, outcomes, metricLog };
  } catch (error) {
    metricLog[Symbol.dispose]();
    throw error;
  }
}

/** For messages: an address may hold a password. */
function shownLedger(ledger: string): string {
  return isPostgresUrl(ledger) ? postgresAddress(ledger).shown : ledger;
}

function openLedger(settings: LedgerSettings, sinks: OutcomeSinks, log: Logger): Promise<Ledger> {
  const { ledgerPath, durability, recentIdsMax, horizonMs, retentionMs, output, writesLog } = settings;
  const task = settings.task === 'auto' ? undefined : settings.task;
  const { slices, slicesMax } = settings.figures;
  const rules = { durability, horizonMs, retentionMs, task, output, slices, slicesMax };
  return isPostgresUrl(ledgerPath)
    ? PostgresLedger.open({ ...rules, url: ledgerPath, writesLog }, sinks, log)
    : SqliteLedger.open({ ...rules, path: ledgerPath, recentIdsMax }, sinks);
}
