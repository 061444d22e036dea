import { Counter, Histogram } from 'prom-client';
import type { Consumer, Delivery } from '../broker/broker.ts';
import { deadLetter } from '../broker/dead-letters.ts';
import type { Clock } from '../service/clock.ts';
import { declareInput } from '../service/input-queue.ts';
import type { Source } from '../service/setting.ts';
import type { Readiness, Stage, StageContext } from '../service/stage.ts';
import { decodeFeatures } from '../wire/features.ts';
import { encodePredictions } from '../wire/predictions.ts';
import { dataQueue, type DataQueues, type Dialect } from '../wire/queues.ts';
import type { FeatureRecord, Refusal } from '../wire/records.ts';
import { score, type ServingModel } from './scoring.ts';

/** What the model stage is told. All of it is required: defaults live in `config.ts` alone. */
export interface ModelSettings {
  readonly queues: DataQueues;
  readonly dialect: Dialect;
  /** Exchange of a team's own that the rows come from. */
  readonly bind: Source | undefined;
  /** The first is the champion. At least one. */
  readonly models: readonly ServingModel[];
  /** Messages unacknowledged, and worked on at once, at most. */
  readonly prefetch: number;
  readonly batchMax: number;
  readonly lingerMs: number;
}

/** The model stage, running. */
export interface ModelStage extends Stage {
  progress(): ModelProgress;
}

/** How far it has come since it was started. */
export interface ModelProgress {
  /** Rows read from the queue, redelivered ones included. */
  readonly rows: number;
  /** Predictions sent, of all models. */
  readonly predictions: number;
  /** Rows that no model could be asked about, or that the champion could not score. */
  readonly refused: number;
}

/**
 * Batches that may be in hand at once: one is being scored while the predictions of the others are on
 * their way to be confirmed.
 */
const OVERLAP = 8;

/** Rows scored in one go: then whatever else waits in this process has its turn. */
const ROWS_AT_ONCE_MAX = 4_096;

/**
 * Stage 2: features in, predictions out. A message is acknowledged when the predictions of all its records,
 * and the dead letters of those that could not be scored, are safe.
 */
export async function startModel(settings: ModelSettings, context: StageContext): Promise<ModelStage> {
  const { broker, log, registry } = context;
  const rowsTotal = new Counter({
    name: 'aftermath_model_rows_total',
    help: 'Rows by what became of them',
    labelNames: ['model', 'result'],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'aftermath_model_predict_seconds',
    help: 'Time to score one batch with one model',
    buckets: [0.0001, 0.001, 0.005, 0.02, 0.05, 0.2, 1],
    registers: [registry],
  });
  const progress = { rows: 0, predictions: 0, refused: 0 };

  async function handle(batch: readonly Delivery[]): Promise<void> {
    const open: Promise<void>[] = [];
    for (const group of groups(batch, context.clock)) {
      open.push(...send(group));
      if (group.more) await nextTurn();
    }
    await Promise.all(open);
  }

  function send({ records, refused }: Group): Promise<void>[] {
    progress.rows += records.length;
    const unusable = refuse(refused, '');
    const perModel = settings.models.flatMap((model) => {
      if (records.length === 0) return [];
      const end = seconds.startTimer();
      const scored = score(model, records);
      end();
      rowsTotal.inc({ model: model.name, result: 'scored' }, scored.predictions.length);
      progress.predictions += scored.predictions.length;
      const payloads = encodePredictions(scored.predictions, settings.dialect);
      return [
        ...payloads.map((payload) => broker.publish({ queue: settings.queues.predictions }, { payload })),
        ...refuse(scored.refused, model.name, model.role === 'champion'),
      ];
    });
    return [...unusable, ...perModel];
  }

  function refuse(refusals: readonly Refusal[], model: string, counts = true): Promise<void>[] {
    if (refusals.length === 0) return [];
    const rows = refusals.reduce((sum, refusal) => sum + refusal.count, 0);
    if (counts) progress.refused += rows;
    rowsTotal.inc({ model, result: 'refused' }, rows);
    const first = refusals[0]?.reason;
    log.warn(`refused ${rows} ${rows === 1 ? 'row' : 'rows'}, kept in the dead-letter queue: ${first}`);
    return [deadLetter(broker, { refusals, origin: settings.queues.features, service: 'model' })];
  }

  let consumer: Consumer | undefined;
  let stopping = false;
  const done = (async () => {
    const input = await declareInput(broker, { ...settings, queue: settings.queues.features });
    await broker.declareQueue(dataQueue(settings.queues.predictions, settings.dialect));
    consumer = await broker.consume(input, { ...settings, overlap: OVERLAP }, handle);
    if (stopping) await consumer.stop();
    await consumer.done;
  })();
  done.catch(() => undefined);

  return {
    name: 'model',
    done,
    progress: () => ({ ...progress }),
    readiness: (): Readiness =>
      consumer !== undefined && broker.state === 'connected'
        ? { ready: true, why: undefined }
        : { ready: false, why: `the broker is ${broker.state}` },
    async stop() {
      stopping = true;
      await consumer?.stop();
    },
  };
}

interface Group {
  readonly records: readonly FeatureRecord[];
  readonly refused: readonly Refusal[];
  readonly more: boolean;
}

/** The records of a batch of messages, a bounded number at a time. */
function* groups(batch: readonly Delivery[], clock: Clock): Generator<Group> {
  let records: FeatureRecord[] = [];
  let refused: Refusal[] = [];
  for (const [i, delivery] of batch.entries()) {
    const decoded = decodeFeatures(delivery.payload, { nowMs: clock.nowMs() });
    for (const record of decoded.records) records.push(record);
    refused.push(...decoded.refused);
    const more = i < batch.length - 1;
    if (more && records.length < ROWS_AT_ONCE_MAX) continue;
    yield { records, refused, more };
    records = [];
    refused = [];
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
