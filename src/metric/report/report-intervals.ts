import type { Interval } from '../../stats/confidence-sequence.ts';
import type { Figures } from '../../stats/figure.ts';
import { skill } from '../../stats/skill.ts';
import {
  type IntervalMethod,
  type SequenceSettings,
  classIntervals,
  emptyClassSequences,
  emptyRegressionSequences,
  maeInterval,
  observeClass,
  observeError,
  regressionIntervals,
} from '../ordered/loss-sequences.ts';
import { NaiveSoFar } from './naive-so-far.ts';
import { attached } from '../ordered/population.ts';

/** What a report has beside the figures that are always there. */
export interface ReportSettings {
  /** The declared bound of a regression's absolute error; absent: none. */
  readonly errorMax?: number | undefined;
  /** Quantiles that the model predicts, for their pinball loss; absent: none. */
  readonly pinball?: readonly number[] | undefined;
  /** How intervals of bounded losses are made; absent: by empirical Bernstein. */
  readonly method?: IntervalMethod | undefined;
}

/** Gathers the first row of each id, in the order of the log, for what depends on that order. */
export interface ReportIntervals {
  /** Two numbers; nothing happens where the row cannot be one of a regression. */
  add(row: { truth: number | string; prediction: number | string; absoluteError: number }): void;
  /** The intervals of the mean absolute error now, of numbers and of classes. */
  mae(): { readonly ofRegression: Interval | undefined; readonly ofClasses: Interval | undefined };
  /**
   * The figures with skill against the naive answers as they stood before each row, and with the intervals that hold at
   * every look; one without a valid sequence has none.
   */
  ofRegression(figures: Figures): Figures;
  ofClasses(figures: Figures): Figures;
}

/**
 * Regression: asymptotic sequences, since errors have no bound, and bounded ones for errors that are clipped to a declared
 * bound. Classes: of what is right, and of absolute_error and its square (Brier, two classes), which lie in 0..1.
 *
 * @param alpha miscoverage of each interval over all looks
 */
export function reportIntervals(
  alpha: number,
  { errorMax, pinball = [], method }: ReportSettings = {},
): ReportIntervals {
  const settings: SequenceSettings = {
    errorMax,
    pinball,
    relative: true,
    method: method ?? 'empirical-bernstein',
  };
  const errors = emptyRegressionSequences(settings);
  const classes = emptyClassSequences(settings);
  const naive = new NaiveSoFar();
  const skills = skill.empty();
  return {
    add({ truth, prediction, absoluteError }) {
      if (typeof truth === 'number' && typeof prediction === 'number') {
        const baselines = naive.before(truth);
        const error = prediction - truth;
        observeError(errors, { error, truth, prediction, baselines, covered: undefined }, settings);
        skill.add(skills, { truth, prediction, baselines });
      }
      if (absoluteError > 1) return;
      // Of the probabilities a log has that of the true class alone.
      observeClass(classes, { isRight: truth === prediction, absoluteError, logLoss: undefined }, settings);
    },
    mae: () => ({
      ofRegression: maeInterval(errors.absolute, alpha),
      ofClasses: classIntervals(classes, alpha, settings)['mae'],
    }),
    ofRegression(figures) {
      const all = { ...figures, ...skill.value(skills) };
      return attached(all, regressionIntervals(errors, alpha, settings));
    },
    ofClasses: (figures) => attached(figures, classIntervals(classes, alpha, settings)),
  };
}
