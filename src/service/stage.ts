import type { Registry } from 'prom-client';
import type { Broker } from '../broker/broker.ts';
import type { Clock } from './clock.ts';
import type { Logger } from './logging.ts';

/** The stages, in the order of the data. */
export type StageName = 'features' | 'model' | 'metric' | 'plot';

/** Whether a stage can do its work now; `why` says what it waits for when it cannot. */
export interface Readiness {
  readonly ready: boolean;
  readonly why: string | undefined;
}

/** What every stage is given. `registry` takes its Prometheus figures. */
export interface StageContext {
  readonly broker: Broker;
  readonly log: Logger;
  readonly registry: Registry;
  readonly clock: Clock;
}

/**
 * A running stage. It works from the moment it is started, whether or not the broker is there yet.
 *
 * `stop` finishes the batch in hand, flushes, acknowledges and gives everything back; it may be called
 * more than once. `done` settles when the stage has nothing more to do by itself (features that were
 * given a number of rows), and rejects when it failed; a stage that serves for ever settles it on stop.
 */
export interface Stage {
  readonly name: StageName;
  readonly done: Promise<void>;
  readiness(): Readiness;
  stop(): Promise<void>;
}
