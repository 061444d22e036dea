import type { Baselines } from '../../stats/running-baselines.ts';

/** The naive answers that an outcome carries (`TruthsSoFar.baseline` gave them), by name. */
export function baselinesIn(baseline: readonly number[]): Baselines {
  return { median: baseline[0]!, mean: baseline[1]!, last: baseline[2]! };
}
