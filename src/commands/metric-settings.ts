import { join } from 'node:path';
import type { SETTINGS, SettingKey } from '../config.ts';
import type { MetricSettings } from '../metric/settings.ts';
import { AftermathError } from '../service/errors.ts';
import { readSecret } from '../service/secret-file.ts';
import { isWebUrl } from '../service/setting.ts';
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
  'marks',
  'alarm',
  'alarmPromise',
  'alarmAlpha',
  'alarmRunLength',
  'alarmReferenceRows',
  'alarmCoverage',
  'alarmWebhook',
  'alarmWebhookFile',
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
  const ofClasses = values.marks.find(({ name }) => name === 'ddm');
  if (ofClasses !== undefined && values.task === 'regression') {
    const found = `it looks at right and wrong labels, and --task is regression; adwin(loss) looks at errors of any size`;
    throw new AftermathError('usage', `Cannot mark changes by --marks "${ofClasses.text}": ${found}.`);
  }
  const slices = [...new Set(values.slice)];
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
      slices,
      slicesMax: values.slicesMax,
      errorMax: values.errorMax,
      pinball: [...new Set(values.quantiles)],
      threshold: values.threshold,
      beta: values.beta,
      marks: values.marks,
    },
    alarms: {
      conditions: values.alarm,
      promise: values.alarmPromise,
      alpha: values.alarmAlpha,
      runLength: values.alarmRunLength,
      referenceRows: values.alarmReferenceRows,
      slices,
      slicesMax: values.slicesMax,
      task: values.task,
      errorMax: values.errorMax,
    },
    alarmWebhook: webhookOf(values),
    alarmCoverage: values.alarmCoverage,
    snapshotEveryMs: values.snapshotEvery,
  };
}

function webhookOf({
  alarmWebhook,
  alarmWebhookFile,
}: Pick<Values<typeof SETTINGS>, 'alarmWebhook' | 'alarmWebhookFile'>): string | undefined {
  if (alarmWebhookFile === undefined) return alarmWebhook;
  if (alarmWebhook !== undefined) {
    const found = '--alarm-webhook and --alarm-webhook-file both name one. Keep one of them';
    throw new AftermathError('usage', `Cannot choose a webhook: ${found}.`);
  }
  const url = readSecret(alarmWebhookFile, "the webhook's URL");
  if (isWebUrl(url)) return url;
  const expected = 'a URL that begins with http:// or https:// is expected in it';
  throw new AftermathError('usage', `Cannot use --alarm-webhook-file ${alarmWebhookFile}: ${expected}.`);
}
