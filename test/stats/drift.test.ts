import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { binCounts, binEdges } from '../../src/stats/bin-edges.ts';
import {
  hellinger,
  jensenShannon,
  normedWasserstein,
  psi,
  wasserstein,
} from '../../src/stats/distribution-distance.ts';
import { chiSquareTest, kolmogorovSmirnovTest } from '../../src/stats/two-sample-tests.ts';
import { randoms, uniforms } from './stream.ts';

fc.configureGlobal({ seed: 20_010_201 });

/** Computed with the tools that a convention is named after. */
const { drift } = JSON.parse(readFileSync(new URL('oracles/references.json', import.meta.url), 'utf8')) as {
  drift: Record<string, number> & { ks_stat_p: [number, number]; chi2_nannyml_contingency: [number, number] };
};

function values(seed: number, count: number, power: number): number[] {
  const u = uniforms(seed);
  return Array.from({ length: count }, () => u() ** power);
}

const reference = values(1, 2000, 1);
const current = values(2, 1500, 1.3);

function assertNear(found: number | undefined, expected: number, relative = 1e-10): void {
  assert.ok(Math.abs(found! - expected) <= relative * Math.abs(expected), `${found} for ${expected}`);
}

test('PSI and Jensen-Shannon on equal-width bins over both, as Evidently makes them', () => {
  const edges = binEdges([...reference, ...current], 'sturges');
  assert.equal(edges.length - 1, drift['n_sturges_bins']);
  const [a, b] = [binCounts(reference, edges, 'drop'), binCounts(current, edges, 'drop')];
  assertNear(psi(a, b), drift['evidently_psi']!);
  assertNear(jensenShannon(a, b), drift['evidently_js_natural']!);
});

test('PSI on deciles of the reference', () => {
  const edges = binEdges(reference, 'deciles');
  const [a, b] = [reference, current].map((each) => binCounts(each, edges, 'first and last')) as [
    number[],
    number[],
  ];
  assertNear(psi(a, b), drift['decile_psi']!);
});

test('Jensen-Shannon in base 2 on Doane bins of the reference with overflow, as NannyML makes it', () => {
  const edges = binEdges(reference, 'doane');
  assert.equal(edges.length - 1, drift['n_doane_bins']);
  const [a, b] = [binCounts(reference, edges, 'own'), binCounts(current, edges, 'own')];
  assertNear(jensenShannon(a, b, 2), drift['nannyml_js_base2']!);
});

test('Wasserstein in standard deviations, and the two-sample KS test with its exact p', () => {
  assertNear(normedWasserstein(reference, current), drift['evidently_wasserstein_norm']!);
  const { statistic, p } = kolmogorovSmirnovTest(reference, current);
  assertNear(statistic, drift.ks_stat_p[0]);
  assertNear(p, drift.ks_stat_p[1], 1e-6);
});

test('χ² is that of a contingency table, not of goodness of fit', () => {
  const { statistic, p } = chiSquareTest([600, 300, 100], [560, 310, 130])!;
  assertNear(statistic, drift.chi2_nannyml_contingency[0]);
  assertNear(p, drift.chi2_nannyml_contingency[1]);
  assert.equal(chiSquareTest([5, 0], [7, 0]), undefined);
  assertNear(chiSquareTest([5, 6, 0], [7, 3, 0])!.p, chiSquareTest([5, 6], [7, 3])!.p);
});

test('at a nominal 5 % the KS and χ² tests are wrong in at most 5 % and three standard errors', (t) => {
  const u = randoms(5);
  const sample = (count: number): number[] => Array.from({ length: count }, u);
  const categories = (count: number): number[] => binCounts(sample(count), [0, 0.2, 0.5, 1], 'drop');
  const rate = (reject: () => boolean): number => {
    let wrong = 0;
    for (let i = 0; i < 2000; i++) if (reject()) wrong++;
    return wrong / 2000;
  };
  const limit = 0.05 + 3 * Math.sqrt((0.05 * 0.95) / 2000);
  const ks = rate(() => kolmogorovSmirnovTest(sample(60), sample(40)).p < 0.05);
  const chi = rate(() => chiSquareTest(categories(300), categories(200))!.p < 0.05);
  t.diagnostic(`KS wrong in ${(100 * ks).toFixed(1)} %, χ² in ${(100 * chi).toFixed(1)} %`);
  assert.ok(ks <= limit && chi <= limit);
});

test('distances are 0 between like distributions, symmetric but for PSI’s floor, and at most 1 where they say so', () => {
  const counts = fc
    .array(fc.nat(50), { minLength: 4, maxLength: 4 })
    .filter((each) => each.some((n) => n > 0));
  fc.assert(
    fc.property(counts, counts, (a, b) => {
      const twice = a.map((n) => 2 * n);
      for (const distance of [psi, jensenShannon, hellinger] as const) {
        assert.ok(distance(a, twice) < 1e-7);
        assert.ok(Math.abs(distance(a, b) - distance(b, a)) < 1e-12);
      }
      assert.ok(jensenShannon(a, b, 2) <= 1 + 1e-12 && hellinger(a, b) <= 1 + 1e-12);
    }),
  );
  const [apart, whole] = [
    [1, 0],
    [0, 1],
  ];
  assert.equal(hellinger(apart, whole), 1);
  assert.equal(jensenShannon(apart, whole, 2), 1);
});

test('Wasserstein is how far a sample was moved', () => {
  const sample = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1 });
  fc.assert(
    fc.property(sample, fc.double({ min: -50, max: 50, noNaN: true }), (a, by) => {
      const moved = a.map((x) => x + by);
      assert.ok(Math.abs(wasserstein(a, moved) - Math.abs(by)) < 1e-9);
    }),
  );
  assert.equal(normedWasserstein([3, 3], [4]), undefined);
});

test('bins hold their lower edge, the last one both, and one value has one bin', () => {
  assert.deepEqual(binCounts([0, 1, 2, 3, 4, -1], [0, 1, 3], 'drop'), [1, 3]);
  assert.deepEqual(binCounts([0, 1, 2, 3, 4, -1], [0, 1, 3], 'first and last'), [2, 4]);
  assert.deepEqual(binCounts([0, 1, 2, 3, 4, -1], [0, 1, 3], 'own'), [1, 3, 2]);
  assert.deepEqual(binEdges([7, 7, 7], 'sturges'), [6.5, 7.5]);
  assert.throws(() => binEdges([], 'sturges'), RangeError);
});

test('what cannot be compared is refused', () => {
  assert.throws(() => psi([1, 2], [1]), RangeError);
  assert.throws(() => psi([0, 0], [1, 1]), RangeError);
  assert.throws(() => wasserstein([], [1]), RangeError);
  assert.throws(() => kolmogorovSmirnovTest([1], []), RangeError);
  assert.throws(() => chiSquareTest([1], [1, 2]), RangeError);
});
