import type { Logger } from '../service/logging.ts';
import { FigureKeeper } from './figure-keeper.ts';
import type { Ledger } from './ledger/ledger.ts';
import { SqliteLedger } from './ledger/sqlite.ts';
import { MetricLog } from './log.ts';
import { OutcomeKeeper } from './outcome-keeper.ts';
import type { MetricSettings } from './settings.ts';

/** The ledger of a metric stage, and what lives on its outcomes. */
export interface LedgerParts {
  readonly ledger: Ledger;
  readonly figures: FigureKeeper;
  readonly outcomes: OutcomeKeeper;
  readonly metricLog: MetricLog;
}

/**
 * Opens the ledger that the settings name, with figures and log where it stands.
 *
 * @throws {AftermathError} `stop` when the ledger or the log cannot be used
 */
export async function openLedgerParts(settings: MetricSettings, log: Logger): Promise<LedgerParts> {
  const metricLog = new MetricLog(
    {
      logsDir: settings.logsDir,
      columns: settings.logColumns,
      challengers: settings.logChallengers,
      ledgerPath: settings.ledgerPath,
    },
    log,
  );
  const figures = new FigureKeeper(log, { settings: settings.figures });
  const outcomes = new OutcomeKeeper(metricLog, log);
  try {
    const ledger = await SqliteLedger.open(
      {
        path: settings.ledgerPath,
        durability: settings.durability,
        recentIdsMax: settings.recentIdsMax,
        horizonMs: settings.horizonMs,
        retentionMs: settings.retentionMs,
        task: settings.task === 'auto' ? undefined : settings.task,
        output: settings.output,
        slices: settings.figures.slices,
        slicesMax: settings.figures.slicesMax,
      },
      { linear: figures, ordered: outcomes },
    );
    return { ledger, figures, outcomes, metricLog };
  } catch (error) {
    metricLog[Symbol.dispose]();
    throw error;
  }
}
