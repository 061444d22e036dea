import { asymptoticSequence } from '../../stats/asymptotic-sequence.ts';
import { betting } from '../../stats/betting.ts';
import type { Bounds, ConfidenceSequence, Interval } from '../../stats/confidence-sequence.ts';
import { empiricalBernstein } from '../../stats/empirical-bernstein.ts';
import type { FigureValue } from '../../stats/figure.ts';
import { predictableMixture } from '../../stats/predictable-mixture.ts';

/** An interval with what it promises. */
export type Bounded = Interval & Required<Pick<FigureValue, 'level' | 'method'>>;

/** How intervals of bounded losses are made. The first one covers the running mean, whatever it does. */
export const INTERVAL_METHODS = ['empirical-bernstein', 'predictable-mixture', 'betting'] as const;
export type IntervalMethod = (typeof INTERVAL_METHODS)[number];

/** Of the method that made it. */
export type BoundedState = object;

/** The interval of a sequence with what it promises; `undefined` while it says nothing. */
export function bounded<S>(sequence: ConfidenceSequence<S>, state: S): Bounded | undefined {
  const found = sequence.interval(state);
  return found && { ...found, level: sequence.level, method: sequence.method };
}

/** The interval of what cannot be below 0. */
export function above0(interval: Bounded | undefined): Bounded | undefined {
  return interval && { ...interval, low: Math.max(0, interval.low) };
}

/** An increasing function of a mean has the interval that its ends are taken to. */
export function root(interval: Bounded | undefined): Bounded | undefined {
  return interval && { ...interval, low: Math.sqrt(interval.low), high: Math.sqrt(interval.high) };
}

/** In other units. */
export function scaled(interval: Bounded | undefined, factor: number): Bounded | undefined {
  return interval && { ...interval, low: interval.low * factor, high: interval.high * factor };
}

const UNIT_BOUNDS: Bounds = { low: 0, high: 1 };

/** Tightest at 1,000 rows, and no look before 100: later first looks keep the level better. */
export const momentsAt = byAlpha((alpha) => asymptoticSequence({ alpha, tightestAt: 1000, firstLook: 100 }));

/** States do not depend on the level: one of any adds to all. */
export const MOMENTS = momentsAt(0.05);

/** A sequence of losses in 0..1 at every level. */
export interface UnitSequence {
  at(alpha: number): ConfidenceSequence<BoundedState>;
  empty(): BoundedState;
  add(state: BoundedState, loss: number): void;
}

const UNIT: Readonly<Record<IntervalMethod, UnitSequence>> = {
  'empirical-bernstein': unitSequence((alpha) => empiricalBernstein({ alpha, bounds: UNIT_BOUNDS })),
  'predictable-mixture': unitSequence((alpha) => predictableMixture({ alpha, bounds: UNIT_BOUNDS })),
  betting: unitSequence((alpha) => betting({ alpha, bounds: UNIT_BOUNDS })),
};

/** The sequences of a method. @param method absent: empirical Bernstein */
export function unitOf(method: IntervalMethod | undefined): UnitSequence {
  return UNIT[method ?? 'empirical-bernstein'];
}

/** The bets of two of the methods depend on the level: only states of .05 are made, and only looked at there. */
function unitSequence<S>(make: (alpha: number) => ConfidenceSequence<S>): UnitSequence {
  const at = byAlpha(make) as (alpha: number) => ConfidenceSequence<BoundedState>;
  const any = at(0.05);
  return { at, empty: () => any.empty(), add: (state, loss) => any.add(state, loss) };
}

/** The sequence of each level, made once. */
function byAlpha<S>(
  make: (alpha: number) => ConfidenceSequence<S>,
): (alpha: number) => ConfidenceSequence<S> {
  const made = new Map<number, ConfidenceSequence<S>>();
  return (alpha) => {
    let sequence = made.get(alpha);
    if (sequence === undefined) made.set(alpha, (sequence = make(alpha)));
    return sequence;
  };
}
