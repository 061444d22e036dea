import type { FigureValue } from '../../stats/figure.ts';
import type { Chosen } from '../chosen.ts';

/** A model against somebody without one. */
export interface Skill {
  /** 1 − loss / loss of the naive answer: above 0 the model is worth having. */
  readonly skill: FigureValue;
  /** The naive answer's own figure, beside the model's. */
  readonly naive: number | undefined;
  readonly naiveName: string;
  /** Whether the interval (or, without one, the value) leaves a doubt. */
  readonly verdict: 'better' | 'worse' | 'undecided';
}

/** The skill that a snapshot has for what is chosen, or `undefined`. */
export function skillOf({ figures }: Chosen): Skill | undefined {
  for (const { name, of, naiveName } of BASELINES) {
    const skill = figures[name];
    if (skill === undefined) continue;
    const { value, low = value, high = value } = skill;
    const verdict = low > 0 ? 'better' : high < 0 ? 'worse' : 'undecided';
    return { skill, naive: figures[of]?.value, naiveName, verdict };
  }
  return undefined;
}

const BASELINES = [{ name: 'mae_skill_median', of: 'mae_of_median', naiveName: 'the median' }] as const;
