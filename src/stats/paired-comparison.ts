import { asymptoticSequence } from './asymptotic-sequence.ts';
import type { Bounds, ConfidenceSequence, Interval } from './confidence-sequence.ts';
import { empiricalBernstein } from './empirical-bernstein.ts';

/** The losses of both models on one row: an id that both have scored. */
export interface PairedLosses {
  readonly champion: number;
  readonly challenger: number;
}

/** What is decided, and since when. */
export interface PairedState<S> {
  readonly sequence: S;
  count: number;
  /** Σ(challenger − champion) */
  sum: number;
  /** The first decision and the count at which a look found it; it stays. */
  decided: { readonly better: 'champion' | 'challenger'; readonly count: number } | undefined;
}

/** What can be said now of champion against challenger. */
export interface Verdict extends Interval {
  /** Mean loss of the challenger less that of the champion: below 0 the challenger is better. */
  readonly difference: number;
  readonly better: 'champion' | 'challenger' | 'undecided';
  /** Rows at the look that decided it. */
  readonly decidedAt: number | undefined;
  /** Probability that no look ever decides wrongly; in the limit only where the method is asymptotic. */
  readonly level: number;
  readonly method: string;
}

/**
 * Champion against challenger on the same rows, as one confidence sequence of the difference of their losses:
 * decided at the first look whose interval leaves 0 out, and wrong in at most α of all comparisons however often one
 * looks. The difference is the running mean's, so where the models change places later the interval shows it and
 * the decision stays what it was.
 *
 * @param options.bounds of each loss, declared or clipped to; absent: unbounded, and the method asymptotic from 100
 *   rows on
 */
export function pairedComparison(options: { readonly alpha: number; readonly bounds?: Bounds }): {
  readonly kind: 'order-dependent';
  readonly version: number;
  empty(): PairedState<unknown>;
  /** @throws {RangeError} on a loss outside of its bounds, or not finite; the state is unchanged */
  add(state: PairedState<unknown>, losses: PairedLosses): void;
  /** Looks, and remembers a decision. `undefined` before the first row, or the first look of the method. */
  look(state: PairedState<unknown>): Verdict | undefined;
} {
  const { alpha, bounds } = options;
  const sequence = sequenceOf(alpha, bounds);
  return {
    kind: 'order-dependent',
    version: 1,
    empty: () => ({ sequence: sequence.empty(), count: 0, sum: 0, decided: undefined }),
    add(state, { champion, challenger }) {
      const inside = (loss: number): boolean =>
        bounds === undefined || (loss >= bounds.low && loss <= bounds.high);
      if (!inside(champion) || !inside(challenger)) {
        throw new RangeError(
          `Cannot compare losses of ${champion} and ${challenger}: outside of the declared bounds`,
        );
      }
      sequence.add(state.sequence, challenger - champion);
      state.count++;
      state.sum += challenger - champion;
    },
    look(state) {
      const interval = sequence.interval(state.sequence);
      if (interval === undefined) return undefined;
      const { low, high } = interval;
      if (low > 0) state.decided ??= { better: 'champion', count: state.count };
      if (high < 0) state.decided ??= { better: 'challenger', count: state.count };
      return {
        difference: state.sum / state.count,
        low,
        high,
        better: state.decided?.better ?? 'undecided',
        decidedAt: state.decided?.count,
        level: sequence.level,
        method: sequence.method,
      };
    },
  };
}

function sequenceOf(alpha: number, bounds: Bounds | undefined): ConfidenceSequence<unknown> {
  if (bounds === undefined) return asymptoticSequence({ alpha, tightestAt: 1000, firstLook: 100 });
  const width = bounds.high - bounds.low;
  return empiricalBernstein({ alpha, bounds: { low: -width, high: width } });
}
