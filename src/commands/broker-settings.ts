import type { SettingKey } from '../config.ts';
import type { DataQueues } from '../wire/queues.ts';

/** Settings of whatever talks over a broker. */
export const BROKER = [
  'broker',
  'dialect',
  'featuresQueue',
  'truthQueue',
  'predictionsQueue',
  'prefetch',
  'batch',
  'linger',
] as const satisfies readonly SettingKey[];

/** Settings of whatever runs as a service. */
export const SERVING = ['port', 'host', 'open', 'stopWithin'] as const satisfies readonly SettingKey[];

/** How a stage meets the stream: the data queues as a team calls them, and how much it takes at once. */
export function stream(values: {
  readonly featuresQueue: string;
  readonly truthQueue: string;
  readonly predictionsQueue: string;
  readonly batch: number;
  readonly linger: number;
}): { readonly queues: DataQueues; readonly batchMax: number; readonly lingerMs: number } {
  const { featuresQueue: features, truthQueue: truth, predictionsQueue: predictions } = values;
  return { queues: { features, truth, predictions }, batchMax: values.batch, lingerMs: values.linger };
}
