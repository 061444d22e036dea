import pino from 'pino';
import { Registry } from 'prom-client';
import { MemoryBroker } from '../../src/broker/memory.ts';
import type { FeatureWatchSettings } from '../../src/model/feature-watch.ts';
import { openServing } from '../../src/model/serving.ts';
import { SERVING_LIMITS } from '../../src/model/serving-limits.ts';
import { startModel, type ModelStage } from '../../src/model/stage.ts';
import { SYSTEM_CLOCK } from '../../src/service/clock.ts';
import { encodeControl, type Control } from '../../src/wire/control.ts';
import { decodeFeaturesSnapshot, type FeaturesSnapshot } from '../../src/wire/features-snapshot.ts';
import { encodeFeatures } from '../../src/wire/features.ts';
import type { Payload } from '../../src/wire/payload.ts';
import { decodePredictions } from '../../src/wire/predictions.ts';
import { CONTROL, DATA_QUEUES, DEAD_LETTERS, SNAPSHOTS } from '../../src/wire/queues.ts';
import type { Features, PredictionRecord } from '../../src/wire/records.ts';
import { eventually } from '../e2e/program.ts';

/** Soon enough for a test that waits for a changed file. */
const WATCH_EVERY_MS = 20;

/** The model stage over a broker in memory: what it is sent, says, logs and counts. */
export interface StageUnderTest extends AsyncDisposable {
  readonly stage: ModelStage;
  readonly registry: Registry;
  readonly predictions: PredictionRecord[];
  readonly dead: string[];
  /** The messages of its log. */
  readonly lines: string[];
  /** What it published of its features. */
  readonly features: FeaturesSnapshot[];
  /** Fulfilled when the stage has acknowledged it: its predictions are there then. */
  send(payload: Payload): Promise<void>;
  order(control: Control): Promise<void>;
  /** The value of one figure of Prometheus with these labels. */
  figure(name: string, labels: Readonly<Record<string, string>>): Promise<number | undefined>;
}

/** Starts the stage with these files: the first is the champion, the others are challengers. */
export async function startStage(
  files: readonly { readonly path: string; readonly name: string }[],
  drift: Partial<FeatureWatchSettings> = {},
): Promise<StageUnderTest> {
  const broker = new MemoryBroker({ queueMax: 1_000_000 });
  const registry = new Registry();
  const lines: string[] = [];
  const log = pino(
    { level: 'info' },
    { write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg) },
  );
  const models = await Promise.all(
    files.map((file, i) => openServing({ ...file, role: i === 0 ? 'champion' : 'challenger' })),
  );
  for (const name of [DATA_QUEUES.features, DATA_QUEUES.predictions, DEAD_LETTERS])
    await broker.declareQueue({ name, durable: true });
  const predictions: PredictionRecord[] = [];
  const dead: string[] = [];
  const greedy = { prefetch: 1_000, batchMax: 1_000, lingerMs: 0, overlap: 1 };
  await broker.consume(DATA_QUEUES.predictions, greedy, async (batch) => {
    for (const { payload } of batch)
      predictions.push(...decodePredictions(payload, { nowMs: Date.now() }).records);
  });
  await broker.consume(DEAD_LETTERS, greedy, async (batch) => {
    for (const { headers } of batch) dead.push(String(headers?.['reason']));
  });
  const features: FeaturesSnapshot[] = [];
  await broker.declareFanout(SNAPSHOTS);
  await broker.subscribe(SNAPSHOTS, ({ payload }) => void features.push(decodeFeaturesSnapshot(payload)));
  const stage = await startModel(
    {
      ...SERVING_LIMITS,
      queues: DATA_QUEUES,
      dialect: 'native',
      bind: undefined,
      models,
      watchEveryMs: WATCH_EVERY_MS,
      drift: {
        referencePath: undefined,
        referenceColumns: { features: undefined, others: [] },
        referenceRows: 50,
        windowRows: 100,
        publishEveryMs: 60_000,
        marks: [],
        ...drift,
      },
      prefetch: 2_000,
      batchMax: 1_000,
      lingerMs: 0,
    },
    { broker, log, registry, clock: SYSTEM_CLOCK },
  );
  // Before it consumes, a message counts as sent when it is in the queue.
  await eventually('the stage to be ready', () => stage.readiness().ready);
  return {
    stage,
    registry,
    predictions,
    dead,
    lines,
    features,
    send: (payload) => broker.publish({ queue: DATA_QUEUES.features }, { payload }),
    order: (control) => broker.publish({ exchange: CONTROL }, { payload: encodeControl(control) }),
    async figure(name, labels) {
      const found = await registry.getSingleMetric(name)?.get();
      const wanted = Object.entries(labels);
      return found?.values.find((value) =>
        wanted.every(([label, text]) => (value.labels as Record<string, unknown>)[label] === text),
      )?.value;
    },
    async [Symbol.asyncDispose]() {
      await stage.stop();
      await broker.close();
    },
  };
}

/** A message of rows; their ids are numbers, counted on from `first`, and `timeOf` gives each its time. */
export function rowsMessage(rows: readonly Features[], first = 0, timeOf?: (id: number) => number): Payload {
  const [only] = encodeFeatures(
    rows.map((body, i) => ({
      id: String(first + i),
      timeMs: timeOf?.(first + i),
      tags: undefined,
      weight: undefined,
      body,
    })),
    'native',
  );
  if (only === undefined) throw new Error('expected one message');
  return only;
}
