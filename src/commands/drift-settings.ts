import type { SETTINGS, SettingKey } from '../config.ts';
import type { FeatureWatchSettings } from '../model/feature-watch.ts';
import type { Values } from '../service/settings.ts';

/** How the model stage watches its features. */
export const DRIFT = [
  'features',
  'reference',
  'referenceRows',
  'driftWindow',
  'featuresEvery',
  'marks',
] as const satisfies readonly SettingKey[];

/** What the model stage is told of it. @param others columns of a data file that are no features */
export function driftOf(
  values: Pick<Values<typeof SETTINGS>, (typeof DRIFT)[number]>,
  others: readonly (string | undefined)[],
): FeatureWatchSettings {
  return {
    referencePath: values.reference,
    referenceColumns: {
      features: values.features,
      others: others.filter((name) => name !== undefined),
    },
    referenceRows: values.referenceRows,
    windowRows: values.driftWindow,
    publishEveryMs: values.featuresEvery,
    marks: values.marks,
  };
}
