import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chartsOfLog } from '../../src/metric/report/log-charts.ts';
import { reportLog } from '../../src/metric/report/report.ts';
import { random } from '../plot/snapshots.ts';

const DIABETES = fileURLToPath(new URL('fixtures/diabetes_linear.csv', import.meta.url));
const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aftermath-log-charts-'));
});
after(() => rm(folder, { recursive: true }));

async function log(header: string, lines: readonly string[]): Promise<string> {
  const path = join(folder, 'log.csv');
  await writeFile(path, [header, ...lines, ''].join('\n'));
  return path;
}

test('what charts show of a log has the figures of its report, and counts every row once', async () => {
  const {
    report,
    models: [model],
  } = await chartsOfLog(DIABETES, { task: 'auto' });
  assert.deepEqual(report, await reportLog(DIABETES));
  assert.deepEqual(model.figures, report.figures);
  const { scatter, residuals, errors, history } = model;
  assert.ok(scatter && residuals && errors);
  assert.deepEqual(
    [sum(scatter.counts), sum(residuals.counts), sum(errors.counts) + errors.above],
    [442, 442, 442],
  );
  const last = history.at(-1)!;
  const mae = report.figures['mae']!;
  assert.ok(Math.abs(last.mae - mae.value) < 1e-9);
  assert.deepEqual([last.scored, last.low, last.high], [442, mae.low, mae.high]);
  assert.equal(model.historyAlong, 'rows');
});

test('the course of a long log has few points, the last of which stands for nearly all rows', async () => {
  const next = random(1);
  const lines = Array.from({ length: 12_345 }, (_, i) => `${i},0,${next()},1`);
  const {
    models: [model],
  } = await chartsOfLog(await log('id,y_true,y_pred,absolute_error', lines), {
    task: 'regression',
  });
  assert.ok(model.history.length <= 400);
  assert.ok(model.history.at(-1)!.scored > 12_000);
  for (const [i, { scored }] of model.history.entries())
    assert.ok(scored > (model.history[i - 1]?.scored ?? 0));
});

test('the naive answer of the course is the median of the truths so far', async () => {
  const lines = [10, 20, 30, 1_000].map((truth, i) => `${i},${truth},${truth},0`);
  const {
    models: [model],
  } = await chartsOfLog(await log('id,y_true,y_pred,absolute_error', lines), { task: 'auto' });
  const naive = model.history.map(({ naiveMae }) => naiveMae);
  const expected = [undefined, 10, (10 + 15) / 2, (10 + 15 + 980) / 3];
  for (const [i, value] of naive.entries()) {
    const wanted = expected[i];
    if (wanted === undefined) assert.equal(value, undefined);
    else assert.ok(Math.abs(value! / wanted - 1) < 0.01, `${value} is not ${wanted}`);
  }
});

test('a log with a column of times goes along them', async () => {
  const lines = [0, 1, 2].map((day) => `${day},1,2,1,2026-01-0${day + 1}T00:00:00Z`);
  const {
    models: [model],
  } = await chartsOfLog(await log('id,y_true,y_pred,absolute_error,time', lines), {
    task: 'auto',
  });
  assert.equal(model.historyAlong, undefined);
  assert.deepEqual(
    model.history.map(({ atMs }) => atMs),
    [1, 2, 3].map((day) => Date.UTC(2026, 0, day)),
  );
});

test('errors are cut up by a column or by a tag, worst first, and the last row of an id counts', async () => {
  const rows = [
    ['a', 0, 1, 'LGA'],
    ['b', 0, 9, 'LGA'],
    ['c', 0, 2, 'JFK'],
    ['b', 0, 3, 'LGA'],
    ['d', 0, 50, ''],
  ] as const;
  const byColumn = rows.map(
    ([id, truth, prediction, origin]) => `${id},${truth},${prediction},${prediction},${origin}`,
  );
  const byTag = rows.map(
    ([id, truth, prediction, origin]) =>
      `${id},${truth},${prediction},${prediction},${origin === '' ? '' : `"{""origin"":""${origin}""}"`}`,
  );
  for (const [column, lines] of [
    ['origin', byColumn],
    ['tags', byTag],
  ] as const) {
    const path = await log(`id,y_true,y_pred,absolute_error,${column}`, lines);
    const {
      models: [model],
    } = await chartsOfLog(path, { task: 'auto', slices: ['origin'] });
    assert.deepEqual(
      model.slices!.map(({ tag, value, scored, figures }) => [tag, value, scored, figures['mae']!.value]),
      [
        ['origin', 'LGA', 2, 2],
        ['origin', 'JFK', 1, 2],
      ],
    );
  }
});

test('a log of two classes with probabilities has a confusion matrix and curves', async () => {
  const next = random(2);
  const lines = Array.from({ length: 300 }, (_, i) => {
    const p = next();
    const truth = next() < p ? 'yes' : 'no';
    return `${i},${truth},${p > 0.5 ? 'yes' : 'no'},${truth === 'yes' ? 1 - p : p}`;
  });
  const {
    models: [model],
    report,
  } = await chartsOfLog(await log('id,y_true,y_pred,absolute_error', lines), {
    task: 'auto',
  });
  assert.equal(report.task, 'binary');
  assert.equal(sum(model.confusion!.counts.flat()), 300);
  assert.equal(model.curves!.positive, 'yes');
  assert.equal(sum(model.curves!.calibration.map(({ rows }) => rows)), 300);
  assert.equal(model.scatter, undefined);
});

test('a log is cut up by several columns and tags at once', async () => {
  const lines = ['a,0,1,1,LGA,"{""day"":""Mon""}"', 'b,0,9,9,JFK,"{""day"":""Mon""}"', 'c,0,2,2,JFK,'];
  const path = await log('id,y_true,y_pred,absolute_error,origin,tags', lines);
  const { models } = await chartsOfLog(path, { task: 'auto', slices: ['origin', 'day'] });
  assert.deepEqual(
    models[0].slices!.map(({ tag, value, scored, figures }) => [tag, value, scored, figures['mae']!.value]),
    [
      ['origin', 'JFK', 2, 5.5],
      ['origin', 'LGA', 1, 1],
      ['day', 'Mon', 2, 5],
    ],
  );
});

test('a log of classes tells how accuracy went, against the most frequent label, and of each slice what the stream tells', async () => {
  const next = random(4);
  const lines = Array.from({ length: 600 }, (_, i) => {
    const p = next();
    const truth = next() < p ? 'yes' : 'no';
    return `${i},${truth},${p > 0.5 ? 'yes' : 'no'},${truth === 'yes' ? 1 - p : p},${i % 3 === 0 ? 'LGA' : 'JFK'}`;
  });
  const {
    models: [{ history, figures, slices }],
  } = await chartsOfLog(await log('id,y_true,y_pred,absolute_error,origin', lines), {
    task: 'auto',
    slices: ['origin'],
  });
  const { value, low, high, naive } = history.at(-1)!.means!['accuracy']!;
  const { value: accuracy, low: from, high: to } = figures['accuracy']!;
  assert.deepEqual([value, low, high], [accuracy, from, to]);
  const truths = lines.map((line) => line.split(',')[1]);
  const yes = truths.filter((truth) => truth === 'yes').length / 600;
  assert.equal(naive, Math.max(yes, 1 - yes));
  for (const slice of slices!) {
    const path = await log(
      'id,y_true,y_pred,absolute_error,origin',
      lines.filter((line) => line.endsWith(slice.value)),
    );
    const own = (await reportLog(path, { task: 'auto' })).figures;
    for (const name of ['accuracy', 'mae', 'precision', 'recall', 'f1', 'mcc', 'log_loss', 'brier']) {
      assert.equal(slice.figures[name]?.value, own[name]?.value, name);
    }
    // Of both slices together, so wider than that of one alone.
    const [both, alone] = [slice.figures['accuracy']!, own['accuracy']!];
    assert.ok(both.low! < alone.low! && both.high! > alone.high! && both.level === 0.95);
  }
  assert.deepEqual(
    slices!.map((slice) => slice.scored).toSorted((a, b) => a - b),
    [200, 400],
  );
});

test('the other models of a log are challengers of the chosen one, paired by id whichever came first', async () => {
  const next = random(3);
  const lines = Array.from({ length: 2_000 }, (_, i) => {
    const both = [`${i},0,${1 + next()},1,linear`, `${i},0,${next()},1,boosting`];
    if (i % 10 === 0) return both[0]!;
    return (i % 2 === 0 ? both : both.toReversed()).join('\n');
  });
  const path = await log('id,y_true,y_pred,absolute_error,model', lines);
  const { models, report } = await chartsOfLog(path, { task: 'regression', model: 'linear', errorMax: 2 });
  assert.deepEqual(
    models.map(({ model, role, books, history }) => [model, role, books.scored, history.length > 10]),
    [
      ['linear', 'champion', 2_000, true],
      ['boosting', 'challenger', 1_800, true],
    ],
  );
  const { comparison } = models[1]!;
  assert.ok(comparison?.low !== undefined && comparison.high !== undefined);
  assert.deepEqual(
    [comparison.champion, comparison.rows, comparison.better, comparison.method],
    ['linear', 1_800, 'challenger', 'empirical Bernstein'],
  );
  assert.ok(comparison.low < -1 && comparison.high > -1 && comparison.high < 0);
  assert.deepEqual(report.comparisons, [{ challenger: 'boosting', ...comparison }]);
  assert.deepEqual(report, await reportLog(path, { task: 'regression', model: 'linear', errorMax: 2 }));
  const { comparisons } = await reportLog(path, { task: 'regression', model: 'boosting' });
  assert.deepEqual([comparisons![0]!.better, comparisons![0]!.method], ['champion', 'asymptotic']);
});
