import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bootstrapIntervals } from '../../src/stats/bootstrap.ts';
import { uniformBits } from '../../src/stats/uniform-bits.ts';
import { randoms } from './stream.ts';

function meanOf(values: readonly number[], counts: Uint8Array): { mean: number } {
  let sum = 0;
  for (const [i, value] of values.entries()) sum += value * counts[i]!;
  return { mean: sum / values.length };
}

test('uniformBits() gives the numbers of sfc32', () => {
  const [bits, expected] = [uniformBits(7), randoms(7)];
  for (let i = 0; i < 1000; i++) assert.equal(bits(), expected() * 2 ** 32);
});

test('the interval of a mean holds it about as often as it says, for one look', () => {
  const u = randoms(20_010_201);
  const runs = 600;
  let missed = 0;
  for (let run = 0; run < runs; run++) {
    const values = Array.from({ length: 100 }, () => u());
    const interval = bootstrapIntervals({
      rows: values.length,
      resamples: 200,
      seed: run,
      level: 0.95,
      figures: (counts) => meanOf(values, counts),
    }).get('mean')!;
    if (interval.low > 0.5 || interval.high < 0.5) missed++;
  }
  // 5 % and three standard errors either way; percentile intervals of 100 rows miss a little more often
  assert.ok(missed / runs > 0.02 && missed / runs < 0.085, String(missed / runs));
});

test('the same seed gives the same interval, another seed another', () => {
  const values = [1, 4, 9, 16, 25, 36];
  const of = (seed: number) =>
    bootstrapIntervals({
      rows: 6,
      resamples: 500,
      seed,
      level: 0.9,
      figures: (counts) => meanOf(values, counts),
    });
  assert.deepEqual(of(1), of(1));
  assert.notDeepEqual(of(1), of(2));
});

test('each resample has as many rows as there are', () => {
  bootstrapIntervals({
    rows: 17,
    resamples: 50,
    seed: 1,
    level: 0.95,
    figures: (counts) => {
      assert.equal(
        counts.reduce((sum, count) => sum + count, 0),
        17,
      );
      return {};
    },
  });
});

test('a figure that one resample has no answer to has no interval', () => {
  let resample = 0;
  const intervals = bootstrapIntervals({
    rows: 3,
    resamples: 100,
    seed: 1,
    level: 0.95,
    figures: () => ({ always: 1, sometimes: resample++ === 40 ? undefined : 1 }),
  });
  assert.deepEqual([...intervals.keys()], ['always']);
});

test('no row, and a level that is none, are refused', () => {
  const options = { resamples: 100, seed: 1, figures: () => ({}) };
  assert.throws(() => bootstrapIntervals({ ...options, rows: 0, level: 0.95 }), RangeError);
  assert.throws(() => bootstrapIntervals({ ...options, rows: 1, level: 1 }), RangeError);
});
