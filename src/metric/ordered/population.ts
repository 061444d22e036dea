import { logLoss } from '../../stats/class-probabilities.ts';
import { type Figures, present } from '../../stats/figure.ts';
import { type LargestErrorState, largestError } from '../../stats/largest-error.ts';
import type { RegressionBlock } from '../../stats/regression-block.ts';
import { absoluteError, labelOf } from '../figures/absolute-error.ts';
import type { FigureSettings } from '../figures/figure-settings.ts';
import type { LedgerTask, Outcome } from '../ledger/ledger.ts';
import type { ClassBlock } from './class-block.ts';
import {
  type ClassSequences,
  type RegressionSequences,
  classIntervals,
  emptyClassSequences,
  emptyRegressionSequences,
  observeClass,
  observeClasses,
  observeError,
  observeErrors,
  regressionIntervals,
} from './loss-sequences.ts';
import type { Bounded } from './sequence-levels.ts';
import { labelAt } from '../figures/score-set.ts';
import { baselinesIn } from '../figures/naive-answers.ts';

/** Some outcomes, as what depends on their order sees them: all of a model, or those of a slice. Plain data. */
export interface Population {
  /** First truths. */
  rows: number;
  /** Of them: with a weight other than 1. Sequences have no weights, so where there are some there are no intervals. */
  weighted: number;
  /** Revisions: they are in the figures, not in the intervals. */
  revisions: number;
  readonly largest: LargestErrorState;
  /** One of the two, as the task is. */
  readonly errors: RegressionSequences | undefined;
  readonly classes: ClassSequences | undefined;
}

/** Nobody yet. */
export function emptyPopulation(task: LedgerTask, settings: FigureSettings): Population {
  return {
    rows: 0,
    weighted: 0,
    revisions: 0,
    largest: largestError.empty(),
    errors: task === 'regression' ? emptyRegressionSequences(settings) : undefined,
    classes: task === 'regression' ? undefined : emptyClassSequences({}),
  };
}

/** The next outcome. A revision changes none of what runs in order but for the largest error, which says so. */
export function observe(state: Population, outcome: Outcome, settings: FigureSettings): void {
  const { prediction, truth, previous } = outcome;
  if (previous !== undefined) {
    state.revisions++;
    if (state.errors !== undefined) {
      const predicted = Number(prediction.value);
      largestError.remove(state.largest, { truth: Number(previous.value), prediction: predicted });
      largestError.add(state.largest, { truth: Number(truth.value), prediction: predicted });
    }
    return;
  }
  const weight = truth.weight ?? prediction.weight;
  if (weight === 0) return;
  state.rows++;
  if (weight !== undefined && weight !== 1) state.weighted++;
  if (state.errors !== undefined) observeRegression(state, state.errors, outcome, settings);
  if (state.classes !== undefined) {
    const label = labelOf(truth.value);
    observeClass(
      state.classes,
      {
        isRight: labelAt(prediction, settings.threshold) === label,
        absoluteError: absoluteError(prediction, truth, 'classification'),
        logLoss: prediction.proba && logLoss(label, prediction.proba),
      },
      {},
    );
  }
}

/** The next first truths of a regression, those of a run. */
export function observeAll(state: Population, block: RegressionBlock, settings: FigureSettings): void {
  if (state.errors === undefined) throw new RangeError('Cannot add numbers to intervals of classes');
  state.rows += block.count;
  largestError.addAll(state.largest, block.size, block.count);
  observeErrors(state.errors, block, settings);
}

/** The next first truths of a classification, those of a run. */
export function observeAllClasses(state: Population, block: ClassBlock): void {
  if (state.classes === undefined) throw new RangeError('Cannot add classes to intervals of numbers');
  state.rows += block.count;
  observeClasses(state.classes, block, {});
}

function observeRegression(
  { largest }: Population,
  errors: RegressionSequences,
  { prediction, truth: { value } }: Outcome,
  settings: FigureSettings,
): void {
  const [truth, predicted] = [Number(value), Number(prediction.value)];
  const { interval, baseline } = prediction;
  largestError.add(largest, { truth, prediction: predicted });
  observeError(
    errors,
    {
      error: predicted - truth,
      truth,
      prediction: predicted,
      baselines: baseline && baselinesIn(baseline),
      covered: interval && truth >= interval[0] && truth <= interval[1],
    },
    settings,
  );
}

/**
 * Figures with the intervals that hold for them at every look, and the largest error of a regression. A figure without a
 * valid sequence has no interval (`interval-reasons.ts` says why).
 *
 * @param options.alpha miscoverage of each interval over all looks
 * @param options.classes seen so far
 */
export function withIntervals(
  figures: Figures,
  { errors, classes, weighted, largest }: Population,
  options: { readonly alpha: number; readonly classes: number; readonly settings: FigureSettings },
): Figures {
  const size = errors && largestError.value(largest);
  const all = size === undefined ? figures : { ...figures, ...present({ largest_absolute_error: size }) };
  if (weighted > 0) return all;
  const { alpha, settings } = options;
  const found: Record<string, Bounded | undefined> = {
    ...(errors && regressionIntervals(errors, alpha, settings)),
    ...(classes && classIntervals(classes, alpha, {})),
  };
  // The sum over many classes goes beyond 1.
  if (options.classes > 2) delete found['brier'];
  return attached(all, found);
}

/** Figures with intervals under their names; one that is not among the figures is left out. */
export function attached(
  figures: Figures,
  intervals: Readonly<Record<string, Bounded | undefined>>,
): Figures {
  return Object.fromEntries(
    Object.entries(figures).map(([name, figure]) => [name, { ...figure, ...intervals[name] }]),
  );
}
