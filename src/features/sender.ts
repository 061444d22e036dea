import type { Broker } from '../broker/broker.ts';
import { encodeFeatures } from '../wire/features.ts';
import type { DataQueues, Dialect } from '../wire/queues.ts';
import type { FeatureRecord, TruthRecord } from '../wire/records.ts';
import { encodeTruth } from '../wire/truth.ts';
import type { FeaturesLimits } from './settings.ts';

/** Where a sender publishes, and whom it tells. */
export interface SenderOptions {
  readonly broker: Broker;
  readonly queues: DataQueues;
  readonly dialect: Dialect;
  readonly limits: Pick<FeaturesLimits, 'inFlightRowsMax' | 'inFlightSinglesMax'>;
  /** Something was confirmed: there is room again. */
  readonly confirmed: () => void;
  /** A publish failed for good. */
  readonly failed: (error: unknown) => void;
}

/** Publishes batches and counts the records that are not confirmed yet. Its owner keeps to the room that there is. */
export class Sender {
  readonly #options: SenderOptions;
  readonly #inFlightMax: number;
  #features = 0;
  #truths = 0;

  constructor(options: SenderOptions) {
    const { dialect, limits } = options;
    this.#options = options;
    this.#inFlightMax = dialect === 'native' ? limits.inFlightRowsMax : limits.inFlightSinglesMax;
  }

  get featuresInFlight(): number {
    return this.#features;
  }

  get truthsInFlight(): number {
    return this.#truths;
  }

  /** Records that may go now. */
  get featuresRoom(): number {
    return this.#inFlightMax - this.#features;
  }

  get truthsRoom(): number {
    return this.#inFlightMax - this.#truths;
  }

  /** @param then called once every record of the batch is safe */
  features(records: readonly FeatureRecord[], then: () => void): void {
    const { broker, queues, dialect } = this.#options;
    const target = { queue: queues.features };
    this.#features += records.length;
    this.#settle(
      encodeFeatures(records, dialect).map((payload) => broker.publish(target, { payload })),
      () => {
        this.#features -= records.length;
        then();
      },
    );
  }

  /** @param then called once every record of the batch is safe */
  truths(records: readonly TruthRecord[], then: () => void): void {
    const { broker, queues, dialect } = this.#options;
    const target = { queue: queues.truth };
    this.#truths += records.length;
    this.#settle(
      encodeTruth(records, dialect).map((payload) => broker.publish(target, { payload })),
      () => {
        this.#truths -= records.length;
        then();
      },
    );
  }

  #settle(publishes: readonly Promise<void>[], then: () => void): void {
    const { confirmed, failed } = this.#options;
    Promise.all(publishes).then(() => {
      then();
      confirmed();
    }, failed);
  }
}
