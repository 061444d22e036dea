import { budgetShare } from '../../stats/alarm-budget.ts';
import type { Bounds } from '../../stats/confidence-sequence.ts';
import { eDetector } from '../../stats/e-detector.ts';
import { eProcess, type Evidence } from '../../stats/e-process.ts';
import { empiricalBernstein, type EmpiricalBernsteinState } from '../../stats/empirical-bernstein.ts';
import { lossBets } from '../../stats/loss-bets.ts';

/** What an alarm promises. */
export interface AlarmPromise {
  /** `life`: an e-process, false alarms over its whole life; `run-length`: an e-detector, outcomes to a false alarm. */
  readonly kind: 'life' | 'run-length';
  /** To be shared by all watches: false alarms over the whole life, or 1 / outcomes to a false alarm. */
  readonly alpha: number;
  /** To be shared by all references that are learnt: the chance that one is too low. */
  readonly referenceAlpha: number;
  /** Outcomes from which a reference is learnt. */
  readonly referenceRows: number;
}

/** One figure of one model, over all rows or over a slice. Plain data, stored as JSON. */
export interface WatchState {
  /** Of the shared α: all shares ever given sum to at most 1. */
  share: number;
  /** As a loss; `null` while it is learnt. */
  reference: number | null;
  /** Where the reference is learnt from. */
  learning: EmpiricalBernsteinState | null;
  /** Capitals of the bets that the loss is above the reference. */
  capitals: number[];
  /** Since when losses have spoken against the reference: what they are on average is what the loss is now. */
  recent: { capital: number; sinceMs: number; count: number; sum: number };
  standing: StandingAlarm | null;
}

/** An alarm that has been raised and is not resolved. */
export interface StandingAlarm {
  readonly id: string;
  state: 'raised' | 'confirmed';
  readonly sinceMs: number;
  readonly raisedAtMs: number;
  changedAtMs: number;
  /** Capitals of the bets that the loss is below the reference again. */
  readonly back: number[];
  /** Outcomes since it was raised, by which it is confirmed. */
  block: { count: number; sum: number };
}

/** What became of a watch with one outcome. */
export type WatchChange = 'raised' | 'confirmed' | 'resolved';

/** So many outcomes after an alarm their mean decides whether it is confirmed, or how many more it takes. */
const CONFIRM_OUTCOMES = 100;

/** While the loss is no better than its reference, a false “resolved” comes after so many outcomes on average, or more. */
const RESOLVE_RUN_LENGTH = 1_000;

/** Where a loss has no upper bound, more than so many references do not count against “resolved”. */
const RESOLVE_CLIP = 10;

/** Whose bets begin anew whenever they have lost everything they had won: the second largest ones. */
const RECENT_BET = 1;

/** A watch that has seen nothing. @param reference as a loss; `undefined`: to be learnt */
export function newWatch(share: number, reference: number | undefined, bounds: Bounds): WatchState {
  const learning = reference === undefined ? empiricalBernstein({ alpha: 0.1, bounds }).empty() : null;
  return {
    share,
    reference: reference ?? null,
    learning,
    capitals: [],
    recent: { capital: 1, sinceMs: 0, count: 0, sum: 0 },
    standing: null,
  };
}

/** Runs watches of one loss. */
export class Watching {
  readonly #bounds: Bounds;
  readonly #promise: AlarmPromise;
  /** The mathematics of a reference. Declared ones are few, and learnt ones one a watch. */
  readonly #byReference = new Map<number, Against>();

  constructor(bounds: Bounds, promise: AlarmPromise) {
    this.#bounds = bounds;
    this.#promise = promise;
  }

  /** The evidence from which on an alarm is raised: 1 / (share · α). */
  threshold({ share }: WatchState): number {
    return 1 / (share * this.#promise.alpha);
  }

  /** ≥ 0 */
  evidence({ capitals, reference }: WatchState): number {
    if (reference === null || capitals.length === 0) return this.#promise.kind === 'life' ? 1 : 0;
    return this.#against(reference).evidence.evidence({ capitals });
  }

  /**
   * Takes the loss of the next outcome.
   *
   * @param outcome.id of the alarm, should one be raised now
   * @returns the change that it makes; after `resolved` the watch is as new but for its reference, and of an e-process
   *   the caller gives it another share
   */
  add(
    watch: WatchState,
    loss: number,
    outcome: { readonly atMs: number; readonly id: string },
  ): WatchChange | undefined {
    if (watch.reference === null) {
      this.#learn(watch, loss);
      return undefined;
    }
    const against = this.#against(watch.reference);
    if (watch.capitals.length === 0) watch.capitals = against.evidence.empty().capitals;
    against.evidence.add(watch, loss);
    follow(watch, against.factor(loss, RECENT_BET), loss, outcome.atMs);
    const { standing } = watch;
    if (standing === null) return this.#raise(watch, outcome);
    const clipped = Math.min(loss, against.high);
    against.back.add({ capitals: standing.back }, against.high - clipped);
    if (against.back.evidence({ capitals: standing.back }) >= RESOLVE_RUN_LENGTH) {
      watch.standing = null;
      watch.capitals = [];
      return 'resolved';
    }
    return confirm(standing, { loss, reference: watch.reference, atMs: outcome.atMs });
  }

  #learn(watch: WatchState, loss: number): void {
    const { referenceAlpha, referenceRows } = this.#promise;
    // Its upper end alone is used, and is too low with half of what the interval is wrong with.
    const alpha = Math.min(0.49, 2 * watch.share * referenceAlpha);
    const sequence = empiricalBernstein({ alpha, bounds: this.#bounds });
    sequence.add(watch.learning!, loss);
    if (watch.learning!.count < referenceRows) return;
    const { high } = sequence.interval(watch.learning!)!;
    // Nothing can be worse than that: a few rows more will tell.
    if (high >= this.#bounds.high) return;
    watch.learning = null;
    watch.reference = high;
  }

  #raise(
    watch: WatchState,
    { atMs, id }: { readonly atMs: number; readonly id: string },
  ): WatchChange | undefined {
    if (this.evidence(watch) < this.threshold(watch)) return undefined;
    watch.standing = {
      id,
      state: 'raised',
      sinceMs: watch.recent.sinceMs,
      raisedAtMs: atMs,
      changedAtMs: atMs,
      back: this.#against(watch.reference!).back.empty().capitals,
      block: { count: 0, sum: 0 },
    };
    return 'raised';
  }

  #against(reference: number): Against {
    let against = this.#byReference.get(reference);
    if (against === undefined) {
      const { low, high } = this.#bounds;
      const bounds = this.#bounds;
      const top = high === Infinity ? RESOLVE_CLIP * reference : high;
      against = {
        evidence:
          this.#promise.kind === 'life' ? eProcess({ bounds, reference }) : eDetector({ bounds, reference }),
        factor: lossBets({ bounds, reference }),
        // What is good is how far the loss stays below the top; that its mean is above that of the reference is bet on. A loss
        // that stays a little too high must not come to be resolved by mere patience.
        back: eDetector({ bounds: { low: 0, high: top - low }, reference: top - reference }, 'maximum'),
        high: top,
      };
      this.#byReference.set(reference, against);
    }
    return against;
  }
}

/** The share of the k-th watch beyond the declared ones: of the half of α that is kept back for them. */
export function laterShare(k: number): number {
  return budgetShare(k) / 2;
}

/** The share of each declared figure over all rows: they have the other half together. */
export function declaredShare(conditions: number): number {
  return 1 / (2 * conditions);
}

interface Against {
  readonly evidence: Evidence<{ readonly capitals: number[] }>;
  readonly factor: (loss: number, bet: number) => number;
  readonly back: Evidence<{ readonly capitals: number[] }>;
  /** Losses are clipped to it for `back`. */
  readonly high: number;
}

function follow({ recent }: WatchState, factor: number, loss: number, atMs: number): void {
  if (recent.capital <= 1) {
    recent.capital = 1;
    recent.sinceMs = atMs;
    recent.count = 0;
    recent.sum = 0;
  }
  recent.capital = Math.min(1e250, recent.capital * factor);
  recent.count++;
  recent.sum += loss;
}

function confirm(
  standing: StandingAlarm,
  { loss, reference, atMs }: { loss: number; reference: number; atMs: number },
): WatchChange | undefined {
  if (standing.state === 'confirmed') return undefined;
  const { block } = standing;
  block.count++;
  block.sum += loss;
  if (block.count < CONFIRM_OUTCOMES) return undefined;
  const isBad = block.sum / block.count > reference;
  standing.block = { count: 0, sum: 0 };
  if (!isBad) return undefined;
  standing.state = 'confirmed';
  standing.changedAtMs = atMs;
  return 'confirmed';
}
