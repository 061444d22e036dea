import type { FigureValue } from '../../stats/figure.ts';
import type { ModelSnapshot } from '../../wire/snapshot.ts';
import type { Chosen } from '../chosen.ts';

/** A model against somebody without one. */
export interface Skill {
  /** 1 − loss / loss of the naive answer: above 0 the model is worth having. */
  readonly skill: FigureValue;
  /** The naive answer's own figure, beside the model's: an error, or a share of right labels. */
  readonly naive: number | undefined;
  readonly naiveName: string;
  /** Whether the interval (or, without one, the value) leaves a doubt. */
  readonly verdict: 'better' | 'worse' | 'undecided';
}

/** The skill that a snapshot has for what is chosen, or `undefined`. */
export function skillOf(chosen: Chosen): Skill | undefined {
  const { figures, model } = chosen;
  const { mae_skill_median: skill, mae_of_median: naive, accuracy } = figures;
  if (skill !== undefined)
    return { skill, naive: naive?.value, naiveName: 'the median', verdict: verdictOf(skill) };
  const isWhole = chosen.slice === undefined && chosen.window === undefined;
  return isWhole && accuracy !== undefined ? labelSkill(accuracy, model) : undefined;
}

/** Of labels, against the most frequent one: which it is, is only known afterwards, so the constant has the advantage. */
function labelSkill(accuracy: FigureValue, { confusion }: ModelSnapshot): Skill | undefined {
  const rows = confusion?.counts.map((counts) => counts.reduce((sum, count) => sum + count, 0)) ?? [];
  const naive = Math.max(...rows) / rows.reduce((sum, count) => sum + count, 0);
  // One label alone, or none: there is nothing to be better at.
  if (rows.length === 0 || !(naive < 1)) return undefined;
  const of = (ratio: number) => 1 - (1 - ratio) / (1 - naive);
  const { value, low, high, ...method } = accuracy;
  const skill: FigureValue = {
    value: of(value),
    ...(low !== undefined && high !== undefined && { low: of(low), high: of(high), ...method }),
  };
  return { skill, naive, naiveName: 'the most frequent label', verdict: verdictOf(skill) };
}

function verdictOf({ value, low = value, high = value }: FigureValue): Skill['verdict'] {
  return low > 0 ? 'better' : high < 0 ? 'worse' : 'undecided';
}
