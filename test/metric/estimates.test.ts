import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Payload } from '../../src/wire/payload.ts';
import { PendingScores } from '../../src/metric/ledger/pending-scores.ts';
import { Estimates } from '../../src/metric/ordered/estimates.ts';
import { Snapshots } from '../../src/metric/snapshot/snapshots.ts';
import { NO_FURTHER_FIGURES } from '../../src/metric/figures/figure-settings.ts';
import { decodeSnapshot } from '../../src/wire/snapshot-reader.ts';
import { type EstimateSnapshot, encodeSnapshot } from '../../src/wire/snapshot.ts';
import { randoms } from '../stats/stream.ts';
import { LedgerOnDisk, Scratch } from './ledger-fixture.ts';
import { outcomeOf, revisionOf } from './outcome-rows.ts';
import { prediction, truth } from './records.ts';

interface Row {
  readonly label: string;
  readonly served: string;
  readonly score: number;
}

/** Rows of a model whose scores s stand for a probability of `probabilityOf(s)`. */
function rowsOf(seed: number, count: number, probabilityOf: (score: number) => number): Row[] {
  const next = randoms(seed);
  return Array.from({ length: count }, () => {
    const score = next();
    const label = next() < probabilityOf(score) ? 'yes' : 'no';
    return { label, served: score >= 0.5 ? 'yes' : 'no', score };
  });
}

const proba = (yes: number) => ({ no: 1 - yes, yes });
const overconfident = (score: number): number => 0.3 + 0.4 * score;

/** The estimates after these rows had their truths. */
function learnt(rows: readonly Row[]): Estimates {
  const estimates = new Estimates({ threshold: undefined });
  for (const [i, { label, served, score }] of rows.entries()) {
    const row = { id: `${i}`, truth: label, prediction: served, atMs: i, proba: proba(score) };
    estimates.add(outcomeOf(row, i + 1), 'classification');
  }
  return estimates;
}

function waitingOf(rows: readonly Row[]): PendingScores {
  const pending = new PendingScores();
  for (const { served, score } of rows) pending.add({ value: served, proba: proba(score) }, 1);
  return pending;
}

/** What the rows will show: exactly counted. */
function realised(rows: readonly Row[]): Record<string, number> {
  const count = (served: string, label: string): number =>
    rows.filter((row) => row.served === served && row.label === label).length;
  const [tp, fp, fn] = [count('yes', 'yes'), count('yes', 'no'), count('no', 'yes')];
  let won = 0;
  const yes = rows.filter(({ label }) => label === 'yes');
  const no = rows.filter(({ label }) => label === 'no');
  for (const a of yes) for (const b of no) won += a.score > b.score ? 1 : 0;
  return {
    accuracy: rows.filter(({ label, served }) => label === served).length / rows.length,
    precision: tp / (tp + fp),
    recall: tp / (tp + fn),
    f1: (2 * tp) / (2 * tp + fp + fn),
    roc_auc: won / (yes.length * no.length),
  };
}

test('without a label figures are estimated from the probabilities as they came', () => {
  const waiting = rowsOf(1, 4000, (score) => score);
  const found = learnt([]).of('a', waitingOf(waiting))!;
  assert.equal(found.rows, 4000);
  assert.equal(found.labels, 0);
  assert.match(found.assumes, /^if the probabilities are right as they came, and .*no concept drift/);
  for (const [name, value] of Object.entries(realised(waiting))) {
    // Four standard errors of 4,000 rows.
    assert.ok(Math.abs(found.figures[name]!.value - value) < 0.03, `${name}: ${value}`);
  }
  const { labels, counts } = found.confusion!;
  assert.deepEqual(labels, ['no', 'yes']);
  assert.ok(Math.abs(counts.flat().reduce((a, b) => a + b) - 4000) < 1e-6);
  assert.equal(found.record, undefined);
});

test('the labels that came recalibrate what is estimated: an overconfident model is found out', () => {
  const waiting = rowsOf(2, 4000, overconfident);
  const raw = learnt([]).of('a', waitingOf(waiting))!.figures['accuracy']!.value;
  const found = learnt(rowsOf(3, 4000, overconfident)).of('a', waitingOf(waiting))!;
  const { accuracy } = realised(waiting);
  assert.ok(raw - accuracy! > 0.1, `as they came ${raw}, realised ${accuracy}`);
  assert.equal(found.labels, 4000);
  assert.match(found.assumes, /recalibrated on the 4000 labels/);
  for (const [name, value] of Object.entries(realised(waiting))) {
    assert.ok(Math.abs(found.figures[name]!.value - value) < 0.035, `${name}: ${value}`);
  }
});

test('the record sets what was estimated of each block against what came: near chance while all stays, far after a drift', () => {
  const record = (rows: readonly Row[]): NonNullable<EstimateSnapshot['record']> =>
    learnt(rows).of('a', new PendingScores())!.record!;
  const calm = rowsOf(4, 20_000, overconfident);
  const before = record(calm);
  assert.equal(before.blocks, 40);
  assert.equal(before.points.length, 40);
  // The first block is estimated from probabilities as they came, which are wrong here.
  const first = before.points[0]!;
  assert.ok(Math.abs(first.estimated['accuracy']! - first.realised['accuracy']!) > 0.1);
  const later = before.points.slice(1).map(({ estimated, realised: came }) => {
    return Math.abs(estimated['accuracy']! - came['accuracy']!);
  });
  const mean = later.reduce((a, b) => a + b) / later.length;
  assert.ok(Math.abs(mean / before.byChance - 1) < 0.4, `${mean}, by chance ${before.byChance}`);
  const drifted = record([...calm, ...rowsOf(5, 5000, (score) => 1 - score)]);
  const last = drifted.points.at(-10)!;
  assert.ok(last.estimated['accuracy']! - last.realised['accuracy']! > 0.2, 'a drift is not foreseen');
  assert.ok(
    drifted.differences['accuracy']! > 1.5 * before.differences['accuracy']!,
    'the record tells of it',
  );
  assert.equal(record(rowsOf(6, 60_000, overconfident)).points.length, 100, 'it is bounded');
});

test('revisions, weights of 0 and numbers leave the estimator alone; classes with other names begin it anew', () => {
  const rows = rowsOf(7, 600, (score) => score);
  const estimates = learnt(rows);
  const state = estimates.encode();
  const row = { id: 'x', truth: 'yes', prediction: 'no', atMs: 1, proba: proba(0.4) };
  estimates.add(revisionOf(outcomeOf(row, 601), 'no', 602), 'classification');
  estimates.add(outcomeOf({ ...row, weight: 0 }, 603), 'classification');
  estimates.add(outcomeOf({ ...row, truth: 1, prediction: 2 }, 604), 'regression');
  assert.deepEqual(estimates.encode(), state);
  const restored = new Estimates({ threshold: undefined });
  restored.decode(state);
  assert.deepEqual(restored.of('a', waitingOf(rows)), estimates.of('a', waitingOf(rows)));
  estimates.add(outcomeOf({ ...row, proba: { bad: 0.2, good: 0.8 } }, 605), 'classification');
  assert.equal(estimates.of('a', waitingOf(rows)), undefined, 'those that wait are of the names before');
});

test('of several classes accuracy is estimated, from how sure the model is of what it served', () => {
  const next = randoms(8);
  const pending = new PendingScores();
  const estimates = new Estimates({ threshold: undefined });
  for (let i = 0; i < 3000; i++) {
    const sure = 0.4 + 0.6 * next();
    const all = { a: sure, b: (1 - sure) / 2, c: (1 - sure) / 2 };
    pending.add({ value: 'a', proba: all }, 1);
    const label = next() < 0.5 * sure ? 'a' : 'b';
    const row = { id: `${i}`, truth: label, prediction: 'a', atMs: i, proba: all };
    estimates.add(outcomeOf(row, i + 1), 'classification');
  }
  const found = estimates.of('a', pending)!;
  assert.deepEqual(Object.keys(found.figures), ['accuracy']);
  assert.ok(Math.abs(found.figures['accuracy']!.value - 0.35) < 0.03, 'as often as it was right');
  assert.equal(found.confusion, undefined);
  assert.deepEqual(Object.keys(found.record!.differences), ['accuracy']);
});

test('a threshold says what counts as predicted', () => {
  const rows = rowsOf(9, 2000, (score) => score);
  const found = new Estimates({ threshold: 0.75 }).of('a', waitingOf(rows))!;
  const moved = rows.map((row) => ({ ...row, served: row.score >= 0.75 ? 'yes' : 'no' }));
  assert.ok(Math.abs(found.figures['recall']!.value - realised(moved)['recall']!) < 0.03);
});

test('the snapshot has the estimate of what waits, before the first label and after a restart', async () => {
  using scratch = new Scratch();
  const rows = rowsOf(10, 1200, overconfident);
  const predictions = rows.map(({ served, score }, i) => prediction(i, served, { proba: proba(score) }));
  const truths = rows.slice(0, 1000).map(({ label }, i) => truth(i, label));
  const open = () => LedgerOnDisk.open({ dir: scratch.dir, columns: [] });
  const told = async (disk: LedgerOnDisk): Promise<EstimateSnapshot> => {
    const { ledger, figures, outcomes } = disk;
    const sources = { ledger, figures, outcomes, settings: NO_FURTHER_FIGURES, logPath: '', nowMs: () => 5 };
    const payload = encodeSnapshot(new Snapshots(sources).make());
    return decodeSnapshot(Payload.ofBytes(payload.bytes())).models[0]!.estimate!;
  };
  const refused = { predictions: 0, truths: 0 };
  let disk = await open();
  await disk.ledger.commit({ nowMs: 1, predictions, truths: [], refused });
  assert.equal((await told(disk)).rows, 1200);
  await disk.ledger.commit({ nowMs: 2, predictions: [], truths, refused });
  const before = await told(disk);
  assert.equal(before.rows, 200);
  assert.equal(before.labels, 1000);
  assert.equal(before.record!.blocks, 2);
  await disk[Symbol.asyncDispose]();
  disk = await open();
  assert.deepEqual(await told(disk), before);
  await disk[Symbol.asyncDispose]();
});
