import { type AsymptoticState, asymptoticSequence } from '../../stats/asymptotic-sequence.ts';
import { betting } from '../../stats/betting.ts';
import { clippedError } from '../../stats/clipped-errors.ts';
import type { Bounds, ConfidenceSequence, Interval } from '../../stats/confidence-sequence.ts';
import { empiricalBernstein } from '../../stats/empirical-bernstein.ts';
import type { FigureValue } from '../../stats/figure.ts';
import { predictableMixture } from '../../stats/predictable-mixture.ts';
import { pinballLoss, pinballName } from '../../stats/pinball.ts';
import { relativeErrorsOf } from '../../stats/relative-errors.ts';
import type { Baselines } from '../../stats/running-baselines.ts';

/** An interval with what it promises. */
export type Bounded = Interval & Required<Pick<FigureValue, 'level' | 'method'>>;

/** How intervals of bounded losses are made. The first one covers the running mean, whatever it does. */
export const INTERVAL_METHODS = ['empirical-bernstein', 'predictable-mixture', 'betting'] as const;
export type IntervalMethod = (typeof INTERVAL_METHODS)[number];

/** Of the method that made it. */
type BoundedState = object;

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
  skill: Record<SkillLoss, AsymptoticState> | undefined;
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
export function emptyRegressionSequences({
  pinball,
  relative,
  method,
}: SequenceSettings): RegressionSequences {
  return {
    absolute: emptyMoments(),
    signed: emptyMoments(),
    squared: emptyMoments(),
    clipped: undefined,
    skill: undefined,
    covered: undefined,
    pinball: pinball.map(emptyMoments),
    relative:
      relative === true
        ? { mape: emptyMoments(), smape: unitOf(method).empty(), msle: emptyMoments() }
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
  if (errorMax !== undefined) {
    const unit = unitOf(method);
    state.clipped ??= { absolute: unit.empty(), squared: unit.empty() };
    const share = clippedError(error, errorMax) / errorMax;
    unit.add(state.clipped.absolute, share);
    unit.add(state.clipped.squared, share * share);
  }
  if (covered !== undefined) {
    const unit = unitOf(method);
    unit.add((state.covered ??= unit.empty()), covered ? 1 : 0);
  }
  for (let i = 0; i < pinball.length; i++) MOMENTS.add(state.pinball[i]!, pinballLoss(-error, pinball[i]!));
  if (state.relative !== undefined) observeRelative(state.relative, { truth, prediction }, method);
  if (baselines !== undefined) observeSkill((state.skill ??= emptySkill()), { size, truth, baselines });
}

function observeRelative(
  { mape, smape, msle }: NonNullable<RegressionSequences['relative']>,
  outcome: { readonly truth: number; readonly prediction: number },
  method: IntervalMethod | undefined,
): void {
  const found = relativeErrorsOf(outcome);
  if (found.mape !== undefined) MOMENTS.add(mape, found.mape);
  // 0..2
  if (found.smape !== undefined) unitOf(method).add(smape, Math.min(1, found.smape / 2));
  if (found.msle !== undefined) MOMENTS.add(msle, found.msle);
}

function observeSkill(
  losses: Record<SkillLoss, AsymptoticState>,
  {
    size,
    truth,
    baselines,
  }: { readonly size: number; readonly truth: number; readonly baselines: Baselines },
): void {
  const mean = baselines.mean - truth;
  const last = baselines.last - truth;
  MOMENTS.add(losses.absolute, size);
  MOMENTS.add(losses.squared, size * size);
  MOMENTS.add(losses.medianAbsolute, Math.abs(baselines.median - truth));
  MOMENTS.add(losses.meanSquared, mean * mean);
  MOMENTS.add(losses.lastAbsolute, Math.abs(last));
  MOMENTS.add(losses.lastSquared, last * last);
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
  if (logLoss !== undefined) MOMENTS.add((state.logLoss ??= emptyMoments()), logLoss);
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
    mae: classMaeInterval(state.missed, alpha, method),
    brier: bounded(unit, state.missedSquared),
    ...(state.logLoss && { log_loss: above0(bounded(momentsAt(alpha), state.logLoss)) }),
  };
}

/** That of the mean absolute error of a classification alone. */
export function classMaeInterval(
  missed: BoundedState,
  alpha: number,
  method: IntervalMethod | undefined,
): Bounded | undefined {
  return bounded(unitOf(method).at(alpha), missed);
}

function clippedIntervals(
  clipped: NonNullable<RegressionSequences['clipped']>,
  unit: ConfidenceSequence<BoundedState>,
  errorMax: number,
): Record<string, Bounded | undefined> {
  const squares = scaled(bounded(unit, clipped.squared), errorMax * errorMax);
  return {
    clipped_mae: scaled(bounded(unit, clipped.absolute), errorMax),
    clipped_mse: squares,
    clipped_rmse: root(squares),
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

/** States do not depend on the level: one of any adds to all. */
const MOMENTS = momentsAt(0.05);

function emptyMoments(): AsymptoticState {
  return MOMENTS.empty();
}

/** A sequence of losses in 0..1 at every level. */
interface UnitSequence {
  at(alpha: number): ConfidenceSequence<BoundedState>;
  empty(): BoundedState;
  add(state: BoundedState, loss: number): void;
}

const UNIT: Readonly<Record<IntervalMethod, UnitSequence>> = {
  'empirical-bernstein': unitSequence((alpha) => empiricalBernstein({ alpha, bounds: UNIT_BOUNDS })),
  'predictable-mixture': unitSequence((alpha) => predictableMixture({ alpha, bounds: UNIT_BOUNDS })),
  betting: unitSequence((alpha) => betting({ alpha, bounds: UNIT_BOUNDS })),
};

function unitOf(method: IntervalMethod | undefined): UnitSequence {
  return UNIT[method ?? 'empirical-bernstein'];
}

/** The bets of two of the methods depend on the level: only states of .05 are made, and only looked at there. */
function unitSequence<S>(make: (alpha: number) => ConfidenceSequence<S>): UnitSequence {
  const at = byAlpha(make) as (alpha: number) => ConfidenceSequence<BoundedState>;
  const any = at(0.05);
  return { at, empty: () => any.empty(), add: (state, loss) => any.add(state, loss) };
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
