import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pairedComparison } from '../../src/stats/paired-comparison.ts';
import { randoms } from './stream.ts';

const BOUNDS = { low: 0, high: 1 };

test('a challenger that is better on the same rows is decided for, with the evidence', () => {
  const u = randoms(1);
  const comparison = pairedComparison({ alpha: 0.05, bounds: { low: 0, high: 100 } });
  const state = comparison.empty();
  let decidedAt: number | undefined;
  for (let i = 0; i < 5000; i++) {
    const hard = 60 * u();
    comparison.add(state, {
      champion: hard + 10 * u(),
      challenger: hard + 10 * u() - (i % 2) * Math.min(hard, 8),
    });
    if ((i + 1) % 50 === 0) decidedAt ??= comparison.look(state)!.decidedAt;
  }
  const { better, difference, low, high, level, method, decidedAt: found } = comparison.look(state)!;
  assert.deepEqual([better, level, method], ['challenger', 0.95, 'empirical Bernstein']);
  assert.ok(
    low < difference && difference < high && high < 0 && difference < -2,
    `${low} ${difference} ${high}`,
  );
  assert.ok(found === decidedAt && found! % 50 === 0 && found! < 5000);
});

test('a decision stays, and the interval shows that the models changed places', () => {
  const comparison = pairedComparison({ alpha: 0.05, bounds: BOUNDS });
  const state = comparison.empty();
  for (let i = 0; i < 3000; i++) {
    comparison.add(state, i < 500 ? { champion: 0.2, challenger: 0.6 } : { champion: 0.6, challenger: 0.2 });
    comparison.look(state);
  }
  const { better, high } = comparison.look(state)!;
  assert.equal(better, 'champion');
  assert.ok(high < 0);
});

test('two models that are equally good are told apart in at most 5 % of comparisons, looking at every 20th row', (t) => {
  const u = randoms(20_010_201);
  const comparison = pairedComparison({ alpha: 0.05, bounds: BOUNDS });
  let wrong = 0;
  for (let run = 0; run < 2000; run++) {
    const state = comparison.empty();
    for (let i = 1; i <= 400; i++) {
      comparison.add(state, { champion: Number(u() < 0.3), challenger: Number(u() < 0.3) });
      if (i % 20 === 0) comparison.look(state);
    }
    if (comparison.look(state)!.better !== 'undecided') wrong++;
  }
  t.diagnostic(`${(wrong / 20).toFixed(2)} % of 2,000 comparisons, 5 % allowed`);
  assert.ok(wrong / 2000 <= 0.05 + 3 * Math.sqrt((0.05 * 0.95) / 2000));
});

test('without bounds the method is asymptotic, says so, and says nothing before 100 rows', () => {
  const comparison = pairedComparison({ alpha: 0.05 });
  const state = comparison.empty();
  const u = randoms(2);
  for (let i = 0; i < 2000; i++) {
    if (i === 99) assert.equal(comparison.look(state), undefined);
    comparison.add(state, { champion: 1000 * u(), challenger: 1000 * u() + 100 });
  }
  const { better, method } = comparison.look(state)!;
  assert.deepEqual([better, method], ['champion', 'asymptotic']);
});

test('no row is no verdict, a state goes on from JSON, and losses out of bounds are refused', () => {
  const comparison = pairedComparison({ alpha: 0.05, bounds: BOUNDS });
  const state = comparison.empty();
  assert.equal(comparison.look(state), undefined);
  for (const champion of [-0.1, 1.1, Number.NaN]) {
    assert.throws(() => comparison.add(state, { champion, challenger: 0.5 }), RangeError);
  }
  assert.deepEqual(state, comparison.empty());
  comparison.add(state, { champion: 0.25, challenger: 0.5 });
  const copy = JSON.parse(JSON.stringify(state)) as typeof state;
  assert.deepEqual(comparison.look(copy), comparison.look(state));
  assert.equal(comparison.look(state)!.difference, 0.25);
});
