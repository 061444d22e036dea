import type { Evidence } from './e-process.ts';
import { BETS, checkLoss, heldCapital, lossBets } from './loss-bets.ts';
import type { LossReference } from './loss-bets.ts';

/** For each size of bet the capital of all who ever began to bet it, one at each outcome. */
export interface EDetectorState {
  readonly capitals: number[];
}

/**
 * An e-detector that the mean of a bounded loss is now above a reference (Shiryaev-Roberts form): it sums e-processes
 * begun at every outcome, so a long good past does not delay it. While the mean, given all that came before, is at
 * most the reference, an alarm at evidence 1/α comes on average after 1/α outcomes or more.
 *
 * A weighted average of e-detectors is one; its evidence is no e-value.
 *
 * @param form `sum` of all that were begun (Shiryaev-Roberts): soonest to see a change, and its evidence grows by about 1 an
 *   outcome at a loss that is just the reference; `maximum` of them (CUSUM): does not grow at a loss that is worse than it
 * @see Shin, Ramdas and Rinaldo (2022), E-detectors, arXiv:2203.03532, Theorem 2.4 and section 4
 */
export function eDetector(against: LossReference, form: 'sum' | 'maximum' = 'sum'): Evidence<EDetectorState> {
  const factor = lossBets(against);
  return {
    kind: 'order-dependent',
    version: 1,
    promise: 'outcomes to a false alarm: at least 1/α on average',
    empty: () => ({ capitals: Array.from({ length: BETS }, () => 0) }),
    add({ capitals }, loss) {
      checkLoss(loss, against.bounds);
      for (let k = 0; k < BETS; k++) {
        const begun = form === 'sum' ? capitals[k]! + 1 : Math.max(capitals[k]!, 1);
        capitals[k] = heldCapital(begun * factor(loss, k));
      }
    },
    evidence: ({ capitals }) => capitals.reduce((sum, capital) => sum + capital, 0) / BETS,
  };
}
