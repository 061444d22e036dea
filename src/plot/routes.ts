import { setTimeout as wait } from 'node:timers/promises';
import { Hono } from 'hono';
import { streamSSE, type SSEStreamingApi } from 'hono/streaming';
import type { FeaturesSnapshot } from '../wire/features-snapshot.ts';
import type { Chart } from './charts/chart.ts';
import { decimateForPage } from './decimate.ts';
import { Downloads } from './downloads.ts';
import type { Feed, News } from './feed.ts';
import { PAGE_PATHS, pageFile } from './page-files.ts';
import type { Rendered } from './render.ts';

/** What the page is made of. */
export interface PageSource {
  readonly feed: () => Feed;
  /** How the features are distributed, by worker of the model stage. */
  readonly features: () => readonly FeaturesSnapshot[];
  /** Announced with every change of `feed`. */
  readonly news: News;
  /** The latest drawing of the distribution, or `undefined` before the first. */
  readonly picture: () => Rendered | undefined;
  /** Draws a chart. */
  readonly draw: (chart: Chart) => Promise<Rendered>;
  /** Draws a chart as SVG alone. */
  readonly drawSvg: (chart: Chart) => Promise<string>;
  /** A page is told news at most so often. */
  readonly pushEveryMs: number;
  /** Aborted when the service stops: open pages are let go. */
  readonly stopping: AbortSignal;
  /** Told how many pages are open. */
  readonly onPages: (open: number) => void;
}

/** Pages open at once at most; each costs a snapshot's worth of text twice a second. */
const PAGES_MAX = 64;

/** So often something is sent even without news, so that either side notices when the other is gone. */
const HEARTBEAT_MS = 10_000;

/** Nothing from elsewhere, nothing inline, nothing compiled from text, in nobody's frame. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The live page: its files, the feed as events and as JSON, and the picture. Nothing can be changed through it. */
export function pageRoutes(source: PageSource): Hono {
  const app = new Hono();
  let pages = 0;
  const downloads = new Downloads(source);
  const count = (change: 1 | -1) => source.onPages((pages += change));

  app.use('*', async (c, next) => {
    await next();
    c.header('content-security-policy', CONTENT_SECURITY_POLICY);
    c.header('x-content-type-options', 'nosniff');
    c.header('referrer-policy', 'no-referrer');
    if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-cache');
  });

  for (const path of PAGE_PATHS) {
    app.get(path, async (c) => {
      const { body, type, etag } = await pageFile(path);
      c.header('etag', etag);
      return c.req.header('if-none-match') === etag
        ? c.body(null, 304)
        : c.body(body, 200, { 'content-type': type });
    });
  }

  app.get('/api/snapshot', (c) => c.json(source.feed()));

  app.get('/api/features', (c) => c.json(source.features()));

  app.get('/events', (c) => {
    if (pages >= PAGES_MAX) return c.text(`Too many pages are open: ${PAGES_MAX} at most.`, 503);
    // A proxy that collects an event stream before it hands it on makes a dead page.
    c.header('x-accel-buffering', 'no');
    return streamSSE(c, async (stream) => {
      count(1);
      try {
        await tell(stream, source);
      } finally {
        count(-1);
      }
    });
  });

  app.get('/error_distribution.png', (c) => {
    const picture = source.picture();
    if (picture === undefined) return c.text(NO_PICTURE, 404);
    return c.body(new Uint8Array(picture.png), 200, { 'content-type': 'image/png' });
  });
  app.get('/error_distribution.svg', (c) => {
    const picture = source.picture();
    if (picture === undefined) return c.text(NO_PICTURE, 404);
    return c.body(picture.svg, 200, { 'content-type': 'image/svg+xml' });
  });

  app.get('/charts/:file', (c) => downloads.chart(c));
  app.get('/figures.csv', (c) => downloads.figures(c));
  app.get('/report.html', (c) => downloads.report(c));
  return app;
}

const NO_PICTURE = 'There is no picture yet: no prediction has met its truth.';

/** One page, until it is gone or the service stops. A slow one gets fewer feeds, never old ones. */
async function tell(
  stream: SSEStreamingApi,
  { feed, news, pushEveryMs, stopping }: PageSource,
): Promise<void> {
  const gone = new AbortController();
  const ended = AbortSignal.any([gone.signal, stopping]);
  stream.onAbort(() => gone.abort());
  while (!ended.aborted) {
    const next = news.next();
    await stream.writeSSE({ event: 'feed', data: JSON.stringify(forPage(feed())) });
    await pause(pushEveryMs, ended);
    const heartbeat = new AbortController();
    await Promise.race([next, pause(HEARTBEAT_MS, AbortSignal.any([ended, heartbeat.signal]))]);
    heartbeat.abort();
  }
}

/** What a page is told, as text: no more of a history than it can show. */
function forPage(feed: Feed): Feed {
  return feed.snapshot === undefined ? feed : { ...feed, snapshot: decimateForPage(feed.snapshot) };
}

/** Fulfils after a while, or at once when the signal says so. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal, ref: false }).catch(() => undefined);
}
