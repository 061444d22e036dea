import type { Consumer, Delivery } from '../broker/broker.ts';
import { deadLetter } from '../broker/dead-letters.ts';
import { AftermathError } from '../service/errors.ts';
import { harmlessFailure } from '../service/harmless-failure.ts';
import { declareInput } from '../service/input-queue.ts';
import type { Source } from '../service/setting.ts';
import type { Readiness, Stage, StageContext } from '../service/stage.ts';
import { decodeControl } from '../wire/control.ts';
import { encodeFeaturesSnapshot } from '../wire/features-snapshot.ts';
import type { Payload } from '../wire/payload.ts';
import { encodePredictions } from '../wire/predictions.ts';
import { CONTROL, SNAPSHOTS, dataQueue, type DataQueues, type Dialect } from '../wire/queues.ts';
import type { Refusal } from '../wire/records.ts';
import { FeatureWatch, type FeatureWatchSettings } from './feature-watch.ts';
import { ModelFigures } from './figures.ts';
import { groupsOf, type Group } from './groups.ts';
import { Reloading } from './reloading.ts';
import { score, type Scored } from './scoring.ts';
import type { ServingModel } from './serving.ts';
import { SERVING_LIMITS } from './serving-limits.ts';
import { Turns } from './turns.ts';

/** What the model stage is told. All of it is required: defaults live in `config.ts` alone. */
export interface ModelSettings {
  readonly queues: DataQueues;
  readonly dialect: Dialect;
  /** Exchange of a team's own that the rows come from. */
  readonly bind: Source | undefined;
  /** The first is the champion. At least one. The stage closes them when it stops. */
  readonly models: readonly ServingModel[];
  /** Time between two looks at their files. */
  readonly watchEveryMs: number;
  /** How the features of the rows are watched for drift. */
  readonly drift: FeatureWatchSettings;
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

/**
 * Stage 2: features in, predictions out. A message is acknowledged when the predictions of all its records,
 * and the dead letters of those that could not be scored, are safe. How the features are distributed is published beside.
 *
 * @throws {AftermathError} `stop` when the reference of the features cannot be read, `usage` when --marks names one that there is not
 */
export async function startModel(settings: ModelSettings, context: StageContext): Promise<ModelStage> {
  const { broker, log } = context;
  const figures = new ModelFigures(context.registry);
  const progress = { rows: 0, predictions: 0, refused: 0 };
  const turns = new Turns();
  const models = [...settings.models];
  for (const model of models) figures.serves(model);
  const champion = models[0];
  const watch = champion && (await FeatureWatch.open(settings.drift, champion.predictor.info, context));
  const reloading = new Reloading({
    watchEveryMs: settings.watchEveryMs,
    log,
    models: () => models,
    count: (model, result) => figures.reloads.inc({ model, result }),
    swap: (before, next) =>
      turns.take(async () => {
        models[models.indexOf(before)] = next;
        figures.serves(next, before);
        await before.predictor[Symbol.asyncDispose]();
      }),
  });

  /** The queue that is read. */
  let input = settings.queues.features;

  async function handle(batch: readonly Delivery[]): Promise<void> {
    // One batch is scored after the other, by one version of each model; while it is on its way the next is scored.
    const open = await turns.take(() => scoreBatch(batch));
    await Promise.all(open);
  }

  async function scoreBatch(batch: readonly Delivery[]): Promise<Promise<void>[]> {
    const open: Promise<void>[] = [];
    let turnStartedMs = performance.now();
    for (const group of groupsOf(batch, context.clock)) {
      for (const publishing of await send(group)) {
        // Heard of by `handle`, also when a later group of the batch fails first.
        publishing.catch(() => undefined);
        open.push(publishing);
      }
      if (performance.now() - turnStartedMs < SERVING_LIMITS.turnMs) continue;
      await nextTurn();
      turnStartedMs = performance.now();
    }
    return open;
  }

  async function send({ records, refused }: Group): Promise<Promise<void>[]> {
    progress.rows += records.length;
    const unusable = refuse(refused, '');
    if (records.length === 0) return unusable;
    const perModel = await Promise.all(
      models.map(async (model) => {
        const end = figures.seconds.startTimer();
        const scored = await score(model, records);
        end();
        if (model.role === 'champion') watch?.take(scored.table, records);
        return { model, scored };
      }),
    );
    return [...unusable, ...perModel.flatMap(({ model, scored }) => publish(model, scored))];
  }

  function publish(model: ServingModel, { predictions, refused }: Scored): Promise<void>[] {
    figures.rows.inc({ model: model.name, result: 'scored' }, predictions.length);
    progress.predictions += predictions.length;
    const payloads = encodePredictions(predictions, settings.dialect);
    return [
      ...payloads.map((payload) => broker.publish({ queue: settings.queues.predictions }, { payload })),
      ...refuse(refused, model.name, model.role === 'champion'),
    ];
  }

  function refuse(refusals: readonly Refusal[], model: string, counts = true): Promise<void>[] {
    if (refusals.length === 0) return [];
    const rows = refusals.reduce((sum, refusal) => sum + refusal.count, 0);
    if (counts) progress.refused += rows;
    figures.rows.inc({ model, result: 'refused' }, rows);
    const first = refusals[0]?.reason;
    log.warn(`refused ${rows} ${rows === 1 ? 'row' : 'rows'}, kept in the dead-letter queue: ${first}`);
    return [deadLetter(broker, { refusals, origin: input, service: 'model' })];
  }

  function control(payload: Payload): void {
    try {
      const order = decodeControl(payload);
      if ('reload' in order) reloading.order(order.reload);
      else publishFeatures();
    } catch (error) {
      if (!(error instanceof AftermathError)) throw error;
      log.warn(error.message);
    }
  }

  let publishing: Promise<void> | undefined;
  const notPublished = harmlessFailure(log, 'publish how the features stand');

  /** How the features stand, once at a time. Nothing waits for it, and nothing is lost with it. */
  function publishFeatures(): void {
    if (!isConsuming || stopping !== undefined) return;
    publishing ??= (async () => {
      const snapshot = await watch?.snapshot(models[0]?.name ?? '');
      if (snapshot === undefined) return;
      await broker.publish({ exchange: SNAPSHOTS }, { payload: encodeFeaturesSnapshot(snapshot) });
    })()
      .catch(notPublished)
      .finally(() => {
        publishing = undefined;
      });
  }

  const consumers: Consumer[] = [];
  let stopping: Promise<void> | undefined;
  let isConsuming = false;
  const publishTimer = setInterval(publishFeatures, settings.drift.publishEveryMs);
  const done = (async () => {
    input = await declareInput(broker, { ...settings, queue: settings.queues.features });
    await broker.declareQueue(dataQueue(settings.queues.predictions, settings.dialect));
    await broker.declareFanout(CONTROL);
    await broker.declareFanout(SNAPSHOTS);
    consumers.push(await broker.subscribe(CONTROL, (message) => control(message.payload)));
    const { holdMs, holdBytes } = SERVING_LIMITS;
    consumers.push(await broker.consume(input, { ...settings, holdMs, holdBytes, overlap: OVERLAP }, handle));
    isConsuming = true;
    if (stopping !== undefined) await Promise.all(consumers.map((consumer) => consumer.stop()));
    await Promise.all(consumers.map((consumer) => consumer.done));
  })();
  done.catch(() => undefined);

  async function stop(): Promise<void> {
    clearInterval(publishTimer);
    await reloading.stop();
    await Promise.all(consumers.map((consumer) => consumer.stop()));
    await turns.take(() => Promise.all(models.map((model) => model.predictor[Symbol.asyncDispose]())));
  }

  return {
    name: 'model',
    done,
    progress: () => ({ ...progress }),
    readiness: (): Readiness =>
      isConsuming && broker.state === 'connected'
        ? { ready: true, why: undefined }
        : { ready: false, why: `the broker is ${broker.state}` },
    stop() {
      stopping ??= stop();
      return stopping;
    },
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
