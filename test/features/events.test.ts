import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReplayClock } from '../../src/service/clock.ts';
import { folder } from './files.ts';
import { bench, ids, settingsIn } from './stage-harness.ts';

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

for (const pace of [{ rate: 400 }, { speed: 1_440_000 }]) {
  test(`a replay with ${Object.keys(pace)[0]} that is stopped goes on, its truths in the order of their events`, async () => {
    await using dir = await folder();
    await using b = await bench();
    const data = await dir.write('hourly.csv', hourly());
    const columns = { time: 'when', truthTime: 'seen', target: 'y', rows: undefined };
    const settings = settingsIn(dir.path, { dataset: { data, ...columns, ...pace } });
    const first = await b.start(settings);
    await b.until(() => b.features().length > 60);
    await first.stop();
    const [rows, truths] = [b.features().length, b.truths().length];
    assert.ok(rows < 200 && truths > 0 && first.progress().truthsDue > 0);
    const second = await b.run({ ...settings, resume: true });
    assert.deepEqual([second.progress().rowsPublished, second.progress().truthsPublished], [200, 200]);
    assert.equal(b.features().length, 200);
    assert.equal(new Set(ids(b.truths())).size, 200);
    const times = b
      .truths()
      .slice(truths)
      .map(({ timeMs }) => timeMs ?? NaN);
    assert.deepEqual(
      times,
      times.toSorted((x, y) => x - y),
    );
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
