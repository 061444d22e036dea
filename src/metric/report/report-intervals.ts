import type { Interval } from '../../stats/confidence-sequence.ts';
import type { Figures } from '../../stats/figure.ts';
import { RegressionBlock } from '../../stats/regression-block.ts';
import type { Baselines } from '../../stats/running-baselines.ts';
import { addSkillBlock, clippedSkill, skill } from '../../stats/skill.ts';
import {
  type SequenceSettings,
  classIntervals,
  classInterval,
  emptyClassSequences,
  emptyRegressionSequences,
  maeInterval,
  observeClass,
  observeErrors,
  regressionIntervals,
} from '../ordered/loss-sequences.ts';
import type { IntervalMethod } from '../ordered/sequence-levels.ts';
import type { ChangeWatch } from '../../wire/change-watch.ts';
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
  /** Where changes are looked for; absent: nowhere. */
  readonly marks?: readonly ChangeWatch[] | undefined;
}

/** The intervals at one row: of the mean absolute error, of numbers and of classes, and of accuracy. */
export interface CourseIntervals {
  ofRegression(): Interval | undefined;
  ofClasses(): Interval | undefined;
  ofAccuracy(): Interval | undefined;
}

/** Gathers the first row of each id, in the order of the log, for what depends on that order. */
export interface ReportIntervals {
  /** @returns the naive answers as they stood before the row; `undefined` before the first, and where it is not of two numbers */
  add(row: {
    truth: number | string;
    prediction: number | string;
    absoluteError: number;
  }): Baselines | undefined;
  /** The intervals as they are now, which cost nothing until they are looked at. */
  now(): CourseIntervals;
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
  const block = new RegressionBlock();
  const skills = skill.empty();
  const clipped = errorMax === undefined ? undefined : clippedSkill(errorMax);
  const clippedSkills = clipped?.empty();
  /** What waits in the block goes on together. */
  const flush = (): void => {
    const { count, truth, prediction } = block;
    if (count === 0) return;
    observeErrors(errors, block, settings);
    if (block.hasBaselines) addSkillBlock(skills, block);
    if (clippedSkills !== undefined) {
      for (let i = 0; i < count; i++) {
        const baselines = block.baselinesAt(i);
        clipped?.add(clippedSkills, { truth: truth[i]!, prediction: prediction[i]!, baselines });
      }
    }
    block.clear();
  };
  return {
    add({ truth, prediction, absoluteError }) {
      let baselines: Baselines | undefined;
      if (typeof truth === 'number' && typeof prediction === 'number') {
        baselines = naive.before(truth);
        if (!block.hasRoom(baselines !== undefined)) flush();
        block.put(truth, prediction, baselines);
      }
      // Of the probabilities a log has that of the true class alone.
      if (absoluteError <= 1) {
        observeClass(classes, { isRight: truth === prediction, absoluteError, logLoss: undefined }, settings);
      }
      return baselines;
    },
    now() {
      flush();
      const absolute = copied(errors.absolute);
      const [missed, right] = [copied(classes.missed), copied(classes.right)];
      return {
        ofRegression: () => maeInterval(absolute, alpha),
        ofClasses: () => classInterval(missed, alpha, settings.method),
        ofAccuracy: () => classInterval(right, alpha, settings.method),
      };
    },
    ofRegression(figures) {
      flush();
      const all: Figures = {
        ...figures,
        ...skill.value(skills),
        ...(clippedSkills && clipped?.value(clippedSkills)),
      };
      return attached(all, regressionIntervals(errors, alpha, settings));
    },
    ofClasses: (figures) => attached(figures, classIntervals(classes, alpha, settings)),
  };
}

/** A copy of a state: most are a few numbers, which need no more than this. */
function copied<S extends object>(state: S): S {
  for (const value of Object.values(state)) if (typeof value === 'object') return structuredClone(state);
  return { ...state };
}
