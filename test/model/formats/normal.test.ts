import assert from 'node:assert/strict';
import { it } from 'node:test';
import { normalCdf, normalQuantile } from '../../../src/model/formats/sklearn/normal.ts';

// scipy 1.10.1, stats.norm.cdf and .ppf
const CDF: readonly [number, number][] = [
  [-9, 1.1285884059538324e-19],
  [-3.5, 0.00023262907903552502],
  [-1.2, 0.11506967022170822],
  [-0.3, 0.3820885778110474],
  [0, 0.5],
  [0.7, 0.758036347776927],
  [1.5, 0.9331927987311419],
  [2.5, 0.9937903346742238],
  [6, 0.9999999990134123],
];
const QUANTILE: readonly [number, number][] = [
  [1e-300, -37.0470962993612],
  [1e-12, -7.034483825301131],
  [1e-7, -5.1993375821928165],
  [0.01, -2.3263478740408408],
  [0.3, -0.5244005127080409],
  [0.5, 0.0],
  [0.8, 0.8416212335729143],
  [0.975, 1.959963984540054],
  [0.9999999, 5.199337582290661],
  [0.9999999999999, 7.3487545403000425],
];

void it('normalCdf() agrees with scipy', () => {
  for (const [value, expected] of CDF)
    assert.ok(Math.abs(normalCdf(value) - expected) <= 1e-14 * expected, `${value}`);
});

void it('normalQuantile() agrees with scipy', () => {
  for (const [share, expected] of QUANTILE) {
    assert.ok(
      Math.abs(normalQuantile(share) - expected) <= 1e-14 * Math.max(1, Math.abs(expected)),
      `${share}`,
    );
  }
});

void it('normalQuantile() is infinite at the ends and nothing beyond', () => {
  assert.equal(normalQuantile(0), -Infinity);
  assert.equal(normalQuantile(1), Infinity);
  assert.ok(Number.isNaN(normalQuantile(1.5)));
});
