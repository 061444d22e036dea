import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { coarsen } from '../../src/plot/charts/histogram.ts';

const histogram = fc.record({
  width: fc.constantFrom(2 ** -20, 0.5, 1, 64),
  counts: fc.array(fc.nat(1_000), { minLength: 1, maxLength: 128 }),
  above: fc.nat(50),
});

test('coarsen() loses no row and moves none into another bin than its own', () => {
  fc.assert(
    fc.property(histogram, fc.integer({ min: 1, max: 1e7 }), (given, rows) => {
      const made = coarsen(given, rows);
      const factor = made.width / given.width;
      assert.ok(Number.isInteger(Math.log2(factor)));
      for (const [i, count] of made.counts.entries()) {
        const own = given.counts.slice(i * factor, (i + 1) * factor).reduce((a, b) => a + b, 0);
        assert.equal(count, own);
      }
      assert.equal(total(made), total(given));
    }),
  );
});

test('coarsen() gives a few rows few bins, and many rows all of them', () => {
  const counts = Array.from({ length: 60 }, () => 1);
  assert.equal(coarsen({ width: 1, counts, above: 0 }, 10).counts.length, 15);
  assert.equal(coarsen({ width: 1, counts, above: 0 }, 442).counts.length, 30);
  assert.equal(coarsen({ width: 1, counts, above: 0 }, 1e6).counts.length, 60);
});

test('coarsen() gives a bin without a neighbour to the rest', () => {
  const counts = Array.from({ length: 17 }, () => 1);
  assert.deepEqual(coarsen({ width: 1, counts, above: 5 }, 10), {
    width: 2,
    counts: Array.from({ length: 8 }, () => 2),
    above: 6,
  });
});

function total({ counts, above }: { counts: readonly number[]; above: number }): number {
  return counts.reduce((a, b) => a + b, above);
}
