import type { AlarmCondition } from '../../wire/alarm-condition.ts';
import type { LossSettings } from './alarm-loss.ts';

/** What is watched, and what an alarm promises. */
export interface AlarmSettings extends LossSettings {
  readonly conditions: readonly AlarmCondition[];
  readonly promise: 'life' | 'run-length';
  /** Of the promise `life`: the chance of any false alarm, ever. Of references that are learnt: that one is too low. */
  readonly alpha: number;
  /** Of the promise `run-length`: outcomes to a false alarm, on average and at least. */
  readonly runLength: number;
  /** Outcomes from which a reference is learnt. */
  readonly referenceRows: number;
  /** Tags whose values are watched each by itself. */
  readonly slices: readonly string[];
  /** Values of one tag at most: what comes later is watched together. */
  readonly slicesMax: number;
}

/** Nothing is watched. */
export const NO_ALARMS: AlarmSettings = {
  conditions: [],
  promise: 'run-length',
  alpha: 0.05,
  runLength: 1_000_000,
  referenceRows: 1_000,
  slices: [],
  slicesMax: 1,
  task: 'auto',
  errorMax: undefined,
};
