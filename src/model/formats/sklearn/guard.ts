import { ModelLoadError } from '../../load-error.ts';
import { numericFrame, Refusals, type Frame, type Scoring, type Step } from './step.ts';

/**
 * The step with a check of the width of every frame it is given: parts of a file that disagree on their columns
 * would else read beyond a row. Widths do not depend on the rows, so `probe` finds all of it when loading.
 *
 * @throws {ModelLoadError} from its functions, on a frame of another width
 */
export function guarded(step: Step): Step {
  const { featureCount, lines } = step;
  if (featureCount === undefined) return step;
  const check = (frame: Frame): void => {
    if (frame.width === featureCount) return;
    throw new ModelLoadError(
      `its ${lines[0]?.trim()} takes ${featureCount} columns and is given ${frame.width}`,
    );
  };
  const checked =
    (score: Scoring): Scoring =>
    (frame, refusals) => {
      check(frame);
      return score(frame, refusals);
    };
  if (step.kind === 'transformer') {
    return {
      ...step,
      transform(frame, refusals) {
        check(frame);
        return step.transform(frame, refusals);
      },
    };
  }
  const predict = checked((frame, refusals) => step.predict(frame, refusals));
  if (step.kind === 'regressor') return { ...step, predict };
  const { proba, decision, both } = step;
  return {
    ...step,
    predict,
    proba: proba && checked(proba),
    decision: decision && checked(decision),
    both:
      both &&
      ((frame, refusals) => {
        check(frame);
        return both(frame, refusals);
      }),
  };
}

/**
 * Predicts one row of zeros, so that a model whose parts do not fit each other is refused when it is loaded.
 *
 * @throws {ModelLoadError}
 */
export function probe(step: Step): void {
  if (step.featureCount === undefined || step.kind === 'transformer') return;
  const frame = numericFrame(1, step.featureCount, new Float64Array(step.featureCount));
  const outputs = step.kind === 'regressor' ? step.outputs : step.classes.length;
  const found = step.predict(frame, new Refusals(new Map())).length;
  if (found !== outputs) throw new ModelLoadError(`it predicts ${found} values where it says ${outputs}`);
  if (step.kind === 'regressor' || step.proba === undefined) return;
  const classes = step.classes.reduce((sum, { length }) => sum + length, 0);
  const shares = step.proba(frame, new Refusals(new Map())).length;
  if (shares !== classes) throw new ModelLoadError(`it gives ${shares} probabilities for ${classes} classes`);
}
