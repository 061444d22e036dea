import { type AsymptoticState, addAllToThreeMoments } from '../../stats/asymptotic-sequence.ts';
import { blockLosses } from '../../stats/block-losses.ts';
import { clippedError } from '../../stats/clipped-errors.ts';
import type { ConfidenceSequence } from '../../stats/confidence-sequence.ts';
import type { RegressionBlock } from '../../stats/regression-block.ts';
import type { Baselines } from '../../stats/running-baselines.ts';
import {
  type Bounded,
  type BoundedState,
  MOMENTS,
  above0,
  bounded,
  momentsAt,
  unitOf,
} from './sequence-levels.ts';

const LOSSES = [
  'absolute',
  'squared',
  'medianAbsolute',
  'meanSquared',
  'lastAbsolute',
  'lastSquared',
] as const;
type Losses<S> = Record<(typeof LOSSES)[number], S>;

/** What intervals of skill are made of: the losses of the model and of the naive answers, on the rows that have both. Plain data. */
export interface SkillSequences {
  readonly errors: Losses<AsymptoticState>;
  /** The same clipped to the declared bound, as shares of it, where there is one. */
  readonly clipped: Losses<BoundedState> | undefined;
}

/** An error, and the naive answers as they stood before it. */
export interface SkillLoss {
  /** |e| of the model. */
  readonly size: number;
  readonly truth: number;
  readonly baselines: Baselines;
}

/** Nothing observed yet. @param errorMax the declared bound of an error; `undefined`: none */
export function emptySkillSequences(errorMax: number | undefined): SkillSequences {
  const each = <S>(empty: () => S): Losses<S> =>
    Object.fromEntries(LOSSES.map((loss) => [loss, empty()])) as Losses<S>;
  return {
    errors: each(() => MOMENTS.empty()),
    clipped: errorMax === undefined ? undefined : each(() => UNIT.empty()),
  };
}

/** The next row. */
export function observeSkill(
  { errors, clipped }: SkillSequences,
  { size, truth, baselines }: SkillLoss,
  errorMax: number | undefined,
): void {
  const median = Math.abs(baselines.median - truth);
  const mean = Math.abs(baselines.mean - truth);
  const last = Math.abs(baselines.last - truth);
  MOMENTS.add(errors.absolute, size);
  MOMENTS.add(errors.squared, size * size);
  MOMENTS.add(errors.medianAbsolute, median);
  MOMENTS.add(errors.meanSquared, mean * mean);
  MOMENTS.add(errors.lastAbsolute, last);
  MOMENTS.add(errors.lastSquared, last * last);
  if (clipped === undefined || errorMax === undefined) return;
  observeClipped(clipped, { own: size, ofMedian: median, ofMean: mean, ofLast: last }, errorMax);
}

/** The rows of a block that has naive answers. */
export function observeSkills(
  { errors, clipped }: SkillSequences,
  block: RegressionBlock,
  errorMax: number | undefined,
): void {
  const { count, size, truth, median, mean, last } = block;
  const losses = blockLosses(block);
  addAllToThreeMoments(
    [errors.absolute, errors.squared, errors.medianAbsolute],
    [size, losses.squared, losses.medianAbsolute],
    count,
  );
  addAllToThreeMoments(
    [errors.meanSquared, errors.lastAbsolute, errors.lastSquared],
    [losses.meanSquared, losses.lastAbsolute, losses.lastSquared],
    count,
  );
  if (clipped === undefined || errorMax === undefined) return;
  for (let i = 0; i < count; i++) {
    const y = truth[i]!;
    observeClipped(
      clipped,
      { own: size[i]!, ofMedian: median[i]! - y, ofMean: mean[i]! - y, ofLast: last[i]! - y },
      errorMax,
    );
  }
}

function observeClipped(
  clipped: Losses<BoundedState>,
  errors: {
    readonly own: number;
    readonly ofMedian: number;
    readonly ofMean: number;
    readonly ofLast: number;
  },
  errorMax: number,
): void {
  const own = clippedError(errors.own, errorMax) / errorMax;
  const ofMean = clippedError(errors.ofMean, errorMax) / errorMax;
  const ofLast = clippedError(errors.ofLast, errorMax) / errorMax;
  UNIT.add(clipped.absolute, own);
  UNIT.add(clipped.squared, own * own);
  UNIT.add(clipped.medianAbsolute, clippedError(errors.ofMedian, errorMax) / errorMax);
  UNIT.add(clipped.meanSquared, ofMean * ofMean);
  UNIT.add(clipped.lastAbsolute, ofLast);
  UNIT.add(clipped.lastSquared, ofLast * ofLast);
}

/**
 * The intervals of skills and of naive losses, by name. A skill is 1 − loss / naive loss, so it is had from both means at half
 * the miscoverage each: it holds whatever either does. Asymptotic for the errors as they are, valid at any count for clipped ones.
 */
export function skillIntervals(
  { errors, clipped }: SkillSequences,
  alpha: number,
): Record<string, Bounded | undefined> {
  const whole = momentsAt(alpha);
  return {
    ...ratios(errors, momentsAt(alpha / 2), { level: whole.level, prefix: '' }),
    mae_of_median: above0(bounded(whole, errors.medianAbsolute)),
    mse_of_mean: above0(bounded(whole, errors.meanSquared)),
    mae_of_last: above0(bounded(whole, errors.lastAbsolute)),
    ...(clipped && ratios(clipped, UNIT.at(alpha / 2), { level: whole.level, prefix: 'clipped_' })),
  };
}

/** @param half the sequence at half the miscoverage */
function ratios<S>(
  losses: Losses<S>,
  half: ConfidenceSequence<S>,
  { level, prefix }: { readonly level: number; readonly prefix: string },
): Record<string, Bounded | undefined> {
  const skillOf = (loss: S, naive: S): Bounded | undefined => {
    const [own, other] = [above0(bounded(half, loss)), above0(bounded(half, naive))];
    // A naive loss that may be 0 leaves a skill without a lower end.
    if (own === undefined || other === undefined || !(other.low > 0)) return undefined;
    return { ...own, level, low: 1 - own.high / other.low, high: 1 - own.low / other.high };
  };
  return {
    [`${prefix}mae_skill_median`]: skillOf(losses.absolute, losses.medianAbsolute),
    [`${prefix}mse_skill_mean`]: skillOf(losses.squared, losses.meanSquared),
    [`${prefix}mae_skill_last`]: skillOf(losses.absolute, losses.lastAbsolute),
    [`${prefix}mse_skill_last`]: skillOf(losses.squared, losses.lastSquared),
  };
}

/** The one whose states may be looked at on any level. */
const UNIT = unitOf('empirical-bernstein');
