import { blockLosses } from './block-losses.ts';
import { checkErrorMax, clippedError } from './clipped-errors.ts';
import { addAllToMean } from './exact-mean.ts';
import type { LinearFigures } from './figure.ts';
import { meanFigures } from './mean-figures.ts';
import type { MeansState } from './mean-figures.ts';
import { checkedValue } from './outcome-limits.ts';
import type { RegressionBlock } from './regression-block.ts';
import type { Baselines } from './running-baselines.ts';

/** An outcome with the naive answers as they stood when its prediction came in. */
export interface SkillOutcome {
  readonly truth: number;
  readonly prediction: number;
  /** `undefined` where nothing was known yet: no outcome for the skill. */
  readonly baselines: Baselines | undefined;
  /** 0..1e50; 1 when absent. */
  readonly weight?: number | undefined;
}

const NAMES = [
  'absolute',
  'squared',
  'median_absolute',
  'mean_squared',
  'last_absolute',
  'last_squared',
] as const;

type SkillState = MeansState<(typeof NAMES)[number]>;

/**
 * Skill against naive answers: 1 − loss / loss of the naive one, on the rows that have both. 0 is no better than
 * naive, below 0 is worse than a constant. `mae_skill_median` and `mse_skill_mean` against median and mean so
 * far, `mae_skill_last` and `mse_skill_last` against the last value known; beside them the naive losses
 * `mae_of_median`, `mse_of_mean`, `mae_of_last`. A skill is absent where the naive answer is never wrong.
 */
export const skill: LinearFigures<SkillState, SkillOutcome> = meanFigures({
  names: NAMES,
  version: 1,
  values: (outcome: SkillOutcome) => lossesOf(outcome, Math.abs),
  figures: (means) => ({
    ...skillsOf(means, ''),
    mae_of_median: means.median_absolute,
    mse_of_mean: means.mean_squared,
    mae_of_last: means.last_absolute,
  }),
});

/**
 * The same of errors as if none were larger than a declared bound, those of the naive answers too: `clipped_mae_skill_median`,
 * `clipped_mse_skill_mean`, `clipped_mae_skill_last`, `clipped_mse_skill_last`.
 *
 * @param errorMax > 0, in the unit of the truth
 * @throws {RangeError} on a bound that is none
 */
export function clippedSkill(errorMax: number): LinearFigures<SkillState, SkillOutcome> {
  checkErrorMax(errorMax);
  return meanFigures({
    names: NAMES,
    version: 1,
    values: (outcome: SkillOutcome) => lossesOf(outcome, (error) => clippedError(error, errorMax)),
    figures: (means) => skillsOf(means, 'clipped_'),
  });
}

/** @param sizeOf the size of an error */
function lossesOf(
  { truth, prediction, baselines }: SkillOutcome,
  sizeOf: (error: number) => number,
): Readonly<Record<(typeof NAMES)[number], number | undefined>> {
  const y = checkedValue(truth, 'a truth');
  const size = sizeOf(checkedValue(prediction, 'a prediction') - y);
  if (baselines === undefined) return NONE;
  const off = (value: number): number => sizeOf(checkedValue(value, 'a baseline') - y);
  const [median, mean, last] = [off(baselines.median), off(baselines.mean), off(baselines.last)];
  return {
    absolute: size,
    squared: size * size,
    median_absolute: median,
    mean_squared: mean * mean,
    last_absolute: last,
    last_squared: last * last,
  };
}

function skillsOf(
  means: Readonly<Record<(typeof NAMES)[number], number | undefined>>,
  prefix: string,
): Record<string, number | undefined> {
  return {
    [`${prefix}mae_skill_median`]: skillOf(means.absolute, means.median_absolute),
    [`${prefix}mse_skill_mean`]: skillOf(means.squared, means.mean_squared),
    [`${prefix}mae_skill_last`]: skillOf(means.absolute, means.last_absolute),
    [`${prefix}mse_skill_last`]: skillOf(means.squared, means.last_squared),
  };
}

/** Adds the outcomes of a block that have naive answers, as `add` would one by one. */
export function addSkillBlock({ means }: SkillState, block: RegressionBlock): void {
  const { count, size } = block;
  const losses = blockLosses(block);
  addAllToMean(means.absolute, size, count);
  addAllToMean(means.squared, losses.squared, count);
  addAllToMean(means.median_absolute, losses.medianAbsolute, count);
  addAllToMean(means.mean_squared, losses.meanSquared, count);
  addAllToMean(means.last_absolute, losses.lastAbsolute, count);
  addAllToMean(means.last_squared, losses.lastSquared, count);
}

const NONE = {
  absolute: undefined,
  squared: undefined,
  median_absolute: undefined,
  mean_squared: undefined,
  last_absolute: undefined,
  last_squared: undefined,
};

function skillOf(loss: number | undefined, naive: number | undefined): number | undefined {
  return loss === undefined || naive === undefined || naive === 0 ? undefined : 1 - loss / naive;
}
