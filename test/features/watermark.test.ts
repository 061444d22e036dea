import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InOrder } from '../../src/features/in-order.ts';
import { Watermark } from '../../src/features/watermark.ts';

test('Watermark stands at the first row that is not settled, whatever the order', () => {
  const rows = fc.integer({ min: 1, max: 3000 }).chain((count) =>
    fc.record({
      low: fc.nat(5000),
      order: fc.shuffledSubarray(Array.from({ length: count }, (_, i) => i)),
      without: fc.func(fc.boolean()),
    }),
  );
  fc.assert(
    fc.property(rows, ({ low, order, without }) => {
      const watermark = new Watermark({ low, published: 7 });
      for (const row of order) watermark.settle(low + row, without(row) ? 'without' : 'published');
      const settled = new Set(order);
      let expected = 0;
      let published = 7;
      for (; settled.has(expected); expected += 1) published += without(expected) ? 0 : 1;
      assert.deepEqual([watermark.low, watermark.published], [low + expected, published]);
    }),
    { seed: 1, numRuns: 60 },
  );
});

test('Watermark does not grow with the rows that it has passed', () => {
  const watermark = new Watermark({ low: 0, published: 0 });
  for (let seq = 0; seq < 100_000; seq += 2) {
    watermark.settle(seq + 1, 'published');
    watermark.settle(seq, 'published');
  }
  assert.deepEqual([watermark.low, watermark.bytes], [100_000, 1024]);
});

test('InOrder hears of each once it and everything before it has ended', () => {
  const runs = fc
    .integer({ min: 1, max: 300 })
    .chain((count) => fc.shuffledSubarray(Array.from({ length: count }, (_, i) => i)));
  fc.assert(
    fc.property(runs, (order) => {
      const reached: number[] = [];
      const inOrder = new InOrder<number>((value) => reached.push(value));
      const ends = Array.from({ length: Math.max(0, ...order) + 1 }, (_, i) => inOrder.begin(i));
      for (const i of order) ends[i]?.();
      const open = ends.findIndex((_, i) => !order.includes(i));
      const count = open < 0 ? ends.length : open;
      if (order.length > 0)
        assert.deepEqual(
          reached,
          Array.from({ length: count }, (_, i) => i),
        );
    }),
    { seed: 1 },
  );
});
