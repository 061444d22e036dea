import { join } from 'node:path';
import type { StageContext } from '../service/stage.ts';
import { AlarmNotices } from './alarms/alarm-notices.ts';
import { exchangeOutlet, webhookOutlet } from './alarms/alarm-outlets.ts';
import { coverageIn } from './snapshot/coverage.ts';
import type { LedgerParts } from './ledger-parts.ts';
import type { MetricFigures } from './prometheus.ts';
import type { MetricSettings } from './settings.ts';

/** How far alarms have been told, beside the log. */
const FILE = 'alarms.json';

/** The notices of a metric stage to its exchange and its webhook; `undefined` where nothing is watched. */
export function openNotices(
  {
    alarmWebhook,
    alarmCoverage,
    logsDir,
  }: Pick<MetricSettings, 'alarmWebhook' | 'alarmCoverage' | 'logsDir'>,
  parts: Pick<LedgerParts, 'ledger' | 'outcomes'> & {
    readonly context: StageContext;
    readonly figures: Pick<MetricFigures, 'alarmTold'>;
  },
): AlarmNotices | undefined {
  const { ledger, context, figures } = parts;
  const { alarms } = parts.outcomes;
  if (!alarms.areWatched) return undefined;
  const webhook = alarmWebhook === undefined ? [] : [webhookOutlet(alarmWebhook)];
  return new AlarmNotices({
    outlets: [exchangeOutlet(context.broker), ...webhook],
    changesAfter: (number) => alarms.changesAfter(number),
    coverageOf: (model) => coverageIn(ledger.books, model),
    coverageMin: alarmCoverage,
    sinceMs: () => ledger.sinceMs,
    path: join(logsDir, FILE),
    leads: ledger.leads,
    log: context.log,
    tried: (outlet, result) => figures.alarmTold(outlet, result),
  });
}
