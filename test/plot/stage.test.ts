import assert from 'node:assert/strict';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeControl } from '../../src/wire/control.ts';
import { CONTROL, SNAPSHOTS } from '../../src/wire/queues.ts';
import { Payload } from '../../src/wire/payload.ts';
import { MemoryBroker } from '../../src/broker/memory.ts';
import { startPlot } from '../../src/plot/stage.ts';
import { SYSTEM_CLOCK } from '../../src/service/clock.ts';
import pino from 'pino';
import { Registry } from 'prom-client';
import { startedPlot } from './plot-stage.ts';
import { modelOf, snapshotOf, someErrors } from './snapshots.ts';

test('plot asks for a snapshot when it starts, so that nobody waits for the next one', async () => {
  const broker = new MemoryBroker();
  await broker.declareFanout(CONTROL);
  const order = Promise.withResolvers<unknown>();
  await broker.subscribe(CONTROL, ({ payload }) => order.resolve(decodeControl(payload)));
  const stage = await startPlot(
    {
      outDir: 'never-drawn',
      redrawEveryMs: 0,
      theme: 'light',
      units: undefined,
      pushEveryMs: 10,
      staleAfterMs: 5_000,
    },
    { broker, log: pino({ level: 'silent' }), registry: new Registry(), clock: SYSTEM_CLOCK },
  );
  assert.deepEqual(await order.promise, { snapshot: true });
  await stage.stop();
  await stage.done;
  await broker.close();
});

test('a snapshot becomes the picture beside the log, and figures for Prometheus', async (t) => {
  const { stage, outDir, publish, registry } = await startedPlot(t, { units: 'mg/dl' });
  const watcher = watch(outDir);
  await publish(snapshotOf([modelOf(someErrors(442), { model: 'first' })]));
  for (let file = ''; file !== 'error_distribution.png';) file = String((await once(watcher, 'change'))[1]);
  watcher.close();
  const svg = await readFile(join(outDir, 'error_distribution.svg'), 'utf8');
  assert.match(svg, /Absolute error, mg\/dl/);
  assert.match(svg, />first\b/);
  await stage.stop();
  const metrics = await registry.metrics();
  assert.match(metrics, /aftermath_plot_snapshots_total\{result="read"\} 1/);
  assert.match(metrics, /aftermath_plot_drawings_total\{result="drawn"\} 1/);
  assert.match(metrics, /aftermath_plot_draw_seconds_count 1/);
});

test('the last snapshot is drawn on stop, however long the next drawing was away', async (t) => {
  const { stage, outDir, publish } = await startedPlot(t, { redrawEveryMs: 3_600_000 });
  await publish(snapshotOf([modelOf(someErrors(10))], { publishedAtMs: 1 }));
  await publish(snapshotOf([modelOf(someErrors(442))], { publishedAtMs: 2 }));
  await stage.stop();
  assert.match(await readFile(join(outDir, 'error_distribution.svg'), 'utf8'), /on 442 rows/);
});

test('what is no snapshot is said once and counted, and the next one is shown', async (t) => {
  const { stage, broker, publish, lines, registry } = await startedPlot(t);
  const bad = { payload: Payload.ofBytes(Buffer.from('{"kind": "weather"}')) };
  await broker.publish({ exchange: SNAPSHOTS }, bad);
  await broker.publish({ exchange: SNAPSHOTS }, bad);
  await publish(snapshotOf([modelOf([], { pending: 3 })]));
  const shown = (await (await stage.routes.request('/api/snapshot')).json()) as {
    snapshot: { models: unknown[] };
  };
  assert.equal(shown.snapshot.models.length, 1);
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /^Cannot read the snapshot/);
  assert.match(await registry.metrics(), /aftermath_plot_snapshots_total\{result="refused"\} 2/);
});

test('plot is ready once it hears the broker', async (t) => {
  const { stage, publish } = await startedPlot(t);
  await publish(snapshotOf([]));
  assert.deepEqual(stage.readiness(), { ready: true, why: undefined });
});
