import { brier } from '../../stats/class-probabilities.ts';
import type { Bounds } from '../../stats/confidence-sequence.ts';
import { AftermathError } from '../../service/errors.ts';
import { absoluteError, labelOf } from '../figures/absolute-error.ts';
import type { AlarmCondition } from '../../wire/alarm-condition.ts';
import { flagName } from '../../service/setting.ts';
import type { LedgerTask, Outcome } from '../ledger/ledger.ts';
import type { TaskSetting } from '../figures/figure-settings.ts';

/** The loss whose mean stands behind the figure of a condition: bad is always above. */
export interface AlarmLoss {
  /** Of one outcome; `undefined` where it has none (no probabilities). */
  of(outcome: Outcome): number | undefined;
  /** From the least that it can be, 0 but for a bias, to the greatest: infinite where nobody has declared one. */
  readonly bounds: Bounds;
  /** The loss of a figure, and the figure of a mean loss. */
  lossOf(figure: number): number;
  figureOf(loss: number): number;
  /** The only task that it belongs to; `undefined`: either. */
  readonly task: LedgerTask | undefined;
}

/** What of the settings decides it. */
export interface LossSettings {
  readonly task: TaskSetting;
  /** The declared bound of a regression's absolute error: larger ones are clipped to it. */
  readonly errorMax: number | undefined;
}

/**
 * The loss of a condition.
 *
 * @throws {AftermathError} `usage` where the condition cannot be watched with a promise: no declared bound where one is
 *   needed, a reference that the figure cannot have, or a figure of the other task
 */
export function alarmLoss(condition: AlarmCondition, settings: LossSettings): AlarmLoss {
  const loss = LOSSES[condition.figure](condition, settings);
  const { reference } = condition;
  if (loss.task !== undefined && settings.task !== 'auto' && loss.task !== settings.task) {
    throw refused(
      condition,
      `${condition.figure} is a figure of a ${loss.task}, and --task is ${settings.task}`,
    );
  }
  if (reference === 'learnt' && loss.bounds.high === Infinity) {
    const classes =
      settings.task === 'auto' && condition.figure === 'mae' ? ', say --task classification' : '';
    throw refused(
      condition,
      `the interval of the first rows needs errors with a bound: declare one with --error-max${classes}, or name a number`,
    );
  }
  if (reference !== 'learnt') {
    const { low, high } = loss.bounds;
    const asLoss = loss.lossOf(reference);
    if (!(asLoss > low && asLoss < high)) {
      const ends = [loss.figureOf(low), loss.figureOf(high)].sort((a, b) => a - b);
      throw refused(condition, `the reference has to lie between ${ends[0]} and ${ends[1]}`);
    }
  }
  return loss;
}

type LossMaker = (condition: AlarmCondition, settings: LossSettings) => AlarmLoss;

const same = (value: number): number => value;
const UNIT: Bounds = { low: 0, high: 1 };

const LOSSES: Readonly<Record<AlarmCondition['figure'], LossMaker>> = {
  mae: (_, settings) =>
    settings.task === 'classification'
      ? {
          of: ({ prediction, truth }) => absoluteError(prediction, truth, 'classification'),
          bounds: UNIT,
          lossOf: same,
          figureOf: same,
          task: 'classification',
        }
      : { ...regressionLoss(settings, same), task: 'regression' },
  mse: (_, settings) => ({ ...regressionLoss(settings, square), lossOf: same, figureOf: same }),
  rmse: (_, settings) => ({ ...regressionLoss(settings, square), lossOf: square, figureOf: Math.sqrt }),
  bias(condition, { errorMax }) {
    if (errorMax === undefined) {
      throw refused(condition, 'a bias needs errors with a bound: declare one with --error-max');
    }
    const sign = condition.bad === 'above' ? 1 : -1;
    return {
      of: (outcome) => sign * Math.min(errorMax, Math.max(-errorMax, errorOf(outcome))),
      bounds: { low: -errorMax, high: errorMax },
      lossOf: (bias) => sign * bias,
      figureOf: (loss) => sign * loss,
      task: 'regression',
    };
  },
  accuracy: () => ({
    of: ({ prediction, truth }) => (labelOf(prediction.value) === labelOf(truth.value) ? 0 : 1),
    bounds: UNIT,
    lossOf: (accuracy) => 1 - accuracy,
    figureOf: (loss) => 1 - loss,
    task: 'classification',
  }),
  brier: () => ({
    of: ({ prediction: { proba }, truth }) => proba && brier(labelOf(truth.value), proba),
    bounds: { low: 0, high: 2 },
    lossOf: same,
    figureOf: same,
    task: 'classification',
  }),
};

function regressionLoss({ errorMax = Infinity }: LossSettings, power: (error: number) => number): AlarmLoss {
  return {
    of: (outcome) => power(Math.min(errorMax, Math.abs(errorOf(outcome)))),
    bounds: { low: 0, high: power(errorMax) },
    lossOf: same,
    figureOf: same,
    task: 'regression',
  };
}

function square(value: number): number {
  return value * value;
}

function errorOf({ prediction, truth }: Outcome): number {
  return Number(prediction.value) - Number(truth.value);
}

/** A condition as it is named in messages: `--alarm "mae > 20"`. */
export function alarmFlag({ text }: AlarmCondition): string {
  return `--${flagName('alarm')} ${JSON.stringify(text)}`;
}

function refused(condition: AlarmCondition, why: string): AftermathError {
  return new AftermathError('usage', `Cannot watch ${alarmFlag(condition)}: ${why}.`);
}
