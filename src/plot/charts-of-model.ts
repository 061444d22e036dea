import type { ModelSnapshot } from '../wire/snapshot.ts';
import type { ErrorDistribution } from './charts/error-distribution.ts';
import type { RunningError } from './charts/running-error.ts';

/** What a snapshot says about the spread of a model's errors, or `undefined` before one. */
export function distributionOf(
  model: ModelSnapshot,
  units: string | undefined,
): ErrorDistribution | undefined {
  const { errors: histogram, figures } = model;
  if (histogram === undefined || histogram.above + histogram.counts.length === 0) return undefined;
  return {
    model: model.model,
    units,
    histogram,
    mean: figures['mae']?.value,
    median: figures['median_absolute_error']?.value,
    p95: figures['p95_absolute_error']?.value,
  };
}

/** What a snapshot says about how a model's error went, or `undefined` before one. */
export function runningErrorOf(model: ModelSnapshot, units: string | undefined): RunningError | undefined {
  return model.history.length === 0 ? undefined : { model: model.model, units, points: model.history };
}
