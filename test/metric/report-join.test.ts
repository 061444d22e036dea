import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import pino from 'pino';
import { predictionImbalance, truthImbalance } from '../../src/metric/ledger/books.ts';
import type { JoinOptions } from '../../src/metric/report/offline-join.ts';
import { estimateText } from '../../src/metric/report/estimate-text.ts';
import { reportJoin } from '../../src/metric/report/report-join.ts';
import { regression } from '../../src/stats/regression.ts';
import { randoms } from '../stats/stream.ts';
import { Scratch } from './ledger-fixture.ts';
import { prediction, truth } from './records.ts';
import { ReferenceLedger } from './reference-ledger.ts';

const COLUMNS = { id: 'id', value: undefined, time: undefined, tags: [] };

/** Options over two files of these texts. */
function files(
  dir: string,
  predictions: string,
  truths: string,
  more: Partial<JoinOptions> = {},
): JoinOptions {
  const [p, t] = [join(dir, 'p.csv'), join(dir, 't.csv')];
  writeFileSync(p, predictions);
  writeFileSync(t, truths);
  return {
    predictions: { path: p, columns: COLUMNS },
    truth: { path: t, columns: COLUMNS },
    task: undefined,
    horizonMs: 60_000,
    recentIdsMax: 1000,
    log: pino({ level: 'silent' }),
    ...more,
  };
}

test('probabilities in the file of predictions: figures are made of them, and those without truth are estimated', async () => {
  using scratch = new Scratch();
  const u = randoms(31);
  const rows = Array.from({ length: 1500 }, (_, id) => {
    const yes = Math.round(1000 * u()) / 1000;
    return { id, yes, served: yes >= 0.5 ? 'yes' : 'no', truth: u() < yes ? 'yes' : 'no' };
  });
  const cell = (yes: number): string => `"${JSON.stringify({ no: 1 - yes, yes }).replaceAll('"', '""')}"`;
  const report = await reportJoin(
    files(
      scratch.dir,
      `id,y_pred,proba\n${rows.map(({ id, served, yes }) => `${id},${served},${cell(yes)}\n`).join('')}x,no,"{""no"":2}"\n`,
      `id,y_true\n${rows
        .slice(0, 1000)
        .map(({ id, truth: label }) => `${id},${label}\n`)
        .join('')}`,
    ),
  );
  assert.ok(report.figures['roc_auc']!.value > 0.75);
  const { estimate } = report;
  assert.deepEqual([estimate!.rows, estimate!.labels, estimate!.record!.blocks], [500, 1000, 2]);
  assert.ok(Math.abs(estimate!.figures['accuracy']!.value - 0.75) < 0.04);
  assert.match(
    estimateText(estimate!),
    /^estimated of the 500 predictions without truth, if .*\naccuracy +0\.7/,
  );
  assert.match(report.notes.join(' '), /1 rows cannot be used; the first: .*proba of "no" is/);
});

test('two files without times: duplicates, conflicts, revisions and missing truths are in the books', async (t) => {
  using scratch = new Scratch();
  const temporary = tmpdir();
  // A folder of its own: others may be at work beside this test.
  process.env['TMPDIR'] = scratch.dir;
  t.after(() => (process.env['TMPDIR'] = temporary));
  const report = await reportJoin(
    files(
      scratch.dir,
      'id,y_pred\n1,10\n2,20\n2,20\n3,30\n3,31\n4,40\n,50\n',
      'id,y_true\n1.0,11\n2,18\n2,19\n3,30\n9,9\n5,\n6,what\n',
    ),
  );
  assert.deepEqual(report.books.predictions, {
    received: 7,
    scored: 3,
    pending: 1,
    expired: 0,
    duplicate: 1,
    conflict: 1,
    unknown: 0,
    refused: 1,
  });
  const { received, matched, waiting, revision, refused } = report.books.truths;
  assert.deepEqual([received, matched, waiting, revision, refused], [6, 3, 1, 1, 1]);
  assert.deepEqual([report.rows, report.coverage, report.task], [3, 0.75, 'regression']);
  assert.equal(report.figures['mae']?.value, 2 / 3, 'the revised truth counts');
  assert.match(
    report.notes.join('\n'),
    /nothing is late.*\n1 rows have no value.*\n2 rows cannot be used; the first: Line 8 of .*no id/,
  );
  assert.equal(readdirSync(scratch.dir).filter((name) => name.startsWith('aftermath-report-')).length, 0);
});

test('with times a truth beyond the horizon is late, and what has no partner expires by the latest time', async () => {
  using scratch = new Scratch();
  const report = await reportJoin(
    files(
      scratch.dir,
      'id;prediction;time\na;1;2026-03-01T10:00:00\nb;1;2026-03-01T10:00:00\nc;1;2026-03-01T10:00:00\nd;1;2026-03-01T10:05:00\n',
      'id;actual;time\na;1.5;2026-03-01T10:01:00\nb;1.5;2026-03-01T10:01:00.001\nz;1;2026-03-01T10:05:20\n',
    ),
  );
  assert.deepEqual(
    { ...report.books.predictions },
    { received: 4, scored: 1, pending: 1, expired: 2, duplicate: 0, conflict: 0, unknown: 0, refused: 0 },
  );
  assert.deepEqual([report.books.truths.late, report.books.truths.waiting], [1, 1]);
  assert.ok(Math.abs((report.labelLag?.median ?? 0) - 60) < 1);
  assert.deepEqual([report.coverage, report.notes.length], [0.25, 0]);
});

test('labels make classes, several models have to be chosen from, and a missing column is named', async () => {
  using scratch = new Scratch();
  const options = files(
    scratch.dir,
    'id,prediction,model\n1,yes,a\n1,no,b\n2,no,a\n2,no,b\n',
    'id,label\n1,yes\n2,no\n',
  );
  await assert.rejects(reportJoin(options), /holds predictions of "a", "b"; choose one with --model/);
  const report = await reportJoin(options, { model: 'b' });
  assert.deepEqual([report.task, report.model, report.figures['accuracy']?.value], ['binary', 'b', 0.5]);
  await assert.rejects(
    reportJoin(files(scratch.dir, 'id,x\n1,2\n', 'id,y\n')),
    /has no column "y_pred".*id, x/,
  );
});

test('how far the reading is goes on over both files', async () => {
  using scratch = new Scratch();
  const [predictions, truths] = ['id,y_pred\n1,10\n2,20\n', 'id,y_true\n1,11\n'];
  const seen: number[] = [];
  await reportJoin(files(scratch.dir, predictions, truths, { onBytes: (bytes) => seen.push(bytes) }));
  assert.deepEqual(seen, [predictions.length, predictions.length + truths.length]);
});

test('it agrees with the reference ledger on random files', async () => {
  const time = fc.integer({ min: 1_000, max: 1_030 }).map((seconds) => seconds * 1000);
  const row = fc.record({ id: fc.nat(9), value: fc.constantFrom(1, 2.5, 7), timeMs: time });
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { maxLength: 25 }),
      fc.array(row, { maxLength: 25 }),
      async (predictions, truths) => {
        using scratch = new Scratch();
        const lines = (rows: typeof predictions, name: string): string =>
          [
            `id,time,${name}`,
            ...rows.map(({ id, timeMs, value }) => `${id},${timeMs / 1000},${value}`),
            '',
          ].join('\n');
        const options = files(scratch.dir, lines(predictions, 'y_pred'), lines(truths, 'y_true'), {
          horizonMs: 10_000,
          task: 'regression',
        });
        const report = await reportJoin(options);
        const reference = new ReferenceLedger({ horizonMs: 10_000, retentionMs: 1e12 });
        reference.commit(
          -1e15,
          predictions.map(({ id, value, timeMs }) => prediction(id, value, { timeMs, model: 'default' })),
          truths.map(({ id, value, timeMs }) => truth(id, value, { timeMs })),
        );
        if (predictions.length > 0 && truths.length > 0)
          reference.expire(Math.max(...[...predictions, ...truths].map(({ timeMs }) => timeMs)));
        assert.deepEqual(report.books.truths, reference.books.truths);
        assert.deepEqual(report.books.predictions, reference.books.models[0]?.counts);
        assert.equal(truthImbalance(report.books.truths), 0);
        if (report.books.predictions) assert.equal(predictionImbalance(report.books.predictions), 0);
        const state = regression.empty();
        for (const outcome of reference.scored('default')) regression.add(state, outcome);
        assert.equal(report.figures['mae']?.value, regression.value(state)['mae']?.value);
      },
    ),
    { numRuns: 60, seed: 20_260_304 },
  );
});
