import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { gzipSync } from 'node:zlib';
import pino from 'pino';
import { Registry } from 'prom-client';
import { openBroker } from '../../src/broker/open.ts';
import { startFeatures } from '../../src/features/stage.ts';
import { ReplayClock } from '../../src/service/clock.ts';
import { folder } from './files.ts';
import { bench, ids, notePublished, settingsIn } from './stage-harness.ts';

test('every row and its truth are published once, with ids of run, row and pass', async () => {
  await using dir = await folder();
  await using b = await bench();
  const stage = await b.run(settingsIn(dir.path, { dataset: { rows: 1_000 } }));
  const progress = stage.progress();
  const run = progress.run ?? '';
  assert.match(run, /^[0-9a-z]{10}$/);
  const expected = Array.from({ length: 1_000 }, (_, i) => {
    const [row, pass] = [(i % 442) + 1, Math.floor(i / 442) + 1];
    return pass === 1 ? `"${run}-${row}"` : `"${run}-${row}-${pass}"`;
  });
  assert.deepEqual(ids(b.features()), expected);
  assert.deepEqual(ids(b.truths()), expected);
  assert.deepEqual(b.features()[442]?.body, b.features()[0]?.body);
  assert.deepEqual(
    b
      .truths()
      .slice(0, 2)
      .map(({ value }) => value),
    [151, 75],
  );
  assert.deepEqual(progress, {
    run,
    rowsPublished: 1_000,
    truthsPublished: 1_000,
    truthsDue: 0,
    rowsRefused: 0,
    rowsWithoutTruth: 0,
    rowsTotal: 1_000,
    finished: true,
  });
});

test('ids of the file travel as they stand; a further pass makes them text with its number', async () => {
  await using dir = await folder();
  await using b = await bench();
  const data = await dir.write('ids.csv', 'id,x,y\n1700000000.0,1,1\nabc,2,2\n');
  await b.run(settingsIn(dir.path, { dataset: { data, target: 'y', id: 'id', rows: 4 } }));
  const expected = ['1700000000.0', '"abc"', '"1700000000.0-2"', '"abc-2"'];
  assert.deepEqual(ids(b.features()), expected);
  assert.deepEqual(ids(b.truths()), expected);
});

test('fast rows go in arrays, slow ones singly', async () => {
  await using dir = await folder();
  await using fast = await bench();
  await fast.run(settingsIn(dir.path, { dataset: { rows: 640 } }));
  assert.equal(fast.seen.filter(({ kind }) => kind === 'features').length, 640 / 64 + 1);
  await using slow = await bench();
  await slow.run(settingsIn(dir.path, { dataset: { rows: 3, rate: 10 } }));
  assert.ok(slow.seen.every(({ features, truths }) => features.length + truths.length === 1));
});

test('rows keep to their rate', async () => {
  await using dir = await folder();
  await using b = await bench();
  const published = notePublished(b.broker);
  await b.run(settingsIn(dir.path, { dataset: { rows: 101, rate: 500 } }));
  const sent = published.filter(({ queue }) => queue === 'features').map(({ atMs }) => atMs);
  const tookMs = (sent.at(-1) ?? 0) - (sent[0] ?? 0);
  assert.ok(tookMs >= 120, `100 rows at 500 rows/s took ${tookMs} ms`);
  assert.ok(sent.length > 15, `they came in ${sent.length} messages`);
});

test('the classic dialect sends one record a message, each truth before its features', async () => {
  await using dir = await folder();
  await using b = await bench();
  const published = notePublished(b.broker);
  const data = await dir.write('two.csv', 'id,x,y\n1.0,5,True\nb,6.50,False\n');
  await b.run(
    settingsIn(dir.path, { dialect: 'classic', dataset: { data, target: 'y', id: 'id', rows: 2 } }),
  );
  for (const [id, body, truth] of [
    [1, [5], true],
    ['b', [6.5], false],
  ] as const) {
    const at = (queue: string, json: unknown): number =>
      published.findIndex((one) => one.queue === queue && isDeepStrictEqual(one.json, json));
    const [first, second] = [at('y_true', { id, body: truth }), at('features', { id, body })];
    assert.ok(first >= 0 && first < second, `truth of ${id} at ${first}, features at ${second}`);
  }
  assert.equal(published.length, 4);
});

test('where each record is a message few rows are in flight, and all of them go', async () => {
  await using dir = await folder();
  await using b = await bench();
  const publish = b.broker.publish.bind(b.broker);
  let [open, most] = [0, 0];
  b.broker.publish = async (target, message) => {
    if (!('queue' in target) || target.queue !== 'features') return publish(target, message);
    most = Math.max(most, ++open);
    await publish(target, message);
    open -= 1;
  };
  const limits = { inFlightSinglesMax: 100 };
  await b.run(settingsIn(dir.path, { dialect: 'superset', dataset: { rows: 1_000 }, limits }));
  assert.equal(most, 100);
  assert.equal(b.features().length, 1_000);
});

test('a truth comes its label delay after its row, drawn anew for each row', async () => {
  await using dir = await folder();
  await using b = await bench();
  const published = notePublished(b.broker);
  const labelDelay = { minMs: 100, maxMs: 300 };
  const stage = await b.start(settingsIn(dir.path, { dataset: { rows: 100, labelDelay } }));
  await b.until(() => b.features().length === 100);
  assert.equal(stage.progress().truthsDue, 100);
  await stage.done;
  const sentMs = (queue: string): Map<string, number> =>
    new Map(
      published.flatMap((one) => (one.queue === queue ? one.ids.map((id) => [id, one.atMs] as const) : [])),
    );
  const [rows, truths] = [sentMs('features'), sentMs('y_true')];
  const delays = Array.from(truths, ([id, atMs]) => atMs - (rows.get(id) ?? NaN));
  assert.equal(delays.length, 100);
  assert.ok(Math.min(...delays) > 60, `the earliest came after ${Math.min(...delays)} ms`);
  assert.ok(Math.max(...delays) - Math.min(...delays) > 100);
  const order = [...truths.keys()].map((id) => Number(id.slice(12, -1)));
  assert.notDeepEqual(
    order,
    order.toSorted((x, y) => x - y),
  );
});

test('a row without a target is published, and no truth', async () => {
  await using dir = await folder();
  await using b = await bench();
  const data = await dir.write('gaps.csv', 'x,y\n1,1\n2,\n3,3\n4,NaN\n');
  const stage = await b.run(
    settingsIn(dir.path, { dataset: { data, target: 'y', rows: undefined, passes: 1 } }),
  );
  assert.equal(b.features().length, 4);
  assert.deepEqual(
    b.truths().map(({ value }) => value),
    [1, 3],
  );
  const { rowsWithoutTruth, truthsPublished, truthsDue, finished } = stage.progress();
  assert.deepEqual(
    { rowsWithoutTruth, truthsPublished, truthsDue, finished },
    {
      rowsWithoutTruth: 2,
      truthsPublished: 2,
      truthsDue: 0,
      finished: true,
    },
  );
});

test('a refused row is counted and named in the log, and counts as one of --rows', async () => {
  await using dir = await folder();
  await using b = await bench();
  const data = await dir.write('bad.csv', 'x,y\n1,1\n2\n3,3\n4,4\n');
  const stage = await b.run(settingsIn(dir.path, { dataset: { data, target: 'y', rows: 3 } }));
  assert.deepEqual(
    b.truths().map(({ value }) => value),
    [1, 3],
  );
  const { rowsPublished, rowsRefused, finished } = stage.progress();
  assert.deepEqual(
    { rowsPublished, rowsRefused, finished },
    { rowsPublished: 2, rowsRefused: 1, finished: true },
  );
  assert.ok(
    b.logged.some((line) => line.includes(`refused line 3 of ${data}: it has 1 cell, the header has 2`)),
  );
});

test('a stage whose broker is away is not ready, and stops at once', async () => {
  await using dir = await folder();
  const log = pino({ level: 'silent' });
  await using broker = openBroker({ url: `amqp://127.0.0.1:${await closedPort()}`, log });
  const context = { broker, log, registry: new Registry(), clock: new ReplayClock() };
  const stage = await startFeatures(settingsIn(dir.path), context);
  assert.deepEqual(stage.readiness(), { ready: false, why: 'the broker is connecting' });
  await stage.stop();
  assert.equal(stage.progress().rowsPublished, 0);
});

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

test('rows wait when the truths that are due fill their memory, and every one still comes', async () => {
  await using dir = await folder();
  await using b = await bench();
  const settings = settingsIn(dir.path, {
    dataset: { rows: 3_000, labelDelay: { minMs: 100, maxMs: 100 } },
    limits: { dueBytesMax: 16_384, inFlightRowsMax: 64 },
  });
  const stage = await b.start(settings);
  let most = 0;
  await b.until(() => {
    most = Math.max(most, stage.progress().truthsDue);
    return b.truths().length === 3_000;
  });
  await stage.done;
  assert.ok(most < 700, `${most} truths were due at once`);
  assert.equal(new Set(ids(b.truths())).size, 3_000);
  assert.ok(b.logged.some((line) => line.includes('no more fit in memory')));
});

test('two processes cannot have the same state, and settings that contradict each other are refused', async () => {
  await using dir = await folder();
  await using b = await bench();
  const stage = await b.start(settingsIn(dir.path, { dataset: { rows: undefined, rate: 10 } }));
  await assert.rejects(
    b.start(settingsIn(dir.path)),
    /Cannot open the state .*: another process has it open/,
  );
  await stage.stop();
  await assert.rejects(b.start(settingsIn(dir.path, { dataset: { speed: 10 } })), {
    consequence: 'usage',
    message: /no column with the time is named/,
  });
  const text = await dir.write('text.db', 'this is not a database, however long it may be');
  await assert.rejects(
    b.start(settingsIn(dir.path, { statePath: text })),
    /Cannot open the state .*not a database/,
  );
});

test('a file that is cut off ends the stage with its error, and what was confirmed before is kept', async () => {
  await using dir = await folder();
  await using b = await bench();
  const lines = Array.from({ length: 60_000 }, (_, i) => `${i},${Math.sin(i)}`);
  const whole = gzipSync(`x,y\n${lines.join('\n')}\n`);
  const data = await dir.write('cut.csv.gz', whole.subarray(0, whole.length - 1_000));
  const stage = await b.start(settingsIn(dir.path, { dataset: { data, target: 'y', rows: undefined } }));
  await assert.rejects(stage.done, /gzip data is damaged or cut off/);
  const { rowsPublished, truthsPublished } = stage.progress();
  assert.ok(rowsPublished > 10_000);
  assert.deepEqual([rowsPublished, truthsPublished], [b.features().length, b.truths().length]);
});

test('the counters for Prometheus agree with what was published', async () => {
  await using dir = await folder();
  await using b = await bench();
  const stage = await startFeatures(settingsIn(dir.path, { dataset: { rows: 100 } }), b.context);
  await stage.done;
  const text = await b.context.registry.metrics();
  assert.match(text, /^aftermath_features_rows_total\{result="published"\} 100$/m);
  assert.match(text, /^aftermath_features_truths_total 100$/m);
  assert.match(text, /^aftermath_features_truths_due 0$/m);
});
