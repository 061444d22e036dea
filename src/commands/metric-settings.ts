import { join } from 'node:path';
import type { SETTINGS, SettingKey } from '../config.ts';
import type { MetricSettings } from '../metric/settings.ts';
import { AftermathError } from '../service/errors.ts';
import type { Values } from '../service/settings.ts';

/** Settings of the ledger, the log and the figures. */
export const METRIC = [
  'logs',
  'ledger',
  'logWriter',
  'horizon',
  'retention',
  'durability',
  'task',
  'output',
  'logColumns',
  'logChallengers',
  'windows',
  'slice',
  'slicesMax',
  'errorMax',
  'quantiles',
  'threshold',
  'beta',
  'snapshotEvery',
  'recentIds',
] as const satisfies readonly SettingKey[];

/**
 * What the metric stage is told of its own.
 *
 * @throws {AftermathError} `usage` when settings contradict each other
 */
export function metricOf(
  values: Pick<Values<typeof SETTINGS>, (typeof METRIC)[number]>,
): Omit<MetricSettings, 'queues' | 'dialect' | 'bind' | 'prefetch' | 'batchMax' | 'lingerMs'> {
  if (values.retention < values.horizon) {
    throw new AftermathError(
      'usage',
      'Cannot forget an id that may still get its truth: --retention is shorter than --horizon.',
    );
  }
  return {
    ledgerPath: values.ledger ?? join(values.logs, 'ledger.db'),
    writesLog: values.logWriter,
    logsDir: values.logs,
    logColumns: values.logColumns,
    logChallengers: values.logChallengers,
    task: values.task,
    output: values.output,
    horizonMs: values.horizon,
    retentionMs: values.retention,
    durability: values.durability,
    recentIdsMax: values.recentIds,
    figures: {
      windows: values.windows,
      slices: [...new Set(values.slice)],
      slicesMax: values.slicesMax,
      errorMax: values.errorMax,
      pinball: [...new Set(values.quantiles)],
      threshold: values.threshold,
      beta: values.beta,
    },
    snapshotEveryMs: values.snapshotEvery,
  };
}
