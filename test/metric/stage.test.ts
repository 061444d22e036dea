import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Message } from '../../src/broker/broker.ts';
import { encodeControl } from '../../src/wire/control.ts';
import { Payload } from '../../src/wire/payload.ts';
import { CONTROL, DEAD_LETTERS, PREDICTIONS, SNAPSHOTS, TRUTH } from '../../src/wire/queues.ts';
import { decodeSnapshot } from '../../src/wire/snapshot-reader.ts';
import type { Snapshot } from '../../src/wire/snapshot.ts';
import { eventually } from '../setup/eventually.ts';
import { Scratch, rowsOf } from './ledger-fixture.ts';
import { TinyDisk } from './tiny-disk.ts';
import { Bench, settingsIn } from './stage-bench.ts';

test('rows reach the log with their id as it came, whichever of the two comes first', async () => {
  using scratch = new Scratch();
  await using bench = await Bench.start(settingsIn(scratch.dir));
  await bench.send(PREDICTIONS, '{"id": 1700000000.0, "body": 3.5}');
  await bench.send(TRUTH, [
    { id: 1_700_000_000, body: 3 },
    { id: 'a,"b"', body: 4 },
  ]);
  await bench.send(PREDICTIONS, '{"id": "a,\\u0022b\\"", "body": 4.1}');
  assert.deepEqual(rowsOf(bench.stage.logPath), [
    '1700000000.0,3,3.5,0.5',
    '"a,""b""",4,4.1,0.09999999999999964',
  ]);
  bench.mustBalance();
});

test('what is acknowledged is in ledger and log, and counts once when it comes again', async () => {
  using scratch = new Scratch();
  for (let life = 0; life < 3; life++) {
    await using bench = await Bench.start(settingsIn(scratch.dir));
    await Promise.all([
      bench.send(
        PREDICTIONS,
        Array.from({ length: 500 }, (_, i) => ({ id: i, body: i + 0.5 })),
      ),
      bench.send(
        TRUTH,
        Array.from({ length: 500 }, (_, i) => ({ id: i, body: i })),
      ),
    ]);
    const { predictions, truths } = bench.stage.books();
    assert.deepEqual([predictions.scored, predictions.duplicate], [500, 500 * life]);
    assert.deepEqual([truths.matched, truths.duplicate], [500, 500 * life]);
    assert.equal(rowsOf(bench.stage.logPath).length, 500);
    const [model] = bench.stage.snapshot().models;
    assert.equal(model?.figures['mae']?.value, 0.5);
    bench.mustBalance();
  }
});

test('what cannot be used is counted and dead-lettered with its reason, and the rest goes on', async () => {
  using scratch = new Scratch();
  await using bench = await Bench.start(settingsIn(scratch.dir));
  await bench.send(PREDICTIONS, [{ id: 1, body: 2 }, { id: 2 }, { body: 3 }]);
  await bench.send(TRUTH, '[{"id": 1, "body": 1}, {"id": 2, "body": NaN}]');
  await bench.send(TRUTH, '{"id": 1, "body": 1}');
  await bench.send(TRUTH, '{"id": 3, "body": "three"}');
  const seen: { origin: unknown; reason: unknown; text: string }[] = [];
  await bench.broker.consume(
    DEAD_LETTERS,
    { prefetch: 10, batchMax: 1, lingerMs: 0, overlap: 1 },
    async ([message]) => {
      const text = Buffer.from(message?.payload.bytes() ?? []).toString();
      seen.push({ origin: message?.headers?.['origin'], reason: message?.headers?.['reason'], text });
    },
  );
  await eventually(async () => assert.equal(seen.length, 4), 5000, 5);
  assert.deepEqual(
    seen.map(({ origin }) => origin),
    [PREDICTIONS, PREDICTIONS, TRUTH, TRUTH],
  );
  assert.match(String(seen[3]?.reason), /expected a number: this ledger holds a regression/);
  assert.equal(seen[3]?.text, '{"id":3,"body":"three"}');
  const { predictions, truths } = bench.stage.books();
  assert.deepEqual([predictions.received, predictions.refused, predictions.scored], [3, 2, 1]);
  assert.deepEqual([truths.received, truths.refused, truths.matched], [4, 2, 1]);
  assert.equal(
    Object.values(bench.stage.snapshot().deadLetters).reduce((sum, count) => sum + count, 0),
    4,
  );
  bench.mustBalance();
});

test('challengers have figures of their own, and rows only when asked for', async () => {
  for (const logChallengers of [false, true]) {
    using scratch = new Scratch();
    const settings = {
      ...settingsIn(scratch.dir),
      logChallengers,
      logColumns: ['model', 'version', 'proba'],
    } as const;
    await using bench = await Bench.start(settings);
    await bench.send(PREDICTIONS, [
      { id: 1, body: 'b', proba: { a: 0.25, b: 0.75 }, model: 'tree', role: 'challenger' },
      { id: 1, body: 'a', proba: { a: 0.5, b: 0.5 }, model: 'line', version: '0123456789ab' },
    ]);
    await bench.send(TRUTH, { id: 1, body: 'a' });
    const rows = [
      '1,a,b,0.75,tree,,"{""a"":0.25,""b"":0.75}"',
      '1,a,a,0.5,line,0123456789ab,"{""a"":0.5,""b"":0.5}"',
    ];
    assert.deepEqual(rowsOf(bench.stage.logPath), logChallengers ? rows : rows.slice(1));
    const { models } = bench.stage.snapshot();
    assert.deepEqual(
      models.map(({ model, role, task, figures }) => [model, role, task, figures['mae']?.value]),
      [
        ['line', 'champion', 'binary', 0.5],
        ['tree', 'challenger', 'binary', 0.75],
      ],
    );
  }
});

test('a snapshot is published again and again: a change is in the next one, and without one it is confirmed', async () => {
  using scratch = new Scratch();
  await using bench = await Bench.start(settingsIn(scratch.dir));
  const seen: Snapshot[] = [];
  await bench.broker.subscribe(SNAPSHOTS, (message: Message) => {
    seen.push(JSON.parse(Buffer.from(message.payload.bytes()).toString()) as Snapshot);
  });
  await bench.send(PREDICTIONS, [{ id: 1, body: 2 }, { body: 'without an id' }]);
  await bench.send(TRUTH, { id: 1, body: 1 });
  await eventually(async () => assert.equal(seen.at(-1)?.models[0]?.books.scored, 1), 5000, 5);
  assert.deepEqual(seen.at(-1)?.models[0]?.figures['mae'], { value: 1 });
  assert.deepEqual(seen.at(-1)?.deadLetters, { 'no-id': 1 });
  await eventually(async () => assert.equal(seen.at(-1)?.rowsPerSecond, 0), 5000, 20);
  const count = seen.length;
  await eventually(async () => assert.ok(seen.length >= count + 2), 5000, 5);
  const [before, after] = seen.slice(-2);
  assert.deepEqual({ ...after, publishedAtMs: 0 }, { ...before, publishedAtMs: 0 });
  assert.ok((after?.publishedAtMs ?? 0) > (before?.publishedAtMs ?? 0));
  const [point] = bench.stage.snapshot().models[0]?.history ?? [];
  assert.deepEqual([point?.scored, point?.mae, point?.recentMae], [1, 1, 1]);
});

test('a snapshot tells what its figures stand on: coverage, maturity, and cohorts apart from arrivals', async () => {
  using scratch = new Scratch();
  const nowMs = Date.now();
  const at = (agoMs: number): number => (nowMs - agoMs) / 1000;
  const [DAY, HOUR] = [86_400_000, 3_600_000];
  let snapshot: Snapshot | undefined;
  for (let life = 0; life < 2; life++) {
    await using bench = await Bench.start({
      ...settingsIn(scratch.dir),
      horizonMs: 30 * DAY,
      retentionMs: 60 * DAY,
    });
    await bench.send(PREDICTIONS, [
      { id: 'old', body: 10, time: at(9 * DAY) },
      { id: 'older', body: 10, time: at(9 * DAY) },
      { id: 'new', body: 10, time: at(5 * HOUR) },
      { id: 'newer', body: 10, time: at(5 * HOUR) },
    ]);
    await bench.send(TRUTH, [
      { id: 'old', body: 11, time: at(HOUR * 5) },
      { id: 'older', body: 13, time: at(HOUR * 5) },
      { id: 'new', body: 10, time: at(4 * HOUR) },
    ]);
    snapshot = bench.stage.snapshot();
    assert.deepEqual(decodeSnapshot(Payload.ofJson(snapshot)), snapshot);
    const [model] = snapshot.models;
    assert.equal(model?.coverage, 0.75);
    assert.deepEqual(model?.maturity, [
      { ageMsMax: 6 * HOUR, predictions: 2, scored: 1 },
      { ageMsMax: 14 * DAY, predictions: 2, scored: 2 },
    ]);
    assert.deepEqual(
      model?.cohorts?.map(({ predictions, scored, mae }) => ({ predictions, scored, mae })),
      [
        { predictions: 2, scored: 2, mae: 2 },
        { predictions: 2, scored: 1, mae: 0 },
      ],
    );
    assert.deepEqual(
      model?.arrivals?.map(({ scored, mae }) => ({ scored, mae })),
      [
        { scored: 2, mae: 2 },
        { scored: 1, mae: 0 },
      ],
    );
  }
});

test('a classification tells how its accuracy and its log loss went, beside the errors of the log', async () => {
  using scratch = new Scratch();
  await using bench = await Bench.start(settingsIn(scratch.dir));
  const [yes, no] = [
    { yes: 0.8, no: 0.2 },
    { yes: 0.4, no: 0.6 },
  ];
  await bench.send(PREDICTIONS, [
    { id: 1, body: 'yes', proba: yes },
    { id: 2, body: 'no', proba: no },
    { id: 3, body: 'yes', proba: yes },
    { id: 4, body: 'no', proba: no },
  ]);
  await bench.send(TRUTH, [
    { id: 1, body: 'yes' },
    { id: 2, body: 'yes' },
    { id: 3, body: 'yes' },
    { id: 4, body: 'no' },
  ]);
  const snapshot = await eventually(() => {
    const made = bench.stage.snapshot();
    assert.equal(made.models[0]?.history.at(-1)?.scored, 4);
    return Promise.resolve(made);
  }, 5000);
  assert.deepEqual(decodeSnapshot(Payload.ofJson(snapshot)), snapshot);
  const [model] = snapshot.models;
  const last = model?.history.at(-1);
  const { accuracy, log_loss: loss } = last?.means ?? {};
  assert.deepEqual([accuracy?.value, accuracy?.naive], [0.75, 0.75]);
  const interval = model?.figures['accuracy'];
  assert.deepEqual([accuracy?.low, accuracy?.high], [interval?.low, interval?.high]);
  assert.equal(loss?.value, model?.figures['log_loss']?.value);
  assert.deepEqual(
    model?.arrivals?.map(({ accuracy }) => accuracy),
    [0.75],
  );
});

test('a snapshot comes at once when somebody asks for one', async () => {
  using scratch = new Scratch();
  await using bench = await Bench.start({ ...settingsIn(scratch.dir), snapshotEveryMs: 600_000 });
  const asked = Promise.withResolvers<Message>();
  await bench.broker.subscribe(SNAPSHOTS, (message: Message) => asked.resolve(message));
  await bench.broker.publish({ exchange: CONTROL }, { payload: encodeControl({ snapshot: true }) });
  const { payload } = await asked.promise;
  assert.match(Buffer.from(payload.bytes()).toString(), /"kind":"metric"/);
});

test('a full disk holds everything back until there is space, and then it is all there', async () => {
  using tiny = new TinyDisk(2048);
  await using bench = await Bench.start(settingsIn(tiny.dir));
  await bench.send(PREDICTIONS, { id: 'first', body: 1 });
  tiny.fill();
  const sent = Promise.all(
    Array.from({ length: 40 }, (_, n) => {
      const ids = Array.from({ length: 100 }, (_, i) => n * 100 + i);
      return Promise.all([
        bench.send(
          PREDICTIONS,
          ids.map((id) => ({ id, body: id })),
        ),
        bench.send(
          TRUTH,
          ids.map((id) => ({ id, body: id + 1 })),
        ),
      ]);
    }),
  );
  const early = await Promise.race([
    sent,
    eventually(async () => assert.ok(await isStuck(bench)), 10_000, 20),
  ]);
  assert.equal(early, undefined, 'it does not get through while the disk is full');
  assert.match(bench.stage.readiness().why ?? '', /Cannot .*goes on when there is space again/);
  tiny.free();
  await sent;
  assert.deepEqual(bench.stage.readiness(), { ready: true, why: undefined });
  const { predictions } = bench.stage.books();
  assert.deepEqual([predictions.scored, predictions.pending], [4000, 1]);
  assert.equal(new Set(rowsOf(bench.stage.logPath)).size, 4000);
  bench.mustBalance();
});

/** Whether nothing was scored for a while although there is work. */
async function isStuck(bench: Bench): Promise<boolean> {
  const before = bench.stage.books().predictions.scored;
  await new Promise((resolve) => {
    setTimeout(resolve, 200);
  });
  return bench.stage.books().predictions.scored === before;
}

test('Prometheus reads the books, and each record is in one place of them', async () => {
  using scratch = new Scratch();
  await using bench = await Bench.start(settingsIn(scratch.dir));
  await bench.send(
    PREDICTIONS,
    [1, 2, 2].map((id) => ({ id, body: 2 })),
  );
  await bench.send(TRUTH, { id: 1, body: 1 });
  const text = await bench.registry.metrics();
  for (const line of [
    'aftermath_predictions_total{result="scored"} 1',
    'aftermath_predictions_total{result="duplicate"} 1',
    'aftermath_predictions_pending 1',
    'aftermath_predictions_expired 0',
    'aftermath_coverage_ratio{model="default"} 0.5',
    'aftermath_truths_total{result="matched"} 1',
    'aftermath_truths_waiting 0',
    'aftermath_truths_late 0',
  ]) {
    assert.ok(text.includes(`${line}\n`), line);
  }
  assert.match(text, /aftermath_commit_seconds_count [1-9]/);
  assert.match(text, /aftermath_label_lag_seconds\{model="default",quantile="0.5"\} \d/);
});

test('expiry shows without a further record', async () => {
  using scratch = new Scratch();
  await using bench = await Bench.start({ ...settingsIn(scratch.dir), horizonMs: 50 });
  await bench.send(PREDICTIONS, { id: 1, body: 2 });
  await bench.send(TRUTH, { id: 2, body: 2 });
  await eventually(async () => assert.equal(bench.stage.books().predictions.expired, 1), 5000, 5);
  await eventually(async () => assert.equal(bench.stage.books().truths.orphan, 1), 5000, 5);
  bench.mustBalance();
});

test('it stops with everything stored, twice without harm, and settles done', async () => {
  using scratch = new Scratch();
  const bench = await Bench.start(settingsIn(scratch.dir));
  await bench.send(PREDICTIONS, { id: 1, body: 2 });
  await Promise.all([bench.stage.stop(), bench.stage.stop()]);
  await bench.stage.done;
  await bench.broker.close();
  await using again = await Bench.start(settingsIn(scratch.dir));
  assert.equal(again.stage.books().predictions.pending, 1);
  assert.ok(readFileSync(again.stage.logPath, 'utf8').startsWith('id,y_true,y_pred,absolute_error\n'));
});
