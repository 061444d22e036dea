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
import type { FeatureRecord, TruthRecord } from '../../src/wire/records.ts';
import { DIABETES, folder } from './files.ts';
import { bench, settingsIn } from './stage-harness.ts';

function ids(records: readonly (FeatureRecord | TruthRecord)[]): string[] {
  return records.map(({ id }) => id);
}

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
  await b.run(settingsIn(dir.path, { dataset: { rows: 101, rate: 500 } }));
  const arrivals = b.seen.filter(({ kind }) => kind === 'features').map(({ atMs }) => atMs);
  const tookMs = (arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0);
  assert.ok(tookMs >= 190, `100 rows at 500 rows/s took ${tookMs} ms`);
});

test('the classic dialect sends one record a message, each truth before its features', async () => {
  await using dir = await folder();
  await using b = await bench();
  const publish = b.broker.publish.bind(b.broker);
  const published: unknown[] = [];
  b.broker.publish = (target, message) => {
    published.push([target, JSON.parse(Buffer.from(message.payload.bytes()).toString())]);
    return publish(target, message);
  };
  const data = await dir.write('two.csv', 'id,x,y\n1.0,5,True\nb,6.50,False\n');
  await b.run(
    settingsIn(dir.path, { dialect: 'classic', dataset: { data, target: 'y', id: 'id', rows: 2 } }),
  );
  const queue = { features: { queue: 'features' }, truth: { queue: 'y_true' } };
  for (const [id, body, truth] of [
    [1, [5], true],
    ['b', [6.5], false],
  ] as const) {
    const [first, second] = [
      [queue.truth, { id, body: truth }],
      [queue.features, { id, body }],
    ].map((one) => published.findIndex((other) => isDeepStrictEqual(one, other)));
    assert.ok(
      first !== undefined && second !== undefined && first >= 0 && first < second,
      `${first}, ${second}`,
    );
  }
  assert.equal(published.length, 4);
});

test('a truth comes its label delay after its row, drawn anew for each row and the same for the same seed', async () => {
  await using dir = await folder();
  const delays: number[][] = [];
  for (let again = 0; again < 2; again += 1) {
    await using b = await bench();
    const labelDelay = { minMs: 50, maxMs: 250 };
    const stage = await b.start(settingsIn(dir.path, { dataset: { rows: 100, labelDelay } }));
    await b.until(() => b.features().length === 100);
    assert.equal(stage.progress().truthsDue, 100);
    await stage.done;
    const sentMs = new Map(
      b.seen.flatMap(({ features, atMs }) => features.map(({ id }) => [id, atMs] as const)),
    );
    const late = b.seen.flatMap(({ truths, atMs }) => truths.map(({ id }) => atMs - (sentMs.get(id) ?? NaN)));
    assert.equal(late.length, 100);
    assert.ok(
      late.every((ms) => ms >= 45),
      `the earliest came after ${Math.min(...late)} ms`,
    );
    delays.push(ids(b.truths()).map((id) => Number(id.slice(12, -1))));
  }
  const inOrder = Array.from({ length: 100 }, (_, i) => i + 1);
  assert.notDeepEqual(delays[0], inOrder);
  assert.deepEqual(
    delays[0]?.toSorted((x, y) => x - y),
    inOrder,
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

test('tags and event times travel with the rows; the time of the truth with the truth', async () => {
  await using dir = await folder();
  await using b = await bench();
  const data = await dir.write(
    'trips.csv',
    'when,seen,from,x,y\n2001-02-01T01:00:00Z,2001-02-01T02:00:00Z,LAS,1,5\n',
  );
  const columns = { time: 'when', truthTime: 'seen', tags: ['from'], target: 'y' };
  const stage = await b.run(settingsIn(dir.path, { dataset: { data, ...columns, rows: undefined } }));
  const id = `"${stage.progress().run}-1"`;
  const tags = { from: 'LAS' };
  assert.deepEqual(b.features(), [
    { id, timeMs: Date.UTC(2001, 1, 1, 1), tags, weight: undefined, body: [1] },
  ]);
  assert.deepEqual(b.truths(), [{ id, timeMs: Date.UTC(2001, 1, 1, 2), tags, weight: undefined, value: 5 }]);
});

/** 200 rows, one an hour; the truth of row n is known a number of hours later that differs from row to row. */
function hourly(): string {
  const hour = (n: number): string => new Date(Date.UTC(2001, 0, 1) + n * 3_600_000).toISOString();
  const lines = Array.from({ length: 200 }, (_, i) => `${hour(i)},${hour(i + 1 + ((i * 7) % 40))},${i},${i}`);
  return `when,seen,x,y\n${lines.join('\n')}\n`;
}

for (const [how, pace] of [
  ['at a rate', { rate: 0 }],
  ['replayed', { speed: 3_600_000 }],
] as const) {
  test(`rows and truths with times go in the order of their events, ${how}, and move the clock`, async () => {
    await using dir = await folder();
    const clock = new ReplayClock();
    await using b = await bench({ clock });
    const columns = { time: 'when', truthTime: 'seen', target: 'y', rows: undefined };
    const data = await dir.write('hourly.csv', hourly());
    await b.run(settingsIn(dir.path, { dataset: { data, ...columns, ...pace } }));
    assert.equal(b.features().length, 200);
    assert.equal(b.truths().length, 200);
    const times = b.truths().map(({ timeMs }) => timeMs ?? NaN);
    assert.deepEqual(
      times,
      times.toSorted((x, y) => x - y),
    );
    // Never a truth before its row, and rows wait for the truths of half a day before them
    let rowsUpTo = -Infinity;
    let truthsUpTo = -Infinity;
    for (const { features, truths } of b.seen) {
      for (const { timeMs = NaN } of features) {
        assert.ok(timeMs - truthsUpTo < 60 * 3_600_000 || truthsUpTo === -Infinity);
        rowsUpTo = Math.max(rowsUpTo, timeMs);
      }
      for (const { timeMs = NaN } of truths) truthsUpTo = Math.max(truthsUpTo, timeMs);
    }
    assert.equal(clock.nowMs(), Math.max(...times));
    assert.equal(rowsUpTo, Date.UTC(2001, 0, 1) + 199 * 3_600_000);
  });
}

test('the clock of a replay never runs ahead of what is confirmed', async () => {
  await using dir = await folder();
  const clock = new ReplayClock();
  await using b = await bench({ clock });
  const settled = new Set<string>();
  let wrong = 0;
  const check = (): void => {
    for (const { truths } of b.seen) for (const { id } of truths) settled.add(id);
    for (const { id, timeMs = NaN } of b.features()) {
      const dueMs = timeMs + 3_600_000;
      if (dueMs < clock.nowMs() && !settled.has(id)) wrong += 1;
    }
  };
  const watched = b.until(() => {
    check();
    return b.truths().length === 200;
  });
  const data = await dir.write('hourly.csv', hourly().replaceAll(/^([^,]*),[^,]*,/gm, '$1,'));
  const columns = { time: 'when', target: 'y', labelDelay: { minMs: 3_600_000, maxMs: 3_600_000 } };
  await b.run(settingsIn(dir.path, { dataset: { data, ...columns, rows: undefined, speed: 36_000_000 } }));
  await watched;
  assert.equal(wrong, 0);
});

test('with times and a label delay by the wall clock, the clock of a replay waits for the truths', async () => {
  await using dir = await folder();
  const clock = new ReplayClock();
  await using b = await bench({ clock });
  const data = await dir.write('hourly.csv', hourly());
  const dataset = { data, target: 'y', time: 'when', rows: 100, labelDelay: { minMs: 5, maxMs: 40 } };
  const settled = new Set<string>();
  let ahead = 0;
  const watched = b.until(() => {
    for (const { id } of b.truths()) settled.add(id);
    for (const { id, timeMs = NaN } of b.features())
      if (timeMs < clock.nowMs() && !settled.has(id)) ahead += 1;
    for (const { timeMs = NaN } of b.features()) if (timeMs > clock.nowMs() + 86_400_000) ahead += 1;
    return b.truths().length === 100;
  });
  await b.run(settingsIn(dir.path, { dataset }));
  await watched;
  assert.equal(ahead, 0);
  assert.equal(clock.nowMs(), Date.UTC(2001, 0, 1) + 99 * 3_600_000);
  assert.ok(b.logged.some((line) => line.includes('rows wait for the truths of the day before')));
});

test('a gap of weeks between events does not hold up a replay at full speed', async () => {
  await using dir = await folder();
  const clock = new ReplayClock();
  await using b = await bench({ clock });
  const week = (n: number): string => new Date(Date.UTC(2001, 0, 1) + n * 7 * 86_400_000).toISOString();
  const lines = Array.from({ length: 60 }, (_, i) => `${week(i)},${week(i + 1)},${i},${i}`);
  const data = await dir.write('weekly.csv', `when,seen,x,y\n${lines.join('\n')}\n`);
  for (const more of [{ truthTime: 'seen' }, { labelDelay: { minMs: 1, maxMs: 2 } }]) {
    await b.run(
      settingsIn(dir.path, { dataset: { data, target: 'y', time: 'when', rows: undefined, ...more } }),
    );
  }
  assert.equal(b.truths().length, 120);
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

test('stop() ends in bounded time and says how many truths are due; the resumed run sends what was not sent', async () => {
  await using dir = await folder();
  await using b = await bench();
  const dataset = { rows: 600, rate: 2_000, labelDelay: { minMs: 20, maxMs: 120 } };
  const stage = await b.start(settingsIn(dir.path, { dataset }));
  await b.until(() => b.truths().length > 50);
  await stage.stop();
  const stopped = stage.progress();
  assert.ok(!stopped.finished && stopped.truthsDue > 0 && stopped.rowsPublished < 600);
  assert.equal(b.features().length, stopped.rowsPublished);
  assert.equal(b.truths().length, stopped.truthsPublished);
  assert.ok(b.logged.some((line) => line.includes(`${stopped.truthsDue} truths are still due`)));

  const resumed = await b.run(settingsIn(dir.path, { dataset, resume: true }));
  assert.equal(resumed.progress().run, stopped.run);
  assert.deepEqual(resumed.progress(), {
    ...stopped,
    rowsPublished: 600,
    truthsPublished: 600,
    truthsDue: 0,
    finished: true,
  });
  const expected = Array.from({ length: 600 }, (_, i) => `${(i % 442) + 1}${i < 442 ? '' : '-2'}`).toSorted();
  const rows = (all: readonly string[]): string[] => all.map((id) => id.slice(12, -1)).toSorted();
  assert.deepEqual(rows(ids(b.features())), expected);
  assert.deepEqual([...new Set(rows(ids(b.truths())))], expected);
});

test('resuming a run that has ended publishes nothing again, and goes on when it is given more rows', async () => {
  await using dir = await folder();
  await using b = await bench();
  const first = await b.run(settingsIn(dir.path, { dataset: { rows: 100 } }));
  const again = await b.run(settingsIn(dir.path, { dataset: { rows: 100 }, resume: true }));
  assert.deepEqual(again.progress(), first.progress());
  assert.equal(b.features().length, 100);
  const further = await b.run(settingsIn(dir.path, { dataset: { rows: 500 }, resume: true }));
  assert.equal(further.progress().rowsPublished, 500);
  assert.equal(new Set(ids(b.features())).size, 500);
  assert.equal(b.features().length, 500);
});

test('a run does not go on over another file, other columns or another order', async () => {
  await using dir = await folder();
  await using b = await bench();
  const data = await dir.write('data.csv', 'a,b,y\n1,2,3\n4,5,6\n');
  const dataset = { data, target: 'y', rows: 1 };
  await b.run(settingsIn(dir.path, { dataset }));
  await assert.rejects(
    b.start(
      settingsIn(dir.path, { dataset: { ...dataset, data: DIABETES, target: 'progression' }, resume: true }),
    ),
    { consequence: 'usage', message: /data, target differed in it/ },
  );
  await assert.rejects(
    b.start(settingsIn(dir.path, { dataset: { ...dataset, order: 'random' }, resume: true })),
    /order, seed|order differed/,
  );
  await dir.write('data.csv', 'a,b,y\n1,2,3\n4,5,7\n8,9,10\n');
  await assert.rejects(b.start(settingsIn(dir.path, { dataset, resume: true })), /has changed since/);
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
