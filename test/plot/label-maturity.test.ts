import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelMaturity } from '../../src/plot/charts/label-maturity.ts';
import { LIGHT, ON_PAGE } from './chart-looks.ts';

const HOUR_MS = 3_600_000;
const ages = [
  ...Array.from({ length: 29 }, (_, i) => ({ ageMsMax: (i + 1) * HOUR_MS, predictions: 10, scored: 5 })),
  { predictions: 1_000, scored: 900 },
];

test('old ages that have no room are one, with all their predictions', () => {
  for (const look of [LIGHT, ON_PAGE]) {
    const { data, table } = labelMaturity({ model: 'linear', ages }, look);
    const bars = data['bars'] as readonly {
      readonly name: string;
      readonly note: string;
      readonly ratio: number;
    }[];
    const together = ages.length - (bars.length - 1);
    assert.ok(together > 1);
    const predictions = 10 * (together - 1) + 1_000;
    const last = bars.at(-1);
    assert.match(last?.name ?? '', new RegExp(`^> ${bars.length - 1}\\sh$`));
    assert.equal(last?.ratio, (5 * (together - 1) + 900) / predictions);
    assert.equal(table.rows.length, ages.length, 'the table has each');
  }
});
