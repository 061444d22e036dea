import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pictureLook } from '../../src/plot/charts/chart.ts';
import { coursePoints } from '../../src/plot/charts/course-point.ts';
import { runningError } from '../../src/plot/charts/running-error.ts';
import { tableCsv } from '../../src/plot/charts/table.ts';
import { choose } from '../../src/plot/chosen.ts';
import { driftOver } from '../../src/plot/latest-features.ts';
import { panels } from '../../src/plot/panels.ts';
import { renderSvg } from '../../src/plot/render.ts';
import type { FeaturesSnapshot } from '../../src/wire/features-snapshot.ts';
import type { HistoryPoint, MarkSnapshot } from '../../src/wire/snapshot.ts';
import { modelOf, snapshotOf } from './snapshots.ts';

const LOOK = pictureLook('light');
const points: HistoryPoint[] = Array.from({ length: 50 }, (_, i) => ({
  atMs: 1_700_000_000_000 + 60_000 * i,
  scored: 10 * (i + 1),
  mae: 5 + Math.sin(i),
  recentMae: 5,
}));
const at = (i: number) => points[0]!.atMs + 60_000 * i;
const seen = (i: number, text: string): MarkSnapshot => ({ atMs: at(i), kind: 'change', text });
const marks: MarkSnapshot[] = [
  { atMs: at(5.5), kind: 'version', text: 'version b, before a' },
  seen(9.5, 'ADWIN: loss rose'),
  seen(9.7, 'KSWIN: prediction changed'),
  seen(60, 'ADWIN: loss fell'),
];

const courseOf = (marks: readonly MarkSnapshot[]) => ({
  figure: 'mae',
  units: 'min',
  models: [{ model: 'm', points: coursePoints(points, 'mae') }],
  marks,
});

test('what a detector saw is in the picture, its words and its table, apart from versions and not as an alarm', async () => {
  const chart = runningError(courseOf(marks), LOOK);
  assert.match(chart.summary, / 1 change of version, the last: version b, before a\./);
  assert.match(
    chart.summary,
    /3 changes seen by detectors, which promise nothing, the last: ADWIN: loss fell\./,
  );
  const column = chart.table.columns.findIndex(({ title }) => title === 'marks');
  const marked = chart.table.rows.flatMap((row) =>
    row[column] === undefined ? [] : [[row[1], row[column]]],
  );
  assert.deepEqual(marked, [
    [at(49), 'ADWIN: loss fell'],
    [at(10), 'ADWIN: loss rose; KSWIN: prediction changed'],
    [at(6), 'version b, before a'],
  ]);
  assert.match(tableCsv(chart.table), /ADWIN: loss rose; KSWIN: prediction changed\r\n/);
  const svg = await renderSvg(chart);
  assert.match(svg, />change seen</);
  assert.match(svg, />version b, before a</);
  for (const words of [svg, chart.summary, tableCsv(chart.table)]) assert.doesNotMatch(words, /alarm/i);
});

test('changes within the width of a label are one with their number, however many; the table has each', async () => {
  const many = Array.from({ length: 20 }, (_, i) => seen(30 + i / 10, `ADWIN: change ${i}`));
  const chart = runningError(courseOf([seen(5, 'KSWIN: apart'), ...many]), LOOK);
  assert.equal(chart.data['marks']!.length, 2);
  const svg = await renderSvg(chart);
  assert.match(svg, />KSWIN: apart</);
  assert.match(svg, />20 changes</);
  for (const { text } of many) assert.ok(tableCsv(chart.table).includes(text));
});

test('without a mark nothing is said of marks, and without a change nothing of changes', async () => {
  const of = (marks: readonly MarkSnapshot[]) => runningError(courseOf(marks), LOOK);
  assert.ok(of([]).table.columns.every(({ title }) => title !== 'marks'));
  assert.doesNotMatch(of([]).summary, /version|detector/);
  assert.doesNotMatch(await renderSvg(of(marks.slice(0, 1))), /change seen/);
});

test("what was seen in the champion's features is on its course, in the order of time, and on no other model's", () => {
  const model = { ...modelOf([1, 2, 3], { model: 'm' }), history: points, marks };
  const change = { detector: 'kswin', on: 'feature', feature: 'age' } as const;
  const features: FeaturesSnapshot = {
    kind: 'features',
    schema: 1,
    publisher: 'worker',
    publishedAtMs: 1,
    everyMs: 1,
    sinceMs: 1,
    model: 'm',
    rows: 1,
    reference: { source: 'first-rows', rows: 0, rowsWanted: 1 },
    window: { rows: 0 },
    features: [],
    left: 0,
    marks: [{ ...seen(8, 'KSWIN: age changed'), change }],
  };
  const textsOf = (served: string): unknown[] => {
    const drift = driftOver([{ ...features, model: served }]);
    const [course] = panels(choose(snapshotOf([model]), {}), { units: undefined, drift });
    const { table } = course!.chart!(LOOK);
    const column = table.columns.findIndex(({ title }) => title === 'marks');
    return table.rows.flatMap((row) => row[column] ?? []).toReversed();
  };
  assert.deepEqual(textsOf('m').slice(0, 2), ['version b, before a', 'KSWIN: age changed']);
  assert.ok(!textsOf('other').includes('KSWIN: age changed'));
});
