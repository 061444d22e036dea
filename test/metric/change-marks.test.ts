import assert from 'node:assert/strict';
import { test } from 'node:test';
import pino from 'pino';
import { FigureKeeper } from '../../src/metric/figures/figure-keeper.ts';
import { NO_FURTHER_FIGURES } from '../../src/metric/figures/figure-settings.ts';
import { ChangeMarks } from '../../src/metric/ordered/change-marks.ts';
import { type OutcomeLog, OutcomeKeeper } from '../../src/metric/ordered/outcome-keeper.ts';
import { adwin } from '../../src/stats/adwin.ts';
import { CHANGES_MAX, parseChangeWatch } from '../../src/wire/change-watch.ts';
import type { MarkSnapshot } from '../../src/wire/snapshot.ts';
import { ALARMS, PREDICTIONS, TRUTH } from '../../src/wire/queues.ts';
import { eventually } from '../setup/eventually.ts';
import { testSchema } from '../setup/postgres.ts';
import { randoms } from '../stats/stream.ts';
import { LedgerOnDisk, Scratch } from './ledger-fixture.ts';
import { openIn } from './opened-postgres.ts';
import { type OutcomeRow, outcomeOf, revisionOf } from './outcome-rows.ts';
import { prediction, truth } from './records.ts';
import { Bench, settingsIn } from './stage-bench.ts';

const LOG = pino({ level: 'silent' });
const marksOf = (...texts: string[]) => new ChangeMarks(texts.map(parseChangeWatch), LOG);

/** An outcome with an error of about `error`, at second i. */
function rowAt(i: number, error: number, random: () => number): OutcomeRow {
  return { id: String(i), truth: 10, prediction: 10 + error + random(), atMs: 1000 * i };
}

test('over the stage a step in the errors is marked soon after it, in the snapshot and after a restart, and is no alarm', async () => {
  using scratch = new Scratch();
  const figures = { ...NO_FURTHER_FIGURES, marks: [parseChangeWatch('adwin(loss, after-change=drop)')] };
  const settings = { ...settingsIn(scratch.dir), figures };
  const random = randoms(11);
  const startMs = Date.now() - 30_000;
  const timeOf = (id: number) => new Date(startMs + 10 * id).toISOString();
  const heard: unknown[] = [];
  const lives: (readonly MarkSnapshot[])[] = [];
  for (let life = 0; life < 3; life++) {
    await using bench = await Bench.start(settings);
    await bench.broker.declareFanout(ALARMS);
    await bench.broker.subscribe(ALARMS, (message) => heard.push(message));
    const ids = Array.from({ length: 600 }, (_, i) => 600 * life + i);
    await bench.send(
      PREDICTIONS,
      ids.map((id) => ({ id, body: random() + (id < 700 ? 1 : 4), time: timeOf(id) })),
    );
    await bench.send(
      TRUTH,
      ids.map((id) => ({ id, body: 0, time: timeOf(id) })),
    );
    // A model's marks may be those of a moment ago.
    lives[life] = await eventually(
      async () => {
        const { models, alarms } = bench.stage.snapshot();
        const marks = models[0]?.marks ?? [];
        assert.ok(models[0]?.books.scored === 600 * (life + 1) && (life === 0 || marks.length > 0));
        assert.equal(alarms, undefined);
        return marks;
      },
      5000,
      5,
    );
  }
  assert.deepEqual(lives[0], []);
  const [first, ...more] = lives[1] ?? [];
  assert.deepEqual(more, []);
  assert.deepEqual(
    [first?.kind, first?.text, first?.change],
    ['change', 'ADWIN: loss rose', { detector: 'adwin', on: 'loss', direction: 'rise' }],
  );
  const row = (first!.atMs - startMs) / 10;
  assert.ok(row >= 700 && row <= 740, `marked at row ${row}, the step is at 700`);
  assert.deepEqual(lives[2], lives[1], 'what was seen is seen once, and kept');
  assert.deepEqual(heard, []);
});

test('a detector is told each outcome of a model once, in their order; a revision is no new observation', () => {
  const marks = marksOf('adwin(loss, clock=1)', 'adwin(prediction, clock=1)');
  const detector = adwin({ afterChange: 'keep', clock: 1 });
  const [ofLoss, ofPrediction] = [detector.empty(), detector.empty()];
  const random = randoms(3);
  const expected: string[] = [];
  for (let i = 1; i <= 400; i++) {
    const error = i < 200 ? 0 : -2;
    const first = outcomeOf(rowAt(i, error, random), 3 * i);
    const other = outcomeOf({ ...rowAt(i, 40 * random(), random), model: 'b' }, 3 * i + 1);
    for (const outcome of [first, other, revisionOf(first, 1000, 3 * i + 2)])
      marks.add(outcome, 'regression');
    const said = Number(first.prediction.value);
    for (const [what, state, x] of [
      ['loss', ofLoss, Math.abs(said - 10)],
      ['prediction', ofPrediction, said],
    ] as const) {
      const change = detector.add(state, x);
      if (change !== undefined)
        expected.push(`${1000 * i} ADWIN: ${what} ${change === 'rise' ? 'rose' : 'fell'}`);
    }
  }
  const found = marks.of('a').map(({ atMs, text }) => `${atMs} ${text}`);
  assert.ok(
    found.some((text) => text.includes('loss rose')) &&
      found.some((text) => text.includes('prediction fell')),
  );
  assert.deepEqual(new Set(found), new Set(expected));
});

test('of classes the loss of DDM is right or wrong, a prediction is the probability of the positive class', () => {
  const marks = marksOf('ddm(loss)', 'cusum(prediction)', 'kswin(loss)');
  const random = randoms(8);
  for (let i = 1; i <= 900; i++) {
    const isWrong = random() < (i < 600 ? 0.1 : 0.6);
    const yes = (i < 600 ? 0.5 : 0.7) + 0.3 * random();
    const row = {
      id: String(i),
      truth: isWrong ? 'no' : 'yes',
      prediction: 'yes',
      proba: { yes, no: 1 - yes },
    };
    marks.add(outcomeOf({ ...row, atMs: i }, i), 'classification');
  }
  const after = marks.of('a').filter(({ atMs }) => atMs >= 600);
  const texts = new Set(after.map(({ text }) => text));
  for (const text of ['DDM: loss rose', 'CUSUM: prediction rose', 'KSWIN: loss changed'])
    assert.ok(texts.has(text), text);
});

test('DDM marks nothing of numbers, and neither does a prediction that is a text: that is said once', () => {
  const said: string[] = [];
  const warn = (text: string): void => void said.push(text);
  const marks = new ChangeMarks(['ddm(loss)', 'adwin(prediction)'].map(parseChangeWatch), { warn } as never);
  for (let i = 1; i <= 60; i++)
    marks.add(
      outcomeOf(
        rowAt(i, i, () => 0),
        i,
      ),
      'regression',
    );
  assert.deepEqual(said, [
    'ddm(loss) marks nothing of outcomes such as have come: right and wrong labels are expected.',
  ]);
  const text = { id: 'x', truth: 'a', prediction: 'b', atMs: 1 };
  for (let i = 61; i <= 65; i++) marks.add(outcomeOf(text, i), 'classification');
  assert.equal(said.length, 2);
});

test('the last twenty marks of each watch are kept, and a noisy one pushes no other out', () => {
  const marks = marksOf('page-hinkley(loss, threshold=1, count-min=1)', 'adwin(loss)');
  const random = randoms(4);
  for (let i = 1; i <= 4000; i++) {
    const error = i < 200 ? 0 : i % 40 < 20 ? 30 : 60;
    marks.add(outcomeOf(rowAt(i, error, random), i), 'regression');
  }
  const by = (detector: string) => marks.of('a').filter(({ change }) => change?.detector === detector);
  assert.equal(by('page-hinkley').length, CHANGES_MAX);
  assert.ok(by('page-hinkley')[0]!.atMs > 3_000_000);
  assert.ok(
    by('adwin').some(({ atMs }) => atMs < 300_000),
    'the first step is still there',
  );
  const times = marks.of('a').map(({ atMs }) => atMs);
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  );
});

test('what cannot be summed is left out, and the state goes on as if it had not been', () => {
  const texts = ['cusum(prediction)', 'adwin(prediction)', 'page-hinkley(prediction)', 'kswin(prediction)'];
  const [all, without] = [marksOf(...texts), marksOf(...texts)];
  const random = randoms(2);
  for (let i = 1; i <= 300; i++) {
    const outcome = outcomeOf(rowAt(i, i % 100 === 0 ? 1e200 : 0, random), i);
    all.add(outcome, 'regression');
    if (i % 100 !== 0) without.add(outcome, 'regression');
  }
  assert.deepEqual(all.encode(), without.encode());
  const copy = marksOf(...texts);
  copy.decode(all.encode());
  assert.deepEqual(copy.encode(), all.encode());
});

const FIGURES = {
  ...NO_FURTHER_FIGURES,
  marks: ['adwin(loss)', 'kswin(prediction)', 'cusum(loss)', 'page-hinkley(loss, threshold=5)'].map(
    parseChangeWatch,
  ),
};

test('after a kill detectors and marks come out as they were; other settings make them anew from the outcomes', async () => {
  using scratch = new Scratch();
  const options = { horizonMs: 1e9, retentionMs: 1e9, recentIdsMax: 100 };
  const random = randoms(6);
  const stateOf = (disk: LedgerOnDisk) => Buffer.from(disk.outcomes.changes.encode()).toString();
  const copies: { copy: Scratch; before: string }[] = [];
  {
    await using disk = await LedgerOnDisk.open({ dir: scratch.dir, ...options, figures: FIGURES });
    for (let i = 0; i < 500; i++) {
      await disk.ledger.commit({
        nowMs: 1000 + i,
        predictions: [prediction(i, random() + (i < 300 ? 0 : 5))],
        truths: [truth(i, 0), ...(i % 50 === 0 ? [truth(i - 7, 900)] : [])],
        refused: { predictions: 0, truths: 0 },
      });
      if (i % 90 === 80) copies.push({ copy: scratch.copy(), before: stateOf(disk) });
    }
    assert.ok(disk.outcomes.changes.of('a').length > 3);
    copies.push({ copy: scratch.copy(), before: stateOf(disk) });
  }
  for (const { copy, before } of copies) {
    using left = copy;
    await using disk = await LedgerOnDisk.open({ dir: left.dir, ...options, figures: FIGURES });
    assert.equal(stateOf(disk), before);
  }
  {
    await using disk = await LedgerOnDisk.open({ dir: scratch.dir, ...options });
    assert.deepEqual(disk.outcomes.changes.of('a'), []);
  }
  await using disk = await LedgerOnDisk.open({ dir: scratch.dir, ...options, figures: FIGURES });
  assert.equal(stateOf(disk), copies.at(-1)!.before);
});

test('on PostgreSQL detectors and marks survive a restart as well', async () => {
  const schema = await testSchema();
  const cursor = { bytes: 0, rows: 0, first: 1, number: 0 };
  const noLog: OutcomeLog = { write: () => cursor, reopen: async () => cursor, reopened: () => {} };
  const sinks = () => ({
    linear: new FigureKeeper(LOG, { settings: FIGURES }),
    ordered: new OutcomeKeeper(noLog, LOG, { settings: FIGURES }),
  });
  const before = sinks();
  const random = randoms(9);
  const first = await openIn(schema, before);
  for (let i = 0; i < 20; i++) {
    const ids = Array.from({ length: 30 }, (_, k) => 30 * i + k);
    await first.ledger.commit({
      nowMs: 1000 + i,
      predictions: ids.map((id) => prediction(id, random() + (id < 300 ? 0 : 5))),
      truths: ids.map((id) => truth(id, 0)),
      refused: { predictions: 0, truths: 0 },
    });
  }
  await first.caughtUp();
  const marks = before.ordered.changes.of('a');
  assert.ok(marks.length > 3);
  await first.ledger[Symbol.asyncDispose]();
  const after = sinks();
  await using _second = await openIn(schema, after);
  assert.deepEqual(after.ordered.changes.of('a'), marks);
  assert.deepEqual(after.ordered.changes.encode(), before.ordered.changes.encode());
});
