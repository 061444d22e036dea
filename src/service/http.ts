import { randomBytes, timingSafeEqual } from 'node:crypto';
import { serve, type ServerType } from '@hono/node-server';
import { Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import type { Registry } from 'prom-client';
import { AftermathError, codeOf, messageOf } from './errors.ts';
import type { Stage } from './stage.ts';

/** Where to listen, and who may look. */
export interface HttpSettings {
  readonly host: string;
  readonly port: number;
  /** A default port in use moves to the next free one; a given one is an error. */
  readonly portGiven: boolean;
  /** No token, whoever can reach the address. */
  readonly open: boolean;
}

/** What the server shows. `page`: further routes, from `/` on. */
export interface Shown {
  readonly stages: readonly Stage[];
  readonly registry: Registry;
  readonly page: Hono | undefined;
}

/** A server that listens; disposing of it cuts what is still connected. */
export interface HttpServer extends AsyncDisposable {
  /** Where a browser finds it, token included where one is needed. */
  readonly url: string;
}

/**
 * The HTTP side of every service: `/healthz` (the process works), `/readyz` (its stages can do their work
 * now, 503 and why not otherwise), `/metrics` (Prometheus), and the page where there is one.
 *
 * Beyond the loopback address page and metrics ask for a token, given in the URL once and then kept as a
 * cookie; `/healthz` and `/readyz` never do, because whoever watches over containers asks them.
 *
 * @throws {AftermathError} `stop` when the port cannot be had
 */
export async function startHttp(settings: HttpSettings, shown: Shown): Promise<HttpServer> {
  const token = settings.open || isLoopback(settings.host) ? undefined : randomBytes(16).toString('hex');
  const app = routes(shown, token);
  const { server, port } = await listenFrom(app, settings);
  const host = isUnspecified(settings.host) ? '127.0.0.1' : settings.host;
  const query = token === undefined ? '' : `?token=${token}`;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}/${query}`,
    [Symbol.asyncDispose]: () => close(server),
  };
}

function routes({ stages, registry, page }: Shown, token: string | undefined): Hono {
  const app = new Hono();
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.get('/readyz', (c) => {
    const states = stages.map((stage) => [stage.name, stage.readiness()] as const);
    const ready = states.every(([, state]) => state.ready);
    const waiting = states.flatMap(([name, state]) =>
      state.ready ? [] : [`${name}: ${state.why ?? 'not ready'}`],
    );
    return c.json({ status: ready ? 'ready' : 'waiting', waiting }, ready ? 200 : 503);
  });
  if (token !== undefined) app.use('*', askFor(token));
  app.get('/metrics', async (c) =>
    c.text(await registry.metrics(), 200, { 'content-type': registry.contentType }),
  );
  if (page !== undefined) app.route('/', page);
  return app;
}

const COOKIE = 'aftermath_token';

function askFor(token: string): Parameters<Hono['use']>[1] {
  const isRight = (given: string | undefined) =>
    given?.length === token.length && timingSafeEqual(Buffer.from(given), Buffer.from(token));
  return async (c, next) => {
    if (isRight(c.req.query('token'))) {
      setCookie(c, COOKIE, token, { httpOnly: true, sameSite: 'Strict', path: '/' });
    } else if (!isRight(getCookie(c, COOKIE))) {
      return c.text(
        'This page needs the token that the service printed when it started: open the URL it gave.',
        401,
      );
    }
    await next();
    return undefined;
  };
}

const PORTS_TRIED_MAX = 100;

async function listenFrom(app: Hono, settings: HttpSettings): Promise<{ server: ServerType; port: number }> {
  for (let port = settings.port; ; port++) {
    try {
      return await listen(app, settings.host, port);
    } catch (error) {
      const isTaken = codeOf(error) === 'EADDRINUSE';
      if (isTaken && !settings.portGiven && port < settings.port + PORTS_TRIED_MAX) continue;
      const what = `Cannot listen on ${settings.host}:${port}`;
      throw new AftermathError(
        'stop',
        isTaken
          ? `${what}: the port is in use. Give another with --port, or 0 for any free one.`
          : `${what}: ${messageOf(error)}.`,
        { cause: error },
      );
    }
  }
}

function listen(app: Hono, hostname: string, port: number): Promise<{ server: ServerType; port: number }> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname, port }, (info) =>
      resolve({ server, port: info.port }),
    );
    server.once('error', reject);
  });
}

async function close(server: ServerType): Promise<void> {
  // A page holds its event stream open for ever: cut what is still there.
  if ('closeAllConnections' in server) server.closeAllConnections();
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function isUnspecified(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}
