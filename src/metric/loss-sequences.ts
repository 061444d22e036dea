import { type AsymptoticState, asymptoticSequence } from '../stats/asymptotic-sequence.ts';
import { clippedError } from '../stats/clipped-errors.ts';
import type { Bounds, ConfidenceSequence, Interval } from '../stats/confidence-sequence.ts';
import { type EmpiricalBernsteinState, empiricalBernstein } from '../stats/empirical-bernstein.ts';
import type { FigureValue } from '../stats/figure.ts';
import type { Baselines } from '../stats/running-baselines.ts';

/** An interval with what it promises. */
export type Bounded = Interval & Required<Pick<FigureValue, 'level' | 'method'>>;

/** An error, the naive answers' errors where there are some, and whether the truth lay in the model's own interval. */
export interface RegressionLoss {
  readonly error: number;
  readonly truth: number;
  readonly baselines: Baselines | undefined;
  readonly covered: boolean | undefined;
}

/** What intervals of a regression's figures are made of. Plain data. */
export interface RegressionSequences {
  absolute: AsymptoticState;
  signed: AsymptoticState;
  squared: AsymptoticState;
  /** Clipped to the declared bound, where there is one. */
  clipped: { absolute: EmpiricalBernsteinState; squared: EmpiricalBernsteinState } | undefined;
  /** On the rows that have naive answers. */
  skill: Record<SkillLoss, AsymptoticState> | undefined;
  covered: EmpiricalBernsteinState | undefined;
}

/** What intervals of a classification's figures are made of. Plain data. */
export interface ClassSequences {
  right: EmpiricalBernsteinState;
  missed: EmpiricalBernsteinState;
  missedSquared: EmpiricalBernsteinState;
}

const SKILL_LOSSES = [
  'absolute',
  'squared',
  'medianAbsolute',
  'meanSquared',
  'lastAbsolute',
  'lastSquared',
] as const;
type SkillLoss = (typeof SKILL_LOSSES)[number];

/** Nothing observed yet. */
export function emptyRegressionSequences(): RegressionSequences {
  return {
    absolute: emptyMoments(),
    signed: emptyMoments(),
    squared: emptyMoments(),
    clipped: undefined,
    skill: undefined,
    covered: undefined,
  };
}

/** Nothing observed yet. */
export function emptyClassSequences(): ClassSequences {
  return { right: emptyBounded(), missed: emptyBounded(), missedSquared: emptyBounded() };
}

/** The next first truth of a regression. @param errorMax the declared bound of the absolute error */
export function observeError(
  state: RegressionSequences,
  { error, truth, baselines, covered }: RegressionLoss,
  errorMax: number | undefined,
): void {
  const size = Math.abs(error);
  MOMENTS.add(state.absolute, size);
  MOMENTS.add(state.signed, error);
  MOMENTS.add(state.squared, size * size);
  if (errorMax !== undefined) {
    state.clipped ??= { absolute: emptyBounded(), squared: emptyBounded() };
    const share = clippedError(error, errorMax) / errorMax;
    UNIT.add(state.clipped.absolute, share);
    UNIT.add(state.clipped.squared, share * share);
  }
  if (covered !== undefined) UNIT.add((state.covered ??= emptyBounded()), covered ? 1 : 0);
  if (baselines === undefined) return;
  const { skill } = state;
  const losses = skill ?? (state.skill = emptySkill());
  const mean = baselines.mean - truth;
  const last = baselines.last - truth;
  MOMENTS.add(losses.absolute, size);
  MOMENTS.add(losses.squared, size * size);
  MOMENTS.add(losses.medianAbsolute, Math.abs(baselines.median - truth));
  MOMENTS.add(losses.meanSquared, mean * mean);
  MOMENTS.add(losses.lastAbsolute, Math.abs(last));
  MOMENTS.add(losses.lastSquared, last * last);
}

/** The next first truth of a classification. @param absoluteError 0..1 */
export function observeClass(state: ClassSequences, isRight: boolean, absoluteError: number): void {
  UNIT.add(state.right, isRight ? 1 : 0);
  UNIT.add(state.missed, absoluteError);
  UNIT.add(state.missedSquared, absoluteError * absoluteError);
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
  errorMax: number | undefined,
): Readonly<Record<string, Bounded | undefined>> {
  const unbounded = momentsAt(alpha);
  const squared = above0(bounded(unbounded, state.squared));
  const { clipped, skill, covered } = state;
  const clippedSquares =
    clipped && errorMax && scaled(bounded(unitAt(alpha), clipped.squared), errorMax ** 2);
  return {
    mae: above0(bounded(unbounded, state.absolute)),
    bias: bounded(unbounded, state.signed),
    mse: squared,
    rmse: root(squared),
    ...(clipped &&
      errorMax && {
        clipped_mae: scaled(bounded(unitAt(alpha), clipped.absolute), errorMax),
        clipped_mse: clippedSquares || undefined,
        clipped_rmse: root(clippedSquares || undefined),
      }),
    ...(covered && { interval_coverage: bounded(unitAt(alpha), covered) }),
    ...(skill && skillIntervals(skill, alpha)),
  };
}

/** The intervals of a classification's figures, by name: valid at any count, since all lie in 0..1. */
export function classIntervals(
  state: ClassSequences,
  alpha: number,
): Readonly<Record<string, Bounded | undefined>> {
  const unit = unitAt(alpha);
  return {
    accuracy: bounded(unit, state.right),
    mae: bounded(unit, state.missed),
    brier: bounded(unit, state.missedSquared),
  };
}

function skillIntervals(
  losses: Record<SkillLoss, AsymptoticState>,
  alpha: number,
): Record<string, Bounded | undefined> {
  const whole = momentsAt(alpha);
  const half = momentsAt(alpha / 2);
  const skillOf = (loss: SkillLoss, naive: SkillLoss): Bounded | undefined => {
    const [own, other] = [above0(bounded(half, losses[loss])), above0(bounded(half, losses[naive]))];
    // A naive loss that may be 0 leaves a skill without a lower end.
    if (own === undefined || other === undefined || !(other.low > 0)) return undefined;
    return { ...own, level: whole.level, low: 1 - own.high / other.low, high: 1 - own.low / other.high };
  };
  return {
    mae_skill_median: skillOf('absolute', 'medianAbsolute'),
    mse_skill_mean: skillOf('squared', 'meanSquared'),
    mae_skill_last: skillOf('absolute', 'lastAbsolute'),
    mse_skill_last: skillOf('squared', 'lastSquared'),
    mae_of_median: above0(bounded(whole, losses.medianAbsolute)),
    mse_of_mean: above0(bounded(whole, losses.meanSquared)),
    mae_of_last: above0(bounded(whole, losses.lastAbsolute)),
  };
}

function emptySkill(): Record<SkillLoss, AsymptoticState> {
  return {
    absolute: emptyMoments(),
    squared: emptyMoments(),
    medianAbsolute: emptyMoments(),
    meanSquared: emptyMoments(),
    lastAbsolute: emptyMoments(),
    lastSquared: emptyMoments(),
  };
}

function bounded<S>(sequence: ConfidenceSequence<S>, state: S): Bounded | undefined {
  const found = sequence.interval(state);
  return found && { ...found, level: sequence.level, method: sequence.method };
}

/** The interval of what cannot be below 0. */
function above0(interval: Bounded | undefined): Bounded | undefined {
  return interval && { ...interval, low: Math.max(0, interval.low) };
}

/** An increasing function of a mean has the interval that its ends are taken to. */
function root(interval: Bounded | undefined): Bounded | undefined {
  return interval && { ...interval, low: Math.sqrt(interval.low), high: Math.sqrt(interval.high) };
}

function scaled(interval: Bounded | undefined, factor: number): Bounded | undefined {
  return interval && { ...interval, low: interval.low * factor, high: interval.high * factor };
}

const UNIT_BOUNDS: Bounds = { low: 0, high: 1 };

/** Tightest at 1,000 rows, and no look before 100: later first looks keep the level better. */
const momentsAt = byAlpha((alpha) => asymptoticSequence({ alpha, tightestAt: 1000, firstLook: 100 }));
const unitAt = byAlpha((alpha) => empiricalBernstein({ alpha, bounds: UNIT_BOUNDS }));

/** States do not depend on the level: one of any adds to all. */
const MOMENTS = momentsAt(0.05);
const UNIT = unitAt(0.05);

function emptyMoments(): AsymptoticState {
  return MOMENTS.empty();
}

function emptyBounded(): EmpiricalBernsteinState {
  return UNIT.empty();
}

/** The sequence of each level, made once. */
function byAlpha<S>(
  make: (alpha: number) => ConfidenceSequence<S>,
): (alpha: number) => ConfidenceSequence<S> {
  const made = new Map<number, ConfidenceSequence<S>>();
  return (alpha) => {
    let sequence = made.get(alpha);
    if (sequence === undefined) made.set(alpha, (sequence = make(alpha)));
    return sequence;
  };
}
