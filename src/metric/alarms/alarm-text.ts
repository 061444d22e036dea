import type { AlarmSnapshot } from '../../wire/snapshot.ts';
import type { AlarmCondition } from '../../wire/alarm-condition.ts';
import type { AlarmLoss } from './alarm-loss.ts';
import type { AlarmSettings } from './alarm-settings.ts';
import type { WatchState } from './alarm-watch.ts';

/** What a watch looks at. */
export interface AlarmPlace {
  /** Index into the declared ones. */
  readonly condition: number;
  readonly model: string;
  /** Absent: all rows. */
  readonly slice?: { readonly tag: string; readonly value: string };
}

/** How a watch stands, as it is shown and told. One without an alarm is shown as raised: it only looks bad. */
export function alarmSnapshot(
  { model, slice }: AlarmPlace,
  { reference, recent, standing }: WatchState,
  about: {
    readonly condition: AlarmCondition;
    readonly settings: AlarmSettings;
    readonly loss: AlarmLoss;
    readonly evidence: number;
    readonly threshold: number;
  },
): AlarmSnapshot {
  const { condition, settings, loss, evidence, threshold } = about;
  const figure = condition.figure;
  const value = recent.count === 0 ? undefined : loss.figureOf(recent.sum / recent.count);
  const bound = rounded(loss.figureOf(reference ?? 0));
  const atMs = recent.sinceMs;
  const text = [
    `${model}: ${figure}${slice === undefined ? '' : ` where ${slice.tag} is ${slice.value}`} is ${condition.bad} ${bound}`,
    ...(value === undefined
      ? []
      : [`${rounded(value)} over the ${recent.count} outcomes since ${new Date(atMs).toISOString()}`]),
    settings.promise === 'life'
      ? `a false alarm here has a chance of at most ${rounded(1 / threshold)} for ever, of any at most ${settings.alpha}`
      : `false alarms come after ${settings.runLength} outcomes or more on average`,
  ].join('; ');
  return {
    id: standing?.id ?? '',
    state: standing?.state ?? 'raised',
    model,
    figure,
    ...(slice !== undefined && { slice }),
    reference: loss.figureOf(reference ?? 0),
    promise: settings.promise,
    alpha: 1 / threshold,
    evidence,
    threshold,
    ...(value !== undefined && { value }),
    sinceMs: standing?.sinceMs ?? atMs,
    raisedAtMs: standing?.raisedAtMs ?? atMs,
    changedAtMs: standing?.changedAtMs ?? atMs,
    text: `${text}.`,
  };
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
