import type { PairedLosses, PairedState, pairedComparison } from '../../stats/paired-comparison.ts';
import type { ComparisonSnapshot } from '../../wire/snapshot.ts';

/** A challenger against a champion, and when is looked next. Plain data. */
export interface Pair {
  readonly state: PairedState<unknown>;
  /** The count at which is looked next: one row in a hundred more, so that looks cost little. */
  nextLook: number;
}

type Comparison = ReturnType<typeof pairedComparison>;

/** Before the first row of both. */
export function emptyPair(comparison: Comparison): Pair {
  return { state: comparison.empty(), nextLook: 1 };
}

/** The next row that both have scored. */
export function takePair(comparison: Comparison, pair: Pair, losses: PairedLosses): void {
  const { state } = pair;
  comparison.add(state, losses);
  if (state.count < pair.nextLook) return;
  comparison.look(state);
  pair.nextLook = Math.max(state.count + 1, Math.floor(state.count * 1.01));
}

/** How the challenger stands against the champion. */
export function shownPair(comparison: Comparison, { state }: Pair, champion: string): ComparisonSnapshot {
  // Nobody remembers this look: what decides are those of `takePair`, which a replay repeats.
  const seen = comparison.look({ ...state });
  const { decided } = state;
  return {
    champion,
    rows: state.count,
    difference: state.sum / state.count,
    ...(seen && { low: seen.low, high: seen.high, level: seen.level, method: seen.method }),
    better: decided?.better ?? 'undecided',
    ...(decided && { decidedAt: decided.count }),
  };
}
