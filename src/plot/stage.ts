import type { Hono } from 'hono';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { Consumer, Message } from '../broker/broker.ts';
import { messageOf } from '../service/errors.ts';
import { harmlessFailure } from '../service/harmless-failure.ts';
import type { Logger } from '../service/logging.ts';
import type { Stage, StageContext } from '../service/stage.ts';
import { encodeControl } from '../wire/control.ts';
import { CONTROL, SNAPSHOTS } from '../wire/queues.ts';
import { decodeFeaturesSnapshot, isFeaturesSnapshot } from '../wire/features-snapshot.ts';
import type { Payload } from '../wire/payload.ts';
import { decodeSnapshot } from '../wire/snapshot-reader.ts';
import { distributionOf } from './charts-of-model.ts';
import { pictureLook } from './charts/chart.ts';
import { errorDistribution } from './charts/error-distribution.ts';
import { Drawer } from './drawer.ts';
import { News, type Feed } from './feed.ts';
import { LatestFeatures } from './latest-features.ts';
import { LatestSnapshot } from './latest-snapshot.ts';
import { Pictures } from './pictures.ts';
import { pageRoutes } from './routes.ts';

/** What plot is told. All of it has its default in `config.ts`. */
export interface PlotSettings {
  /** Directory of `error_distribution.png` and `.svg`: that of the log. Made when it is missing. */
  readonly outDir: string;
  /** The pictures are drawn at most so often. */
  readonly redrawEveryMs: number;
  /** Look of the pictures; the page follows its reader. */
  readonly theme: 'light' | 'dark';
  /** Unit of the target (`min`, `€`), shown once per chart; `undefined`: none. */
  readonly units: string | undefined;
  /** The page is told news at most so often. */
  readonly pushEveryMs: number;
  /** Figures older than this are shown as stale. */
  readonly staleAfterMs: number;
}

/** The running plot stage: the pictures, and the page for whoever serves it. */
export interface PlotStage extends Stage {
  readonly name: 'plot';
  /** The live page (`/`, `/events`, `/api/snapshot`, `/error_distribution.png`, …), to be mounted at `/`. */
  readonly routes: Hono;
}

/**
 * Stage 4: draws what metric publishes. It works from the moment it is started, with or without a broker.
 *
 * Nothing it does stops the others: a picture that cannot be written is a line in the log.
 */
export function startPlot(settings: PlotSettings, context: StageContext): Promise<PlotStage> {
  const { broker, log } = context;
  const metrics = plotMetrics(context);
  const latest = new LatestSnapshot(settings.staleAfterMs);
  const news = new News();
  const stopping = new AbortController();
  const done = Promise.withResolvers<void>();
  const pictures = new Pictures('error_distribution', {
    outDir: settings.outDir,
    redrawEveryMs: settings.redrawEveryMs,
    log,
    onDrawn: ({ seconds, result }) => {
      metrics.drawings.inc({ result });
      metrics.drawSeconds.observe(seconds);
    },
  });

  const readSnapshot = reader(log, decodeSnapshot);
  const readFeatures = reader(log, decodeFeaturesSnapshot);
  const features = new LatestFeatures();
  // Charts that a reader takes along: apart from the picture's, whose drawings they must not hold up.
  const drawer = new Drawer();
  const see = (message: Message) => {
    if (isFeaturesSnapshot(message.payload)) return seeFeatures(message);
    const snapshot = readSnapshot(message);
    metrics.snapshots.inc({ result: snapshot === undefined ? 'refused' : 'read' });
    if (snapshot === undefined) return;
    latest.accept({ snapshot, receivedAtMs: performance.now() });
    offerPicture();
    news.announce();
    return undefined;
  };
  const seeFeatures = (message: Message) => {
    const snapshot = readFeatures(message);
    metrics.snapshots.inc({ result: snapshot === undefined ? 'refused' : 'read' });
    if (snapshot === undefined) return;
    features.accept({ snapshot, receivedAtMs: performance.now() });
    news.announce();
  };
  const offerPicture = () => {
    const champion = latest.shown?.snapshot.models[0];
    const distribution = champion && distributionOf(champion, settings.units);
    if (distribution !== undefined)
      pictures.offer(errorDistribution(distribution, pictureLook(settings.theme)));
  };
  const feed = (): Feed => {
    const shown = latest.shown;
    return {
      broker: { state: broker.state, address: broker.address },
      snapshot: shown?.snapshot,
      ageMs: shown && performance.now() - shown.receivedAtMs,
      staleAfterMs: settings.staleAfterMs,
      units: settings.units,
      drift: features.drift(performance.now()),
    };
  };

  let consumer: Consumer | undefined;
  const notAsked = harmlessFailure(log, 'ask for a snapshot');
  const ask = () =>
    broker
      .publish({ exchange: CONTROL }, { payload: encodeControl({ snapshot: true }) })
      // Metric publishes by itself every second: asking only saves the wait.
      .catch(notAsked);
  const subscribe = async () => {
    await broker.declareFanout(SNAPSHOTS);
    await broker.declareFanout(CONTROL);
    const subscribed = await broker.subscribe(SNAPSHOTS, see);
    if (stopping.signal.aborted) return subscribed.stop();
    consumer = subscribed;
    await ask();
    await consumer.done;
    return undefined;
  };
  const endStateWatch = broker.onState((state) => {
    news.announce();
    if (state === 'connected' && consumer !== undefined) void ask();
  });
  subscribe().catch((error: unknown) => {
    if (!stopping.signal.aborted) done.reject(error);
  });

  const stopOnce = async () => {
    stopping.abort();
    endStateWatch();
    await consumer?.stop();
    await pictures.stop();
    await drawer[Symbol.asyncDispose]();
    done.resolve();
  };
  let stopped: Promise<void> | undefined;
  return Promise.resolve({
    name: 'plot',
    done: done.promise,
    readiness: () =>
      consumer !== undefined && broker.state === 'connected'
        ? { ready: true, why: undefined }
        : { ready: false, why: `waiting for the broker at ${broker.address}` },
    stop: () => (stopped ??= stopOnce()),
    routes: pageRoutes({
      feed,
      features: () => features.speaking(performance.now()),
      news,
      picture: () => pictures.latest,
      draw: (chart) => drawer.draw(chart),
      drawSvg: (chart) => drawer.drawSvg(chart),
      pushEveryMs: settings.pushEveryMs,
      stopping: stopping.signal,
      onPages: (open) => metrics.pages.set(open),
    }),
  });
}

/** Reads messages, and gives `undefined` for one that cannot be read: said once, for it may come every second. */
function reader<S>(log: Logger, decode: (payload: Payload) => S): (message: Message) => S | undefined {
  let complaint: string | undefined;
  return ({ payload }) => {
    try {
      return decode(payload);
    } catch (error) {
      if (messageOf(error) !== complaint) log.warn(messageOf(error));
      complaint = messageOf(error);
      return undefined;
    }
  };
}

function plotMetrics({ registry }: StageContext) {
  const registers = [registry];
  return {
    snapshots: new Counter({
      name: 'aftermath_plot_snapshots_total',
      help: 'Snapshots that came, by whether they could be read',
      labelNames: ['result'],
      registers,
    }),
    drawings: new Counter({
      name: 'aftermath_plot_drawings_total',
      help: 'Drawings of the picture, by whether they were drawn and written',
      labelNames: ['result'],
      registers,
    }),
    drawSeconds: new Histogram({
      name: 'aftermath_plot_draw_seconds',
      help: 'Time to draw and write the picture',
      buckets: [0.02, 0.05, 0.1, 0.2, 0.5, 1, 5],
      registers,
    }),
    pages: new Gauge({ name: 'aftermath_plot_pages', help: 'Pages that are open', registers }),
  };
}
