import { asymptoticSequence } from '../stats/asymptotic-sequence.ts';
import type { ConfidenceSequence, Interval } from '../stats/confidence-sequence.ts';
import { empiricalBernstein } from '../stats/empirical-bernstein.ts';
import type { Figures, FigureValue } from '../stats/figure.ts';

/** Gathers the first row of each id, in the order of the log, for the intervals of the figures. */
export interface ReportIntervals {
  /** Two numbers; nothing happens where the row cannot be one of a regression. */
  add(row: { truth: number | string; prediction: number | string; absoluteError: number }): void;
  /** The intervals of the mean absolute error now, of numbers and of classes. */
  mae(): { readonly ofRegression: Interval | undefined; readonly ofClasses: Interval | undefined };
  /** The figures with the intervals that hold for them at every look; one without a valid sequence has none. */
  ofRegression(figures: Figures): Figures;
  ofClasses(figures: Figures): Figures;
}

/**
 * Regression: the asymptotic sequence of |e|, e and e² (whose root is that of RMSE), from 100 rows on, since errors
 * have no bound. Classes: the empirical-Bernstein sequence of what is right, and of absolute_error and its square
 * (Brier, two classes), which lie in 0..1.
 *
 * @param alpha miscoverage of each interval over all looks
 */
export function reportIntervals(alpha: number): ReportIntervals {
  const unbounded = { alpha, tightestAt: 1000, firstLook: 100 };
  const [absolute, signed, squared] = [1, 2, 3].map(() => running(asymptoticSequence(unbounded))) as [
    Running,
    Running,
    Running,
  ];
  const unit = { alpha, bounds: { low: 0, high: 1 } };
  const [right, missed, missedSquared] = [1, 2, 3].map(() => running(empiricalBernstein(unit))) as [
    Running,
    Running,
    Running,
  ];
  return {
    add({ truth, prediction, absoluteError }) {
      if (typeof truth === 'number' && typeof prediction === 'number') {
        const error = prediction - truth;
        absolute.add(Math.abs(error));
        signed.add(error);
        squared.add(error * error);
      }
      if (absoluteError > 1) return;
      right.add(truth === prediction ? 1 : 0);
      missed.add(absoluteError);
      missedSquared.add(absoluteError * absoluteError);
    },
    mae: () => ({ ofRegression: absolute.above0(), ofClasses: missed.interval() }),
    ofRegression: (figures) =>
      withIntervals(figures, {
        mae: absolute.above0(),
        bias: signed.interval(),
        mse: squared.above0(),
        rmse: root(squared.above0()),
      }),
    ofClasses: (figures) =>
      withIntervals(figures, {
        accuracy: right.interval(),
        mae: missed.interval(),
        brier: missedSquared.interval(),
      }),
  };
}

type Bounded = Omit<FigureValue, 'value'> & Interval;

interface Running {
  add(observation: number): void;
  interval(): Bounded | undefined;
  /** The interval of what cannot be below 0. */
  above0(): Bounded | undefined;
}

function running<S>(sequence: ConfidenceSequence<S>): Running {
  const state = sequence.empty();
  const interval = (): Bounded | undefined => {
    const found = sequence.interval(state);
    return found === undefined ? undefined : { ...found, level: sequence.level, method: sequence.method };
  };
  return {
    add: (observation) => sequence.add(state, observation),
    interval,
    above0() {
      const found = interval();
      return found === undefined ? undefined : { ...found, low: Math.max(0, found.low) };
    },
  };
}

/** An increasing function of a mean has the interval that its ends are taken to. */
function root(interval: Bounded | undefined): Bounded | undefined {
  return interval && { ...interval, low: Math.sqrt(interval.low), high: Math.sqrt(interval.high) };
}

function withIntervals(figures: Figures, intervals: Readonly<Record<string, Bounded | undefined>>): Figures {
  return Object.fromEntries(
    Object.entries(figures).map(([name, figure]) => [name, { ...figure, ...intervals[name] }]),
  );
}
