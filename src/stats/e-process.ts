import { BETS, checkLoss, heldCapital, lossBets } from './loss-bets.ts';
import type { LossReference } from './loss-bets.ts';

/** The capital of each bet; all began with 1. */
export interface EProcessState {
  readonly capitals: number[];
}

/** Evidence that grows with what is observed. Kept as plain data, changed in place. */
export interface Evidence<S> {
  readonly kind: 'order-dependent';
  readonly version: number;
  /** What raising an alarm at `evidence ≥ 1/α` promises. */
  readonly promise:
    | 'false alarms over its whole life: at most α'
    | 'outcomes to a false alarm: at least 1/α on average';
  empty(): S;
  /** @throws {RangeError} on a loss outside of its declared bounds; the state is unchanged */
  add(state: S, loss: number): void;
  /** ≥ 0 */
  evidence(state: S): number;
}

/**
 * An e-process that the mean of a bounded loss is above a reference. While the mean, given all that came
 * before, is at most the reference, the chance that its evidence is ever 1/α or more is at most α (Ville). It
 * alarms once: to watch on, start a new one with its own share of α.
 *
 * The average of the capitals of bets of several sizes: an average of e-processes is one.
 *
 * @see Waudby-Smith and Ramdas (2024), doi:10.1093/jrsssb/qkad009; Ramdas, Grünwald, Vovk and Shafer (2023),
 *   doi:10.1214/23-STS894
 */
export function eProcess(against: LossReference): Evidence<EProcessState> {
  const factor = lossBets(against);
  return {
    kind: 'order-dependent',
    version: 1,
    promise: 'false alarms over its whole life: at most α',
    empty: () => ({ capitals: Array.from({ length: BETS }, () => 1) }),
    add({ capitals }, loss) {
      checkLoss(loss, against.bounds);
      for (let k = 0; k < BETS; k++) capitals[k] = heldCapital(capitals[k]! * factor(loss, k));
    },
    evidence: ({ capitals }) => capitals.reduce((sum, capital) => sum + capital, 0) / BETS,
  };
}
