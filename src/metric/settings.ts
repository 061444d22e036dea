import type { Source } from '../service/setting.ts';
import type { LogColumn } from '../wire/log-columns.ts';
import type { DataQueues, Dialect } from '../wire/queues.ts';
import type { AlarmSettings } from './alarms/alarm-settings.ts';
import type { FigureSettings, TaskSetting } from './figures/figure-settings.ts';

/** What the metric stage is told. All of it is required: defaults live in `config.ts` alone. */
export interface MetricSettings {
  /** Names of the data queues; it consumes `truth` and `predictions`. */
  readonly queues: DataQueues;
  /** How a queue that does not exist yet is declared. */
  readonly dialect: Dialect;
  /** Exchange of a team's own that the truth comes from, so that nobody loses messages to us. */
  readonly bind: Source | undefined;
  /** File of the ledger; created, with its directory, when missing. Or the `postgres://` address of one that workers share. */
  readonly ledgerPath: string;
  /** Of several workers on one ledger: whether this one may write the log, because it shares its folder. */
  readonly writesLog: boolean;
  /** Directory of `metric_log.csv`; created when missing. */
  readonly logsDir: string;
  /** Columns behind `id,y_true,y_pred,absolute_error`, in this order. */
  readonly logColumns: readonly LogColumn[];
  /** Whether outcomes of challengers are in the log too. */
  readonly logChallengers: boolean;
  /** `auto`: the first outcome tells. Fixed for a ledger once it has an outcome. */
  readonly task: TaskSetting;
  /** Which of several outputs is scored; `undefined`: the first. */
  readonly output: string | undefined;
  /** How long a prediction waits for its truth, or a truth for its prediction. > 0 */
  readonly horizonMs: number;
  /** How long an id is known after its last record; at least `horizonMs`. */
  readonly retentionMs: number;
  /** What a commit survives: the power cut, or only the end of the process. */
  readonly durability: Durability;
  /** Ids held in memory at most; the others lie in the ledger's segments. 1,000..10,000,000 */
  readonly recentIdsMax: number;
  /** Which figures are kept. */
  readonly figures: FigureSettings;
  /** What is watched for alarms. */
  readonly alarms: AlarmSettings;
  /** Where alarms are told beside the exchange: a URL with http or https; `undefined`: nowhere. */
  readonly alarmWebhook: string | undefined;
  /** Below this share of predictions with their truth no alarm is told, 0..1. */
  readonly alarmCoverage: number;
  /** Pause between two snapshots. */
  readonly snapshotEveryMs: number;
  /** Unacknowledged messages at most, for each of the two queues. */
  readonly prefetch: number;
  /** Messages taken into one batch at most. */
  readonly batchMax: number;
  /** How long a batch waits to fill once its first message is there. */
  readonly lingerMs: number;
}

/** What a commit survives. */
export const DURABILITIES = ['power-cut', 'process'] as const;
export type Durability = (typeof DURABILITIES)[number];
