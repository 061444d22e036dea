import assert from 'node:assert/strict';
import { test } from 'node:test';
import { budgetShare, eBenjaminiHochberg } from '../../src/stats/alarm-budget.ts';
import { eDetector } from '../../src/stats/e-detector.ts';
import { eProcess } from '../../src/stats/e-process.ts';
import type { Evidence } from '../../src/stats/e-process.ts';
import { randoms } from './stream.ts';

const UNIT = { low: 0, high: 1 };

/** The first outcome at which the evidence is at least `alarm`, or `looks` where it never is. */
function firstAlarm<S>(
  evidence: Evidence<S>,
  options: { alarm: number; looks: number; loss: (i: number) => number },
): number {
  const state = evidence.empty();
  for (let i = 0; i < options.looks; i++) {
    evidence.add(state, options.loss(i));
    if (evidence.evidence(state) >= options.alarm) return i + 1;
  }
  return options.looks;
}

/** Losses whose mean, given what came before, is never above .2. */
const GOOD: Readonly<Record<string, (u: () => number) => (i: number) => number>> = {
  'Bernoulli(.2)': (u) => () => Number(u() < 0.2),
  'uniform in [0, .4]': (u) => () => 0.4 * u(),
  'a rate that swings between .02 and .2': (u) => (i) => Number(u() < 0.11 + 0.09 * Math.sin(i / 100)),
  'rare and large: 1 in one of five after five good ones': (u) => (i) =>
    i % 6 < 5 ? 0.2 : Number(u() < 0.2),
};

for (const [name, losses] of Object.entries(GOOD)) {
  test(`an e-process raises a false alarm in at most 5 % of its lives: ${name}`, (t) => {
    const u = randoms(20_010_201);
    const process = eProcess({ bounds: UNIT, reference: 0.2 });
    let alarms = 0;
    for (let run = 0; run < 2000; run++) {
      if (firstAlarm(process, { alarm: 20, looks: 10_000, loss: losses(u) }) < 10_000) alarms++;
    }
    t.diagnostic(`${(alarms / 20).toFixed(2)} % of 2,000 lives of 10,000 outcomes, 5 % allowed`);
    assert.ok(alarms / 2000 <= 0.05 + 3 * Math.sqrt((0.05 * 0.95) / 2000));
  });

  test(`an e-detector takes on average at least 1/α outcomes to a false alarm: ${name}`, (t) => {
    const u = randoms(20_010_201);
    const detector = eDetector({ bounds: UNIT, reference: 0.2 });
    const lengths = Array.from({ length: 400 }, () =>
      firstAlarm(detector, { alarm: 500, looks: 10_000, loss: losses(u) }),
    );
    const mean = lengths.reduce((sum, n) => sum + n, 0) / lengths.length;
    const error = Math.sqrt(lengths.reduce((sum, n) => sum + (n - mean) ** 2, 0)) / lengths.length;
    t.diagnostic(`${mean.toFixed(0)} outcomes on average (runs cut at 10,000), at least 500 promised`);
    assert.ok(mean >= 500 - 3 * error);
  });
}

test('an e-detector of the maximum promises the same, and is not worn down by a loss that stays below its reference', (t) => {
  const u = randoms(20_010_201);
  const detector = eDetector({ bounds: UNIT, reference: 0.2 }, 'maximum');
  const run = (rate: number) =>
    firstAlarm(detector, { alarm: 500, looks: 10_000, loss: () => Number(u() < rate) });
  const lengths = Array.from({ length: 200 }, () => run(0.2));
  const mean = lengths.reduce((sum, n) => sum + n, 0) / lengths.length;
  t.diagnostic(`${mean.toFixed(0)} outcomes on average (runs cut at 10,000), at least 500 promised`);
  assert.ok(mean > 500);
  assert.ok(Array.from({ length: 50 }, () => run(0.1)).every((length) => length === 10_000));
  assert.ok(run(0.4) < 200);
});

test('both raise an alarm soon where the loss is above its reference', (t) => {
  const u = randoms(4);
  const loss = (): number => Number(u() < 0.35);
  const against = { bounds: UNIT, reference: 0.2 };
  for (const evidence of [eProcess(against), eDetector(against)]) {
    const delays = Array.from({ length: 200 }, () => firstAlarm(evidence, { alarm: 1e6, looks: 5000, loss }));
    const mean = delays.reduce((sum, n) => sum + n, 0) / delays.length;
    t.diagnostic(`.35 for .2, seen after ${mean.toFixed(0)} outcomes at evidence 1,000,000`);
    assert.ok(Math.max(...delays) < 1500, `${Math.max(...delays)}`);
  }
});

test('a long good past delays the e-process, not the e-detector', () => {
  const delay = (make: typeof eDetector, past: number): number => {
    const u = randoms(9);
    const evidence = make({ bounds: UNIT, reference: 0.2 });
    const loss = (i: number): number => Number(u() < (i < past ? 0.1 : 0.4));
    return firstAlarm(evidence, { alarm: 1e4, looks: 100_000, loss }) - past;
  };
  assert.ok(delay(eDetector, 20_000) < 300);
  assert.ok(delay(eProcess, 20_000) > 5 * delay(eDetector, 20_000));
});

test('losses are bet on in their own units', () => {
  const [a, b] = [
    eDetector({ bounds: UNIT, reference: 0.2 }),
    eDetector({ bounds: { low: -50, high: 150 }, reference: -10 }),
  ];
  const [stateA, stateB] = [a.empty(), b.empty()];
  const u = randoms(8);
  for (let i = 0; i < 500; i++) {
    const x = u();
    a.add(stateA, x);
    b.add(stateB, -50 + 200 * x);
    const [expected, found] = [a.evidence(stateA), b.evidence(stateB)];
    assert.ok(Math.abs(found - expected) <= 1e-9 * expected);
  }
});

test('evidence stays a number through 100,000 of the worst and of the best losses, and as JSON', () => {
  for (const evidence of [
    eProcess({ bounds: UNIT, reference: 0.01 }),
    eDetector({ bounds: UNIT, reference: 0.01 }),
  ]) {
    let state = evidence.empty();
    for (let i = 0; i < 100_000; i++) evidence.add(state, i < 50_000 ? 1 : 0);
    state = JSON.parse(JSON.stringify(state)) as typeof state;
    const found = evidence.evidence(state);
    assert.ok(Number.isFinite(found) && found >= 0);
  }
});

test('shares of the alarm budget sum to at most 1, however many there come to be', () => {
  let sum = 0;
  for (let k = 1; k <= 100_000; k++) sum += budgetShare(k);
  assert.ok(sum < 1 && sum > 0.9999);
  for (const k of [0, 1.5, -1, Number.NaN]) assert.throws(() => budgetShare(k), RangeError);
});

test('e-BH finds what its definition says', () => {
  assert.deepEqual(eBenjaminiHochberg([1, 100, 0, 30], 0.1), [1, 3]);
  assert.deepEqual(eBenjaminiHochberg([1, 30, 0, 3], 0.1), []);
  assert.deepEqual(eBenjaminiHochberg([], 0.1), []);
  assert.deepEqual(eBenjaminiHochberg([25, 24, 21, 20], 0.05), [0, 1, 2, 3]);
  assert.throws(() => eBenjaminiHochberg([1], 0), RangeError);
  assert.throws(() => eBenjaminiHochberg([-1], 0.1), RangeError);
});

test('references and losses that cannot be are refused, and leave the state as it was', () => {
  for (const reference of [0, 1, -1, Number.NaN]) {
    assert.throws(() => eProcess({ bounds: UNIT, reference }), RangeError);
  }
  const process = eProcess({ bounds: UNIT, reference: 0.2 });
  const state = process.empty();
  for (const loss of [-0.1, 1.1, Number.NaN]) assert.throws(() => process.add(state, loss), RangeError);
  assert.deepEqual(state, process.empty());
});
