import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Comparisons } from '../../src/metric/ordered/comparisons.ts';
import { type FigureSettings, NO_FURTHER_FIGURES } from '../../src/metric/figures/figure-settings.ts';
import { Intervals, SliceIntervals } from '../../src/metric/ordered/intervals.ts';
import { Snapshots } from '../../src/metric/snapshot/snapshots.ts';
import { TruthsSoFar } from '../../src/metric/ordered/truths-so-far.ts';
import { VersionMarks } from '../../src/metric/ordered/version-marks.ts';
import { pairedComparison } from '../../src/stats/paired-comparison.ts';
import { Payload } from '../../src/wire/payload.ts';
import { decodeSnapshot } from '../../src/wire/snapshot-reader.ts';
import { parseWindow } from '../../src/wire/window.ts';
import { randoms } from '../stats/stream.ts';
import { LedgerOnDisk, Scratch } from './ledger-fixture.ts';
import { outcomeOf, revisionOf } from './outcome-rows.ts';
import { prediction, truth } from './records.ts';

const SETTINGS: FigureSettings = { ...NO_FURTHER_FIGURES, errorMax: 10, slices: ['origin'], slicesMax: 8 };

test('the intervals of all slices hold together at every look: at most one run in twenty misses any', () => {
  const runs = 300;
  let missed = 0;
  for (let run = 0; run < runs; run++) {
    const random = randoms(run + 1);
    const intervals = new SliceIntervals(SETTINGS);
    const sums = new Map<string, { rows: number; wrong: number }>();
    let misses = false;
    for (let i = 1; i <= 600; i++) {
      const origin = `O${Math.floor(random() * 5)}`;
      const right = random() < 0.7;
      const row = { id: String(i), truth: 'a', prediction: right ? 'a' : 'b', atMs: i, tags: { origin } };
      intervals.add(outcomeOf(row, i), 'classification');
      const sum = sums.get(origin) ?? { rows: 0, wrong: 0 };
      sums.set(origin, { rows: sum.rows + 1, wrong: sum.wrong + (right ? 0 : 1) });
      if (i % 40 !== 0) continue;
      for (const value of sums.keys()) {
        const { accuracy } = intervals.of(
          { model: 'a', tag: 'origin', value },
          { accuracy: { value: 0 } },
          2,
        );
        misses ||= accuracy!.low! > 0.7 || accuracy!.high! < 0.7;
        assert.ok(accuracy!.level! > 0.95, 'each of them alone has less of the miscoverage');
      }
    }
    missed += misses ? 1 : 0;
  }
  assert.ok(missed <= 0.05 * runs + 3 * Math.sqrt(runs * 0.05 * 0.95), `${missed} of ${runs} runs missed`);
});

test('champion and challenger are paired by id, on first truths, and a verdict outlives a restart', () => {
  const comparisons = new Comparisons({ ...SETTINGS, errorMax: 20 });
  const paired = pairedComparison({ alpha: 0.05, bounds: { low: 0, high: 20 } });
  const state = paired.empty();
  const random = randoms(5);
  let number = 0;
  for (let i = 0; i < 600; i++) {
    const y = random() * 100;
    const [own, other] = [y + random() * 30, y + random() * 12];
    const first = outcomeOf({ id: String(i), truth: y, prediction: own, atMs: i }, ++number);
    comparisons.add(first, 'regression');
    const second = outcomeOf({ id: String(i), truth: y, prediction: other, atMs: i, model: 'b' }, ++number);
    const entry = {
      ...second.entry,
      predictions: [first.prediction, { ...second.prediction, challenger: true }],
    };
    if (i % 5 === 0) continue;
    comparisons.add({ ...second, entry, prediction: entry.predictions[1]! }, 'regression');
    comparisons.add(revisionOf(first, y + 100, ++number), 'regression');
    paired.add(state, {
      champion: Math.min(20, Math.abs(own - y)),
      challenger: Math.min(20, Math.abs(other - y)),
    });
  }
  const copy = new Comparisons({ ...SETTINGS, errorMax: 20 });
  copy.decode(comparisons.encode());
  const found = copy.of('b', 'a')!;
  const expected = paired.look(state)!;
  assert.deepEqual([found.rows, found.better, found.method], [480, 'challenger', 'empirical Bernstein']);
  assert.deepEqual(
    [found.difference, found.low, found.high],
    [expected.difference, expected.low, expected.high],
  );
  assert.ok(found.decidedAt! > 1 && found.decidedAt! < 200, `decided after ${found.decidedAt}`);
  assert.equal(copy.of('a', 'b'), undefined);
});

test('no interval where outcomes have weights; the largest error is absent after its revision until it is exceeded', () => {
  const intervals = new Intervals(SETTINGS);
  const mae = { mae: { value: 1 } };
  for (let i = 1; i <= 200; i++) {
    intervals.add(outcomeOf({ id: String(i), truth: i % 3, prediction: 1, atMs: i }, i), 'regression');
  }
  assert.equal(intervals.of('a', mae, 0)['mae']!.method, 'asymptotic');
  const worst = outcomeOf({ id: 'worst', truth: 0, prediction: 7, atMs: 1 }, 201);
  intervals.add(worst, 'regression');
  assert.equal(intervals.of('a', mae, 0)['largest_absolute_error']!.value, 7);
  intervals.add(revisionOf(worst, 6, 202), 'regression');
  assert.equal(intervals.of('a', mae, 0)['largest_absolute_error'], undefined);
  assert.ok(Math.abs(intervals.revisedRatio('a')! - 1 / 201) < 1e-12);
  intervals.add(outcomeOf({ id: 'more', truth: 0, prediction: 9, atMs: 1, weight: 2 }, 203), 'regression');
  const { mae: weighted, largest_absolute_error: largest } = intervals.of('a', mae, 0);
  assert.deepEqual([weighted, largest], [{ value: 1 }, { value: 9 }]);
});

test('another version that takes over makes a mark, a late truth for the one before none, and going back one more', () => {
  const marks = new VersionMarks();
  const add = (atMs: number, version: string | undefined): void => {
    const outcome = outcomeOf({ id: String(atMs), truth: 1, prediction: 1, atMs }, atMs);
    marks.add({ ...outcome, prediction: { ...outcome.prediction, atMs, version } });
  };
  for (const [atMs, version] of [
    [1, 'v1'],
    [5, 'v2'],
    [3, 'v1'],
    [6, undefined],
    [7, 'v2'],
    [9, 'v1'],
  ] as const)
    add(atMs, version);
  const copy = new VersionMarks();
  copy.decode(marks.encode());
  assert.deepEqual(copy.of('a'), [
    { atMs: 5, kind: 'version', text: 'version v2, before v1' },
    { atMs: 9, kind: 'version', text: 'version v1, before v2' },
  ]);
});

test('the naive answers are of the truths so far, each once however many models it scores', () => {
  const truths = new TruthsSoFar();
  assert.equal(truths.baseline(), undefined);
  const first = outcomeOf({ id: 'x', truth: 8, prediction: 1, atMs: 1 }, 1);
  truths.add(first, 'regression');
  const second = outcomeOf({ id: 'x', truth: 8, prediction: 1, atMs: 1, model: 'b' }, 2);
  const entry = { ...second.entry, predictions: [first.prediction, second.prediction] };
  truths.add({ ...second, entry }, 'regression');
  truths.add(outcomeOf({ id: 'y', truth: 2, prediction: 1, atMs: 1 }, 3), 'regression');
  truths.add(revisionOf(first, 1000, 4), 'regression');
  const [median, mean, last] = truths.baseline()!;
  assert.deepEqual([mean, last], [5, 2]);
  assert.ok(Math.abs(median! - 5) < 0.02);
});

test('a snapshot carries windows, slices with the rest, the comparison and the band, and comes over the wire as it was', async () => {
  using scratch = new Scratch();
  const figures = {
    ...SETTINGS,
    slicesMax: 3,
    windows: ['last-50', 'sliding-1h', 'tumbling-15m', 'faded-10m'].map((name) => parseWindow(name)!),
  };
  const nowMs = 1_700_000_000_000;
  await using disk = await LedgerOnDisk.open({ dir: scratch.dir, horizonMs: 1e9, retentionMs: 1e9, figures });
  for (let i = 0; i < 300; i++) {
    const tags = { origin: `O${i % 6}` };
    const timeMs = nowMs + i * 10_000;
    const more = { timeMs, tags };
    await disk.ledger.commit({
      nowMs: timeMs,
      predictions: [
        prediction(i, (i % 6) * 2, more),
        prediction(i, i % 6, { ...more, model: 'b', role: 'challenger' }),
      ],
      truths: i % 10 === 9 ? [] : [truth(i, 0, { timeMs: timeMs + 1000 })],
      refused: { predictions: 0, truths: 0 },
    });
  }
  const made = new Snapshots({
    ledger: disk.ledger,
    figures: disk.figures,
    outcomes: disk.outcomes,
    settings: figures,
    logPath: disk.metricLog.path,
    nowMs: () => nowMs + 3_000_000,
  });
  made.mark();
  const snapshot = made.make();
  const text = JSON.stringify(snapshot);
  assert.deepEqual(
    JSON.parse(JSON.stringify(decodeSnapshot(Payload.ofBytes(Buffer.from(text))))),
    JSON.parse(text),
  );
  const [champion, challenger] = snapshot.models;
  assert.deepEqual(champion!.windows!.map(({ window, scored }) => [window, Math.round(scored)]).slice(0, 3), [
    ['last-50', 50],
    ['sliding-1h', 270],
    ['tumbling-15m', 81],
  ]);
  const slices = champion!.slices!;
  assert.deepEqual([slices.length, slices.at(-1)!.value, slices.at(-1)!.rest], [4, '(other)', true]);
  assert.equal(
    slices.reduce((sum, { scored }) => sum + scored, 0),
    270,
  );
  assert.equal(
    slices.reduce((sum, { predictions }) => sum + predictions, 0),
    300,
  );
  const errors = slices.slice(0, 3).map((slice) => slice.figures['mae']!.value);
  assert.deepEqual(
    errors,
    errors.toSorted((a, b) => b - a),
    'the worst first',
  );
  assert.ok(
    slices[0]!.figures['clipped_mae']!.level! > 0.95 &&
      slices.at(-1)!.figures['clipped_mae']!.low === undefined,
  );
  assert.deepEqual([challenger!.comparison!.champion, challenger!.comparison!.better], ['a', 'challenger']);
  const [point] = champion!.history;
  assert.ok(point!.low! < point!.mae && point!.mae < point!.high! && point!.naiveMae === 0);
  assert.equal(point!.coverage, 0.9);
});
