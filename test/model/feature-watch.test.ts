import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readFeatureFile } from '../../src/model/feature-file.ts';
import { FeatureMarks } from '../../src/model/feature-marks.ts';
import { FeatureRows } from '../../src/model/feature-rows.ts';
import { rowsToTable } from '../../src/model/table.ts';
import { parseChangeWatch } from '../../src/wire/change-watch.ts';
import type { FeaturesSnapshot } from '../../src/wire/features-snapshot.ts';
import type { Cell, Features } from '../../src/wire/records.ts';
import { eventually } from '../e2e/program.ts';
import { randoms } from '../stats/stream.ts';
import { WIDTH, writeBooster } from './booster-files.ts';
import { rowsMessage, startStage, type StageUnderTest } from './stage-harness.ts';

const folder = (): string => mkdtempSync(join(tmpdir(), 'feature-watch-'));
const tableOf = (rows: readonly Features[]) =>
  rowsToTable(rows, { featureCount: 2, featureNames: undefined });
const all = (rows: number) => ({ from: 0, to: rows, atMs: 5 });

async function published(stage: StageUnderTest): Promise<FeaturesSnapshot> {
  const count = stage.features.length;
  await stage.order({ snapshot: true });
  return eventually('the features', () => stage.features[count]);
}

test('the first rows of a worker are its reference, the last ones its window, and both are counted', async () => {
  const path = writeBooster(folder(), 'one.json', { baseScore: 1 });
  await using stage = await startStage([{ name: 'one', path }]);
  const rows = Array.from({ length: 300 }, (_, i) => Array.from({ length: WIDTH }, (_, k) => i + k));
  await stage.send(rowsMessage(rows.slice(0, 30)));
  const early = await published(stage);
  assert.deepEqual(early.reference, { source: 'first-rows', rows: 30, rowsWanted: 50 });
  assert.equal(early.window.rows, 0);
  await stage.send(rowsMessage(rows.slice(30), 30));
  const snapshot = await published(stage);
  assert.deepEqual(
    [snapshot.kind, snapshot.model, snapshot.rows, snapshot.reference.rows, snapshot.window.rows],
    ['features', 'one', 300, 50, 100],
  );
  const [first] = snapshot.features;
  assert.deepEqual([first?.name, snapshot.features.length], ['feature 1', WIDTH]);
  assert.ok(first?.reference?.kind === 'number' && first.window?.kind === 'number');
  assert.deepEqual([first.reference.values[0], first.reference.values.at(-1)], [0, 49]);
  assert.deepEqual([first.window.values[0], first.window.values.at(-1)], [200, 299]);
  assert.ok(snapshot.window.fromMs! <= snapshot.window.toMs!);
});

test('with a reference file the first row is in the window already, and the names are those of the file', async () => {
  const path = writeBooster(folder(), 'one.json', { baseScore: 1 });
  const referencePath = join(folder(), 'reference.csv');
  const names = Array.from({ length: WIDTH }, (_, k) => `x${k}`);
  writeFileSync(referencePath, `${names.join(',')},target\n${names.map((_, k) => k).join(',')},9\n`);
  const referenceColumns = { features: undefined, others: ['target'] };
  await using stage = await startStage([{ name: 'one', path }], { referencePath, referenceColumns });
  await stage.send(rowsMessage([names.map(() => 7)]));
  const snapshot = await published(stage);
  assert.deepEqual(snapshot.reference, { source: 'file', rows: 1, rowsWanted: 1 });
  assert.deepEqual(
    snapshot.features.map(({ name }) => name),
    names,
  );
  assert.equal(snapshot.window.rows, 1);
  await assert.rejects(
    startStage([{ name: 'one', path }], { referencePath }),
    /Cannot take 6 columns of .*target.* for the reference: the model takes 5 features; name them with --features/,
  );
});

test('features are called as they were set, where the model does not say and they are as many as it takes', async () => {
  const path = writeBooster(folder(), 'one.json', { baseScore: 1 });
  const namesOf = async (features: readonly string[]): Promise<(string | undefined)[]> => {
    const referenceColumns = { features, others: [] };
    await using stage = await startStage([{ name: 'one', path }], { referenceColumns });
    await stage.send(rowsMessage([Array.from({ length: WIDTH }, () => 7)]));
    return (await published(stage)).features.map(({ name }) => name);
  };
  const names = Array.from({ length: WIDTH }, (_, k) => `x${k}`);
  assert.deepEqual(await namesOf(names), names);
  assert.equal((await namesOf(names.slice(1)))[0], 'feature 1');
});

test('a column with a text has categories, its numbers too, and what is missing is counted', () => {
  const rows = new FeatureRows(2, 10);
  rows.append(
    tableOf([
      [1, 2],
      [1, null],
    ]),
    all(2),
  );
  rows.append(
    tableOf([
      ['b', 2],
      [null, 4],
      [1, 6],
    ]),
    all(3),
  );
  assert.deepEqual(rows.distribution(0), {
    kind: 'category',
    count: 4,
    missing: 1,
    labels: ['1', 'b'],
    counts: [3, 1],
    other: 0,
  });
  const second = rows.distribution(1);
  assert.ok(second.kind === 'number');
  assert.deepEqual([second.count, second.missing, second.values], [4, 1, [2, 4, 6]]);
});

test('categories beyond the first hundred count together', () => {
  const rows = new FeatureRows(2, 1000);
  rows.append(tableOf(Array.from({ length: 300 }, (_, i) => [`c${i}`, 0])), all(300));
  const found = rows.distribution(0);
  assert.ok(found.kind === 'category');
  assert.deepEqual([found.labels.length, found.count, found.other], [100, 300, 200]);
});

test('only the last rows are kept, however the tables divide them, and refused ones are left out', () => {
  const u = randoms(3);
  for (let life = 0; life < 50; life++) {
    const rows = new FeatureRows(2, 17);
    const seen: number[] = [];
    for (let tables = 0; tables < 6; tables++) {
      const bodies = Array.from(
        { length: Math.floor(u() * 40) },
        () => [u(), u() < 0.1 ? Infinity : u()] as Cell[],
      );
      const table = tableOf(bodies);
      for (const [row, [x]] of bodies.entries()) if (!table.refused.has(row)) seen.push(Number(x));
      rows.append(table, all(table.rows));
    }
    assert.deepEqual(
      [...rows.numbers(0)],
      seen.slice(-17).toSorted((a, b) => a - b),
    );
  }
});

test('of a large file an even sample is kept, always the same, and of a wide table fewer rows', async () => {
  const path = join(folder(), 'large.csv');
  writeFileSync(path, `x\n${Array.from({ length: 20_000 }, (_, i) => i).join('\n')}\n`);
  const read = () => readFeatureFile(path, { features: undefined, others: [] }, 2000);
  const { rows, total } = await read();
  assert.deepEqual([rows.count, total], [2000, 20_000]);
  const numbers = rows.numbers(0);
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  assert.ok(Math.abs(mean - 10_000) < 3 * (20_000 / Math.sqrt(12 * 2000)), String(mean));
  assert.deepEqual((await read()).rows.numbers(0), numbers);
  assert.equal(new FeatureRows(20_000, 1000).rowsMax, 100);
});

test('a reference file without the column or without a row is refused with what it has', async () => {
  const path = join(folder(), 'short.csv');
  writeFileSync(path, 'a,b\n');
  await assert.rejects(
    readFeatureFile(path, { features: ['c'], others: [] }, 10),
    /no column "c". Its columns are a, b/,
  );
  await assert.rejects(readFeatureFile(path, { features: ['a'], others: [] }, 10), /no row below its header/);
});

test('a step in a chosen feature is marked at the time of its row, in the order of the rows, by each worker anew', async () => {
  const path = writeBooster(folder(), 'one.json', { baseScore: 1 });
  const marks = ['adwin(feature:feature 2)', 'kswin(feature:feature 2)', 'adwin(loss)'].map(parseChangeWatch);
  const random = randoms(12);
  const rows = Array.from({ length: 500 }, (_, i) => [
    0,
    random() + (i < 300 ? 0 : 3),
    ...Array<null>(3).fill(null),
  ]);
  const startMs = Date.now() - 60_000;
  for (let worker = 0; worker < 2; worker++) {
    await using stage = await startStage([{ name: 'one', path }], { marks });
    if (worker === 1) {
      await stage.send(rowsMessage(rows.slice(300)));
      assert.equal((await published(stage)).marks, undefined, 'it has not seen what came before');
      continue;
    }
    for (const from of [0, 100, 200, 300, 400]) {
      await stage.send(rowsMessage(rows.slice(from, from + 100), from, (id) => startMs + 100 * id));
    }
    const seen = (await published(stage)).marks ?? [];
    const first = seen.find(({ change }) => change?.detector === 'adwin');
    assert.deepEqual(
      [first?.text, first?.change],
      [
        'ADWIN: feature 2 rose',
        { detector: 'adwin', on: 'feature', feature: 'feature 2', direction: 'rise' },
      ],
    );
    const row = (first!.atMs - startMs) / 100;
    assert.ok(row >= 300 && row <= 340, `marked at row ${row}, the step is at 300`);
    assert.ok(seen.some(({ change }) => change?.detector === 'kswin' && change.direction === undefined));
    assert.ok(seen.every(({ change }) => change?.on === 'feature'));
    assert.deepEqual(
      stage.lines.filter((line) => line.includes('marks')),
      [],
    );
  }
});

test('a feature to be marked that the model has not is refused by name, or told where names come with the rows', async () => {
  const path = writeBooster(folder(), 'one.json', { baseScore: 1 });
  const referencePath = join(folder(), 'reference.csv');
  writeFileSync(referencePath, 'a,b,c,d,e\n1,2,3,4,5\n');
  const marks = [parseChangeWatch('adwin(feature:f)')];
  const refused =
    /Cannot look for changes of "f" \(--marks "adwin\(feature:f\)"\): a feature of the model is expected: a, b, c, d, e\./;
  await assert.rejects(startStage([{ name: 'one', path }], { referencePath, marks }), refused);
  await using stage = await startStage([{ name: 'one', path }], { marks });
  await stage.send(rowsMessage([{ a: 1, b: 2, c: 3, d: 4, e: 5 }]));
  await stage.send(rowsMessage([{ a: 1, b: 2, c: 3, d: 4, e: 5 }], 1));
  assert.equal(stage.predictions.length, 2, 'the stage goes on');
  assert.equal(stage.lines.filter((line) => refused.test(line)).length, 1);
});

test('texts, missing values and an unknown name are told once and are no observations; the other features go on', () => {
  const said: string[] = [];
  const context = { clock: { nowMs: () => 5 }, log: { warn: (text: string) => void said.push(text) } };
  const watches = ['kswin(feature:none)', 'adwin(feature:one, clock=1)', 'cusum(feature:two)'].map(
    parseChangeWatch,
  );
  const marks = new FeatureMarks(watches, context);
  const random = randoms(1);
  for (let i = 0; i < 200; i++) {
    const jump = i < 120 ? 0 : 100;
    const table = tableOf([
      [random() + jump, i % 2 === 0 ? 'text' : random()],
      [null, random()],
    ]);
    marks.take(table, [], (column) => ['one', 'two'][column]!);
  }
  const ofOne = marks.all().find(({ change }) => change?.feature === 'one');
  assert.deepEqual([ofOne?.text, ofOne?.atMs], ['ADWIN: one rose', 5]);
  assert.deepEqual(said, [
    'Cannot look for changes of "none" (--marks "kswin(feature:none)"): a feature of the model is expected: one, two.',
    'cusum(feature:two) leaves out values that are texts: a number is expected.',
  ]);
});
