import { ModelLoadError } from '../../load-error.ts';
import type { Scoring, Step } from './step.ts';

/**
 * How sure a member is of its second class: its decision, else its probability; a regressor's prediction.
 *
 * @throws {ModelLoadError} when it has none of them
 * @see sklearn.multiclass._predict_binary
 */
export function confidenceOf(step: Step): Scoring {
  if (step.kind === 'regressor') return (frame, refusals) => step.predict(frame, refusals);
  if (step.kind === 'classifier') {
    const { decision, proba } = step;
    if (decision !== undefined) return decision;
    if (proba !== undefined) {
      return (frame, refusals) => {
        const shares = proba(frame, refusals);
        return Float64Array.from({ length: frame.rows }, (_, row) => shares[2 * row + 1] as number);
      };
    }
  }
  throw new ModelLoadError(`it has ${step.lines[0] ?? 'a step'} where a classifier with scores should be`);
}

/** The confidence from which on a member means its second class. */
export function thresholdOf(step: Step | undefined): number {
  return step?.kind === 'classifier' && step.decision === undefined ? 0.5 : 0;
}
