import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { chartsOfLog } from '../../src/metric/report/log-charts.ts';
import { formatReport } from '../../src/metric/report/report-text.ts';
import { reportLog } from '../../src/metric/report/report.ts';
import { adwin } from '../../src/stats/adwin.ts';
import { parseChangeWatch } from '../../src/wire/change-watch.ts';
import { randoms } from '../stats/stream.ts';
import { Scratch } from './ledger-fixture.ts';

const watches = (...texts: string[]) => texts.map(parseChangeWatch);

/** A log whose error steps up at row 300; each tenth id comes twice. */
function steppedLog(scratch: Scratch, hasTime: boolean): { path: string; errors: readonly number[] } {
  const random = randoms(21);
  const errors: number[] = [];
  const lines = [`id,y_true,y_pred,absolute_error${hasTime ? ',time' : ''}`];
  for (let i = 1; i <= 500; i++) {
    const error = Number((random() + (i < 300 ? 0 : 3)).toFixed(3));
    errors.push(error);
    const time = hasTime ? `,${new Date(1_700_000_000_000 + 1000 * i).toISOString()}` : '';
    lines.push(`${i},10,${(10 + error).toFixed(3)},${error}${time}`);
    if (i % 10 === 0) lines.push(`${i},20,${(10 + error).toFixed(3)},${(10 - error).toFixed(3)}${time}`);
  }
  const path = join(scratch.dir, 'log.csv');
  writeFileSync(path, `${lines.join('\n')}\n`);
  return { path, errors };
}

test('a report tells at which lines of a log detectors saw changes, in the first row of each id', async () => {
  using scratch = new Scratch();
  const { path, errors } = steppedLog(scratch, true);
  const marks = watches(
    'adwin(loss, after-change=drop)',
    'kswin(prediction)',
    'ddm(loss)',
    'adwin(feature:x)',
  );
  const report = await reportLog(path, { task: 'auto', marks });
  const detector = adwin({ afterChange: 'drop' });
  const state = detector.empty();
  const rows = errors.flatMap((error, i) => (detector.add(state, error) === undefined ? [] : [i + 1]));
  const seen = report.marks ?? [];
  const ofLoss = seen.filter(({ change }) => change.detector === 'adwin');
  assert.equal(rows.length, 1);
  const [row = 0] = rows;
  assert.deepEqual(ofLoss, [
    {
      row,
      line: 1 + row + Math.floor((row - 1) / 10),
      time: new Date(1_700_000_000_000 + 1000 * row).toISOString(),
      text: 'ADWIN: loss rose',
      change: { detector: 'adwin', on: 'loss', direction: 'rise' },
    },
  ]);
  assert.ok(row >= 300 && row <= 340);
  assert.ok(seen.some(({ text, row }) => text === 'KSWIN: prediction changed' && row >= 300));
  assert.ok(
    !seen.some(({ change }) => change.detector === 'ddm'),
    'of numbers there are no right and wrong labels',
  );
  const text = formatReport(report);
  assert.match(
    text,
    /^note: ADWIN: loss rose, seen at line \d+ \(2023-.*\): a change detector promises nothing\.$/m,
  );
  assert.doesNotMatch(text, /alarm/i);
});

test('without watches, and where nothing was seen, a report has no marks', async () => {
  using scratch = new Scratch();
  const { path } = steppedLog(scratch, false);
  assert.ok(!('marks' in (await reportLog(path))));
  const quiet = watches('page-hinkley(loss, threshold=1e9)');
  assert.ok(!('marks' in (await reportLog(path, { task: 'auto', marks: quiet }))));
});

test('marks stand on the course of a log at their times, or at their rows where it has no times', async () => {
  const marks = watches('adwin(loss)');
  for (const hasTime of [true, false]) {
    using scratch = new Scratch();
    const { path } = steppedLog(scratch, hasTime);
    const { report, models } = await chartsOfLog(path, { task: 'auto', marks });
    const [{ marks: shown = [], history }] = models;
    const [first] = report.marks ?? [];
    assert.ok(first !== undefined && shown.length === report.marks?.length);
    const expected = hasTime ? Date.parse(first.time ?? '') : first.row;
    assert.deepEqual(
      [shown[0]?.atMs, shown[0]?.kind, shown[0]?.text],
      [expected, 'change', 'ADWIN: loss rose'],
    );
    assert.ok(shown.every(({ atMs }) => atMs >= history[0]!.atMs && atMs <= history.at(-1)!.atMs));
  }
});

test('right and wrong labels of a log of classes are what DDM looks at', async () => {
  using scratch = new Scratch();
  const random = randoms(22);
  const rows = Array.from({ length: 800 }, (_, i) => {
    const isWrong = random() < (i < 500 ? 0.1 : 0.6);
    return `${i},yes,${isWrong ? 'no' : 'yes'},${isWrong ? 1 : 0}`;
  });
  const path = join(scratch.dir, 'log.csv');
  writeFileSync(path, `id,y_true,y_pred,absolute_error\n${rows.join('\n')}\n`);
  const { marks = [] } = await reportLog(path, {
    task: 'auto',
    marks: watches('ddm(loss)', 'adwin(prediction)'),
  });
  assert.ok(marks.some(({ text, row }) => text === 'DDM: loss rose' && row >= 500));
  assert.ok(marks.every(({ change }) => change.detector === 'ddm'));
});
