import type { BrokerState } from '../broker/broker.ts';
import type { Snapshot } from '../wire/snapshot.ts';
import type { FeaturesDrift } from './latest-features.ts';

/** What the page is told: the event `feed` of `/events`, and `/api/snapshot`. */
export interface Feed {
  readonly broker: { readonly state: BrokerState; readonly address: string };
  /** `undefined` before metric has said anything. */
  readonly snapshot: Snapshot | undefined;
  /** Since the snapshot came, when this was sent. */
  readonly ageMs: number | undefined;
  /** Older figures are stale. */
  readonly staleAfterMs: number;
  /** Unit of the target, or `undefined`. */
  readonly units: string | undefined;
  /** The features against their reference; absent where no model stage speaks of them. */
  readonly drift?: FeaturesDrift | undefined;
}

/** Lets many wait for the next news. */
export class News {
  #next = Promise.withResolvers<void>();

  /** Wakes all who wait. */
  announce(): void {
    this.#next.resolve();
    this.#next = Promise.withResolvers<void>();
  }

  /** Fulfils with the next announcement. */
  next(): Promise<void> {
    return this.#next.promise;
  }
}
