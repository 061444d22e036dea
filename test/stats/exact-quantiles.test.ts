import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { exactQuantiles } from '../../src/stats/exact-quantiles.ts';

test('exactQuantiles() agrees with numpy.quantile([3, 1, 4, 1, 5, 9, 2, 6], …)', () => {
  const values = Float64Array.of(3, 1, 4, 1, 5, 9, 2, 6);
  // numpy 1.24.2: [1., 1.75, 3.5, 5.25, 7.95, 9.]
  assert.deepEqual(
    exactQuantiles(values, [0, 0.25, 0.5, 0.75, 0.95, 1]).map((value) => Number(value!.toFixed(12))),
    [1, 1.75, 3.5, 5.25, 7.95, 9],
  );
});

test('no value has no quantile, one value is all of them, and what is no ratio is refused', () => {
  assert.deepEqual(exactQuantiles(new Float64Array(), [0.5]), [undefined]);
  assert.deepEqual(exactQuantiles(Float64Array.of(7), [0, 0.3, 1]), [7, 7, 7]);
  assert.throws(() => exactQuantiles(Float64Array.of(7), [1.1]), RangeError);
  assert.throws(() => exactQuantiles(Float64Array.of(7), [Number.NaN]), RangeError);
});

test('they are those of the sorted values, whatever the order and however many are equal', () => {
  const value = fc.oneof(fc.double({ noNaN: true, min: -1e100, max: 1e100 }), fc.integer({ min: 0, max: 3 }));
  const ratio = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1, maxLength: 300 }),
      fc.array(ratio, { maxLength: 5 }),
      (values, ratios) => {
        const sorted = Float64Array.from(values).sort();
        const expected = ratios.map((ratio) => {
          const rank = ratio * (sorted.length - 1);
          const [low, high] = [sorted[Math.floor(rank)]!, sorted[Math.ceil(rank)]!];
          return low + (high - low) * (rank - Math.floor(rank)) + 0;
        });
        assert.deepEqual(
          exactQuantiles(Float64Array.from(values), ratios).map((found) => found! + 0),
          expected,
        );
      },
    ),
    { seed: 1 },
  );
});
