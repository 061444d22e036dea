import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textHistogram } from '../../src/commands/text-histogram.ts';

test('bins are bars, the fullest the highest, empty ones a space, and what lies beyond is said', () => {
  const histogram = { width: 2, counts: [80, 40, 10, 0, 5, 1, 1, 1], above: 2 };
  assert.equal(textHistogram(histogram, { units: 'min', barsMax: 48 }), '0 █▄▁ ▁▁▁▁ 16 min, 1.4 % beyond');
});

test('a long histogram is drawn in at most twice as many bars as asked for, a single bin is one bar', () => {
  const long = { width: 1, counts: Array.from({ length: 64 }, () => 1_000), above: 0 };
  const [bars = ''] = /█+/.exec(textHistogram(long, { units: undefined, barsMax: 16 })) ?? [];
  assert.ok(bars.length > 0 && bars.length <= 32, bars);
  assert.equal(
    textHistogram({ width: 1, counts: [3], above: 0 }, { units: undefined, barsMax: 16 }),
    '0 █ 1',
  );
});
