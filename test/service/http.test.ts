import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Hono } from 'hono';
import { Registry } from 'prom-client';
import { startHttp } from '../../src/service/http.ts';
import type { Stage } from '../../src/service/stage.ts';

function stage(why: string | undefined): Stage {
  return {
    name: 'metric',
    done: Promise.resolve(),
    readiness: () => ({ ready: why === undefined, why }),
    stop: () => Promise.resolve(),
  };
}

function shown(why?: string) {
  const page = new Hono().get('/', (c) => c.text('the page'));
  return { stages: [stage(why)], registry: new Registry(), page };
}

const HERE = { host: '127.0.0.1', port: 0, portGiven: true, open: false };

test('readyz says what a stage waits for, healthz that the process works', async () => {
  await using server = await startHttp(HERE, shown('the broker is connecting'));
  assert.equal((await fetch(`${server.url}healthz`)).status, 200);
  const ready = await fetch(`${server.url}readyz`);
  assert.equal(ready.status, 503);
  assert.deepEqual(await ready.json(), { status: 'waiting', waiting: ['metric: the broker is connecting'] });
});

test('readyz is 200 once every stage is ready', async () => {
  await using server = await startHttp(HERE, shown());
  assert.equal((await fetch(`${server.url}readyz`)).status, 200);
});

test('a port in use: a default one moves to the next, a given one is an error that names it', async () => {
  await using first = await startHttp(HERE, shown());
  const port = Number(new URL(first.url).port);
  await using second = await startHttp({ ...HERE, port, portGiven: false }, shown());
  assert.notEqual(new URL(second.url).port, new URL(first.url).port);
  await assert.rejects(
    startHttp({ ...HERE, port }, shown()),
    new RegExp(`Cannot listen on 127.0.0.1:${port}: the port is in use. Give another with --port`),
  );
});

test('beyond this machine the page asks for the token, health does not', async () => {
  await using server = await startHttp({ ...HERE, host: '0.0.0.0' }, shown());
  const { origin } = new URL(server.url);
  assert.equal((await fetch(`${origin}/`)).status, 401);
  assert.equal((await fetch(`${origin}/metrics`)).status, 401);
  assert.equal((await fetch(`${origin}/?token=wrong`)).status, 401);
  assert.equal((await fetch(`${origin}/healthz`)).status, 200);
  const opened = await fetch(server.url);
  assert.equal(await opened.text(), 'the page');
  const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? '';
  assert.equal((await fetch(`${origin}/`, { headers: { cookie } })).status, 200);
});

test('with --open there is no token', async () => {
  await using server = await startHttp({ ...HERE, host: '0.0.0.0', open: true }, shown());
  assert.equal((await fetch(server.url)).status, 200);
});
