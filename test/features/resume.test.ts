import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DIABETES, folder } from './files.ts';
import { bench, ids, settingsIn } from './stage-harness.ts';

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
  assert.deepEqual(first.before, { rowsPublished: 0, truthsPublished: 0 });
  assert.deepEqual(further.before, { rowsPublished: 100, truthsPublished: 100 });
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
