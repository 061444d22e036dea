import type { SETTINGS, SettingKey } from '../config.ts';
import type { DatasetSettings } from '../features/settings.ts';
import { AftermathError } from '../service/errors.ts';
import type { Values } from '../service/settings.ts';

/** Settings that say what flows in, and how fast. */
export const DATASET = [
  'data',
  'target',
  'id',
  'time',
  'truthTime',
  'features',
  'tags',
  'rows',
  'rate',
  'speed',
  'order',
  'seed',
  'labelDelay',
] as const satisfies readonly SettingKey[];

type DatasetValues = Pick<Values<typeof SETTINGS>, (typeof DATASET)[number]>;

/**
 * One run over one file. Rows that bring their own id or time are a record of what happened, and go round
 * once; rows without are material for a demonstration, and go round until `--rows` or until it is stopped.
 *
 * @throws {AftermathError} `usage` when settings contradict each other
 */
export function datasetOf(values: DatasetValues, data: string): DatasetSettings {
  if (values.speed !== undefined && values.time === undefined) {
    throw new AftermathError(
      'usage',
      'Cannot replay with --speed: --time is missing, the column with the time of each row.',
    );
  }
  const isRecord = values.id !== undefined || values.time !== undefined;
  return { ...datasetDefaults(values), data, passes: isRecord && values.rows === undefined ? 1 : undefined };
}

/** What a task does not say. Nothing but this: what a run was told is stored, and a broker's URL has a password. */
export function datasetDefaults(values: DatasetValues): Omit<DatasetSettings, 'data'> {
  const { target, id, time, truthTime, features, tags, rows, rate, speed, order, seed, labelDelay } = values;
  const passes = rows === undefined ? 1 : undefined;
  return {
    target,
    id,
    time,
    truthTime,
    features,
    tags,
    rows,
    rate,
    speed,
    order,
    seed,
    labelDelay,
    passes,
  };
}
