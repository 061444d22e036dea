import { join } from 'node:path';
import pino from 'pino';
import { Registry } from 'prom-client';
import { MemoryBroker } from '../../src/broker/memory.ts';
import type { Broker, Delivery } from '../../src/broker/broker.ts';
import type { DatasetSettings, FeaturesLimits, FeaturesSettings } from '../../src/features/settings.ts';
import { startFeatures, type FeaturesStage } from '../../src/features/stage.ts';
import { SYSTEM_CLOCK, type Clock } from '../../src/service/clock.ts';
import type { StageContext } from '../../src/service/stage.ts';
import { decodeFeatures } from '../../src/wire/features.ts';
import { DATA_QUEUES } from '../../src/wire/queues.ts';
import type { FeatureRecord, TruthRecord } from '../../src/wire/records.ts';
import { decodeTruth } from '../../src/wire/truth.ts';
import { DIABETES } from './files.ts';

/** One pass over the diabetes data, as fast as it can. */
export const DATASET: DatasetSettings = {
  data: DIABETES,
  target: 'progression',
  id: undefined,
  time: undefined,
  truthTime: undefined,
  features: undefined,
  tags: [],
  rows: 442,
  passes: undefined,
  rate: 0,
  speed: undefined,
  order: 'file',
  seed: 1,
  labelDelay: { minMs: 0, maxMs: 0 },
};

/** Small, so that tests reach them. */
export const LIMITS: FeaturesLimits = {
  batchRowsMax: 64,
  batchWaitMs: 2,
  inFlightRowsMax: 1_000,
  inFlightSinglesMax: 100,
  cacheBytesMax: 8 * 1024 * 1024,
  shuffleRowsMax: 10_000,
  dueBytesMax: 8 * 1024 * 1024,
  storeEveryMs: 5,
  replyEveryMs: 5,
  stopWithinMs: 2_000,
};

/** What a test wants otherwise. */
export type Changes = Omit<Partial<FeaturesSettings>, 'dataset' | 'limits'> & {
  readonly dataset?: Partial<DatasetSettings>;
  readonly limits?: Partial<FeaturesLimits>;
};

/** Settings over the diabetes data, with state in that folder. */
export function settingsIn(folder: string, { dataset, limits, ...changes }: Changes = {}): FeaturesSettings {
  return {
    queues: DATA_QUEUES,
    dialect: 'native',
    dataset: { ...DATASET, ...dataset },
    tasks: undefined,
    statePath: join(folder, 'state', 'features.db'),
    resume: false,
    limits: { ...LIMITS, ...limits },
    ...changes,
  };
}

/** One message as a reader of the queues saw it, in the order in which they came over both. */
export interface Seen {
  readonly kind: 'features' | 'truth';
  readonly features: readonly FeatureRecord[];
  readonly truths: readonly TruthRecord[];
  readonly atMs: number;
}

/** A broker, and somebody who reads both queues. */
export interface Bench extends AsyncDisposable {
  readonly broker: Broker;
  readonly context: StageContext;
  readonly seen: Seen[];
  readonly logged: string[];
  readonly features: () => FeatureRecord[];
  readonly truths: () => TruthRecord[];
  /** Runs a stage until it has nothing more to do. */
  run(settings: FeaturesSettings): Promise<FeaturesStage>;
  start(settings: FeaturesSettings): Promise<FeaturesStage>;
  /** Fulfils once the condition holds after a message. */
  until(condition: () => boolean): Promise<void>;
}

/** One message as the stage published it. */
export interface Published {
  readonly queue: string;
  readonly json: unknown;
  readonly ids: readonly string[];
  readonly atMs: number;
}

/** Notes everything that is published to a queue of this broker from now on, in order. */
export function notePublished(broker: Broker): Published[] {
  const publish = broker.publish.bind(broker);
  const published: Published[] = [];
  broker.publish = (target, message) => {
    const { payload } = message;
    published.push({
      queue: 'queue' in target ? target.queue : '',
      json: JSON.parse(Buffer.from(payload.bytes()).toString()),
      ids: (payload.records ?? []).map((record) => (record as { id: string }).id),
      atMs: performance.now(),
    });
    return publish(target, message);
  };
  return published;
}

/**
 * A bench with a reader on both queues.
 *
 * @param options.broker a `MemoryBroker` unless another is given; it is closed with the bench
 */
export async function bench(options: { clock?: Clock; broker?: Broker } = {}): Promise<Bench> {
  const broker = options.broker ?? new MemoryBroker();
  const seen: Seen[] = [];
  const logged: string[] = [];
  const waiting = new Set<() => void>();
  const see =
    (kind: Seen['kind']) =>
    async (batch: readonly Delivery[]): Promise<void> => {
      for (const { payload } of batch) {
        const at = { nowMs: Infinity };
        seen.push({
          kind,
          features: kind === 'features' ? decodeFeatures(payload, at).records : [],
          truths: kind === 'truth' ? decodeTruth(payload, at).records : [],
          atMs: performance.now(),
        });
      }
      for (const check of waiting) check();
    };
  for (const [queue, kind] of [
    [DATA_QUEUES.features, 'features'],
    [DATA_QUEUES.truth, 'truth'],
  ] as const) {
    await broker.declareQueue({ name: queue, durable: true });
    await broker.consume(queue, { prefetch: 500, batchMax: 100, lingerMs: 0, overlap: 1 }, see(kind));
  }
  const log = pino(
    { level: 'info' },
    { write: (line: string) => void logged.push(String(JSON.parse(line).msg)) },
  );
  const context = (): StageContext => ({
    broker,
    log,
    registry: new Registry(),
    clock: options.clock ?? SYSTEM_CLOCK,
  });
  const start = (settings: FeaturesSettings): Promise<FeaturesStage> => startFeatures(settings, context());
  return {
    broker,
    context: context(),
    seen,
    logged,
    features: () => seen.flatMap(({ features }) => features),
    truths: () => seen.flatMap(({ truths }) => truths),
    start,
    async run(settings) {
      const stage = await start(settings);
      await stage.done;
      return stage;
    },
    until(condition) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const check = (): void => {
        if (!condition()) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
      return promise;
    },
    [Symbol.asyncDispose]: () => broker.close({ timeoutMs: 1_000 }),
  };
}

/** The ids of records, in order. */
export function ids(records: readonly (FeatureRecord | TruthRecord)[]): string[] {
  return records.map(({ id }) => id);
}
