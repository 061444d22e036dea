import {
  type AsymptoticState,
  addAllToMoments,
  addAllToThreeMoments,
} from '../../stats/asymptotic-sequence.ts';
import { blockLosses } from '../../stats/block-losses.ts';
import { clippedError } from '../../stats/clipped-errors.ts';
import { pinballLoss, pinballName } from '../../stats/pinball.ts';
import type { RegressionBlock } from '../../stats/regression-block.ts';
import { relativeErrorsOf, relativeErrorsOfBlock } from '../../stats/relative-errors.ts';
import type { Baselines } from '../../stats/running-baselines.ts';
import type { ClassBlock } from './class-block.ts';
import {
  type Bounded,
  type BoundedState,
  type IntervalMethod,
  type UnitSequence,
  MOMENTS,
  above0,
  bounded,
  momentsAt,
  root,
  scaled,
  unitOf,
} from './sequence-levels.ts';
import {
  type SkillSequences,
  emptySkillSequences,
  observeSkill,
  observeSkills,
  skillIntervals,
} from './skill-sequences.ts';

/** What is observed, and how. */
export interface SequenceSettings {
  /** The declared bound of a regression's absolute error. */
  readonly errorMax: number | undefined;
  /** Quantiles whose pinball loss has an interval. */
  readonly pinball: readonly number[];
  /** Whether errors in proportion have intervals too; absent: no. */
  readonly relative?: boolean;
  /** Absent: empirical Bernstein. */
  readonly method?: IntervalMethod;
}

/** An error, the naive answers' errors where there are some, and whether the truth lay in the model's own interval. */
export interface RegressionLoss {
  readonly error: number;
  readonly truth: number;
  readonly prediction: number;
  readonly baselines: Baselines | undefined;
  readonly covered: boolean | undefined;
}

/** What intervals of a regression's figures are made of. Plain data. */
export interface RegressionSequences {
  absolute: AsymptoticState;
  signed: AsymptoticState;
  squared: AsymptoticState;
  /** Clipped to the declared bound, where there is one. */
  clipped: { absolute: BoundedState; squared: BoundedState } | undefined;
  /** On the rows that have naive answers. */
  skill: SkillSequences | undefined;
  covered: BoundedState | undefined;
  /** In the order of the settings. */
  readonly pinball: AsymptoticState[];
  /** Where they are asked for. */
  relative: { mape: AsymptoticState; smape: BoundedState; msle: AsymptoticState } | undefined;
}

/** What intervals of a classification's figures are made of. Plain data. */
export interface ClassSequences {
  right: BoundedState;
  missed: BoundedState;
  missedSquared: BoundedState;
  /** Where probabilities of two classes or more came along. */
  logLoss: AsymptoticState | undefined;
}

/** Nothing observed yet. */
export function emptyRegressionSequences({
  pinball,
  relative,
  method,
}: SequenceSettings): RegressionSequences {
  return {
    absolute: MOMENTS.empty(),
    signed: MOMENTS.empty(),
    squared: MOMENTS.empty(),
    clipped: undefined,
    skill: undefined,
    covered: undefined,
    pinball: pinball.map(() => MOMENTS.empty()),
    relative:
      relative === true
        ? { mape: MOMENTS.empty(), smape: unitOf(method).empty(), msle: MOMENTS.empty() }
        : undefined,
  };
}

/** Nothing observed yet. */
export function emptyClassSequences({ method }: Pick<SequenceSettings, 'method'>): ClassSequences {
  const unit = unitOf(method);
  return { right: unit.empty(), missed: unit.empty(), missedSquared: unit.empty(), logLoss: undefined };
}

/** The next first truth of a regression. */
export function observeError(
  state: RegressionSequences,
  { error, truth, prediction, baselines, covered }: RegressionLoss,
  { errorMax, pinball, method }: SequenceSettings,
): void {
  const size = Math.abs(error);
  MOMENTS.add(state.absolute, size);
  MOMENTS.add(state.signed, error);
  MOMENTS.add(state.squared, size * size);
  if (errorMax !== undefined) observeClipped(state, error, { errorMax, method });
  if (covered !== undefined) {
    const unit = unitOf(method);
    unit.add((state.covered ??= unit.empty()), covered ? 1 : 0);
  }
  for (let i = 0; i < pinball.length; i++) MOMENTS.add(state.pinball[i]!, pinballLoss(-error, pinball[i]!));
  if (state.relative !== undefined) observeRelative(state.relative, { truth, prediction }, method);
  if (baselines !== undefined) {
    state.skill ??= emptySkillSequences(errorMax);
    observeSkill(state.skill, { size, truth, baselines }, errorMax);
  }
}

/** The next first truths of a regression, without an interval of the model's own: as `observeError` would one by one. */
export function observeErrors(
  state: RegressionSequences,
  block: RegressionBlock,
  { errorMax, pinball, method }: SequenceSettings,
): void {
  const { count, error, size } = block;
  addAllToThreeMoments(
    [state.absolute, state.signed, state.squared],
    [size, error, blockLosses(block).squared],
    count,
  );
  if (errorMax !== undefined) {
    for (let i = 0; i < count; i++) observeClipped(state, error[i]!, { errorMax, method });
  }
  for (const [i, quantile] of pinball.entries()) {
    const moments = state.pinball[i]!;
    for (let row = 0; row < count; row++) MOMENTS.add(moments, pinballLoss(-error[row]!, quantile));
  }
  if (state.relative !== undefined) {
    const { mape, smape, msle } = relativeErrorsOfBlock(block);
    addAllToMoments(state.relative.mape, mape.values, mape.count);
    addAllToMoments(state.relative.msle, msle.values, msle.count);
    const unit = unitOf(method);
    for (let i = 0; i < smape.count; i++) unit.add(state.relative.smape, smapeShare(smape.values[i]!));
  }
  if (block.hasBaselines) {
    state.skill ??= emptySkillSequences(errorMax);
    observeSkills(state.skill, block, errorMax);
  }
}

function observeClipped(
  state: RegressionSequences,
  error: number,
  { errorMax, method }: { readonly errorMax: number; readonly method: IntervalMethod | undefined },
): void {
  const unit = unitOf(method);
  state.clipped ??= { absolute: unit.empty(), squared: unit.empty() };
  const share = clippedError(error, errorMax) / errorMax;
  unit.add(state.clipped.absolute, share);
  unit.add(state.clipped.squared, share * share);
}

function observeRelative(
  { mape, smape, msle }: NonNullable<RegressionSequences['relative']>,
  outcome: { readonly truth: number; readonly prediction: number },
  method: IntervalMethod | undefined,
): void {
  const found = relativeErrorsOf(outcome);
  if (found.mape !== undefined) MOMENTS.add(mape, found.mape);
  if (found.smape !== undefined) unitOf(method).add(smape, smapeShare(found.smape));
  if (found.msle !== undefined) MOMENTS.add(msle, found.msle);
}

/** It lies in 0..2. */
function smapeShare(smape: number): number {
  return Math.min(1, smape / 2);
}

/** The next first truth of a classification. */
export function observeClass(
  state: ClassSequences,
  loss: {
    readonly isRight: boolean;
    /** 0..1 */
    readonly absoluteError: number;
    readonly logLoss: number | undefined;
  },
  { method }: Pick<SequenceSettings, 'method'>,
): void {
  const unit = unitOf(method);
  const { isRight, absoluteError, logLoss } = loss;
  unit.add(state.right, isRight ? 1 : 0);
  unit.add(state.missed, absoluteError);
  unit.add(state.missedSquared, absoluteError * absoluteError);
  if (logLoss !== undefined) MOMENTS.add((state.logLoss ??= MOMENTS.empty()), logLoss);
}

/** The next first truths of a classification, as `observeClass` would one by one. */
export function observeClasses(
  state: ClassSequences,
  { count, right, absoluteError, logLoss, logLossCount }: ClassBlock,
  { method }: Pick<SequenceSettings, 'method'>,
): void {
  const unit = unitOf(method);
  for (let i = 0; i < count; i++) {
    const missed = absoluteError[i]!;
    unit.add(state.right, right[i]!);
    unit.add(state.missed, missed);
    unit.add(state.missedSquared, missed * missed);
  }
  if (logLossCount > 0) addAllToMoments((state.logLoss ??= MOMENTS.empty()), logLoss, logLossCount);
}

/**
 * The intervals of a regression's figures, by name. Errors have no bound, so they are asymptotic and say nothing below
 * 100 rows, but for those of the clipped ones; that of RMSE is that of MSE under its root; that of a skill is made of both
 * means at half the miscoverage each, so it holds whatever either does.
 *
 * @param alpha miscoverage of each over all looks
 */
export function regressionIntervals(
  state: RegressionSequences,
  alpha: number,
  { errorMax, pinball, method }: SequenceSettings,
): Readonly<Record<string, Bounded | undefined>> {
  const unbounded = momentsAt(alpha);
  const squared = above0(bounded(unbounded, state.squared));
  const { clipped, skill, covered, relative } = state;
  const losses = pinball.map((quantile, i) => [pinballName(quantile), bounded(unbounded, state.pinball[i]!)]);
  return {
    mae: maeInterval(state.absolute, alpha),
    bias: bounded(unbounded, state.signed),
    mse: squared,
    rmse: root(squared),
    ...(clipped && errorMax !== undefined && clippedIntervals(clipped, unitOf(method).at(alpha), errorMax)),
    ...(covered !== undefined && { interval_coverage: bounded(unitOf(method).at(alpha), covered) }),
    ...(Object.fromEntries(losses) as Record<string, Bounded | undefined>),
    ...(relative && {
      mape: above0(bounded(unbounded, relative.mape)),
      smape: scaled(bounded(unitOf(method).at(alpha), relative.smape), 2),
      msle: above0(bounded(unbounded, relative.msle)),
    }),
    ...(skill && skillIntervals(skill, alpha)),
  };
}

/** That of the mean absolute error of a regression alone. */
export function maeInterval(absolute: AsymptoticState, alpha: number): Bounded | undefined {
  return above0(bounded(momentsAt(alpha), absolute));
}

/** The intervals of a classification's figures, by name: valid at any count where they lie in 0..1, asymptotic for log loss. */
export function classIntervals(
  state: ClassSequences,
  alpha: number,
  { method }: Pick<SequenceSettings, 'method'>,
): Readonly<Record<string, Bounded | undefined>> {
  const unit = unitOf(method).at(alpha);
  return {
    accuracy: bounded(unit, state.right),
    mae: bounded(unit, state.missed),
    brier: bounded(unit, state.missedSquared),
    ...(state.logLoss && { log_loss: above0(bounded(momentsAt(alpha), state.logLoss)) }),
  };
}

/** That of one of them alone. @param state `right` or `missed` */
export function classInterval(
  state: BoundedState,
  alpha: number,
  method: IntervalMethod | undefined,
): Bounded | undefined {
  return bounded(unitOf(method).at(alpha), state);
}

function clippedIntervals(
  clipped: NonNullable<RegressionSequences['clipped']>,
  unit: ReturnType<UnitSequence['at']>,
  errorMax: number,
): Record<string, Bounded | undefined> {
  const squares = scaled(bounded(unit, clipped.squared), errorMax * errorMax);
  return {
    clipped_mae: scaled(bounded(unit, clipped.absolute), errorMax),
    clipped_mse: squares,
    clipped_rmse: root(squares),
  };
}
