import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hellinger, jensenShannon, normedWasserstein, psi } from '../../src/stats/distribution-distance.ts';
import {
  type DistributionSummary,
  sharesAt,
  summaryOf,
  valuesOf,
} from '../../src/stats/distribution-summary.ts';
import { type CategoryCounts, categoryDrift, numberDrift } from '../../src/stats/feature-drift.ts';
import { chiSquareTest, kolmogorovSmirnov } from '../../src/stats/two-sample-tests.ts';
import { randoms } from './stream.ts';

fc.configureGlobal({ seed: 20_010_201 });

const ascending = (values: readonly number[]): Float64Array => Float64Array.from(values).sort();
const summary = (values: readonly number[], missing = 0): DistributionSummary =>
  summaryOf(ascending(values), missing);

/** Many values, many of them equal: rounded ones. */
const SAMPLE = fc
  .tuple(fc.integer({ min: 1, max: 600 }), fc.nat(1e9), fc.constantFrom(2, 20, 1e9))
  .map(([count, seed, steps]) => {
    const u = randoms(seed);
    return Array.from({ length: count }, () => Math.round((u() + u() - 1) * steps) / steps);
  });

test('a summary of few different values loses nothing', () => {
  const { mean, deviation, ...rest } = summary([3, 1, 3, 2, 3], 4);
  assert.deepEqual(rest, { count: 5, missing: 4, values: [1, 2, 3], below: [0, 1, 2], upTo: [1, 2, 5] });
  assert.ok(Math.abs(mean - 2.4) < 1e-15 && Math.abs(deviation - 0.8) < 1e-15);
  const nothing = { count: 0, missing: 0, mean: 0, deviation: 0, values: [], below: [], upTo: [] };
  assert.deepEqual(summary([]), nothing);
});

test('the shares of summaries, one or many together, hold those of their samples everywhere', () => {
  fc.assert(
    fc.property(
      fc.array(SAMPLE, { minLength: 1, maxLength: 4 }),
      fc.double({ min: -1.2, max: 1.2, noNaN: true }),
      (samples, x) => {
        const summaries = samples.map((sample) => summary(sample));
        const all = samples.flat();
        const grid = valuesOf(summaries);
        const steps = sharesAt(summaries, grid);
        for (const [i, value] of grid.entries()) {
          const share = all.filter((each) => each <= value).length / all.length;
          const { low, high } = steps[i]!.at;
          assert.ok(low <= share + 1e-12 && share <= high + 1e-12, `${low} ${share} ${high} at ${value}`);
        }
        const place = grid.findLastIndex((value) => value <= x);
        if (place < 0 || grid[place] === x) return;
        const share = all.filter((each) => each <= x).length / all.length;
        const { low, high } = steps[place]!.after;
        assert.ok(low <= share + 1e-12 && share <= high + 1e-12, `${low} ${share} ${high} after ${x}`);
      },
    ),
  );
});

test('D of Kolmogorov and Smirnov lies between its bounds, which are at most 2 % of each sample apart', () => {
  fc.assert(
    fc.property(SAMPLE, SAMPLE, (reference, current) => {
      const { ks } = numberDrift({ reference: [summary(reference)], current: [summary(current)] });
      const exact = kolmogorovSmirnov(ascending(reference), ascending(current));
      assert.ok(ks!.low! <= exact + 1e-12 && exact <= ks!.high! + 1e-12, `${ks!.low} ${exact} ${ks!.high}`);
      assert.ok(ks!.high! - ks!.low! < 0.05);
    }),
  );
});

test('Wasserstein is the exact one but for what a summary rounds, over workers too', () => {
  const u = randoms(5);
  const normal = (): number => u() + u() + u() + u() - 2;
  const reference = Array.from({ length: 5000 }, normal);
  const current = Array.from({ length: 4000 }, () => 1.3 * normal() + 0.2);
  const exact = normedWasserstein(reference, current)!;
  const parts = (values: readonly number[]) => [summary(values.slice(0, 900)), summary(values.slice(900))];
  for (const compared of [
    { reference: [summary(reference)], current: [summary(current)] },
    { reference: parts(reference), current: parts(current) },
  ]) {
    const { wasserstein } = numberDrift(compared);
    assert.ok(Math.abs(wasserstein!.value - exact) < 0.01, `${wasserstein!.value} for ${exact}`);
  }
});

test('PSI, Jensen-Shannon and Hellinger are those over the deciles of the reference', () => {
  const reference = Array.from({ length: 1000 }, (_, i) => i);
  const current = Array.from({ length: 500 }, (_, i) => i);
  const drift = numberDrift({ reference: [summary(reference)], current: [summary(current)] });
  // Half of the deciles hold a fifth of the values each, the other half none
  const [p, q] = [
    Array.from({ length: 10 }, () => 0.1),
    Array.from({ length: 10 }, (_, i) => (i < 5 ? 0.2 : 0)),
  ];
  for (const [name, exact] of [
    ['psi', psi(p, q)],
    ['jensen_shannon', jensenShannon(p, q, 2)],
    ['hellinger', hellinger(p, q)],
  ] as const) {
    assert.ok(
      Math.abs(drift[name]!.value - exact) < 0.02 * exact,
      `${name} ${drift[name]!.value} for ${exact}`,
    );
  }
});

test('the same sample has moved nowhere, in few values or in many', () => {
  for (const values of [[7], [0, 1, 1, 0, 1], Array.from({ length: 3000 }, (_, i) => Math.sin(i))]) {
    const [a, b] = [summary(values, 10), summary(values.concat(values), 20)];
    const drift = numberDrift({ reference: [a], current: [b] });
    for (const name of ['psi', 'jensen_shannon', 'hellinger', 'missing']) {
      assert.ok(Math.abs(drift[name]!.value) < 0.01, `${name} ${drift[name]!.value}`);
    }
    assert.equal(drift['ks']!.low, 0);
  }
  assert.equal(numberDrift({ reference: [summary([7])], current: [summary([7])] })['wasserstein'], undefined);
});

test('two feature values that swap their shares are seen, and a value that was never there too', () => {
  const drift = numberDrift({ reference: [summary([0, 0, 0, 1])], current: [summary([0, 1, 1, 1])] });
  assert.equal(drift['ks']!.value, 0.5);
  assert.ok(Math.abs(drift['psi']!.value - Math.log(3)) < 1e-12);
  const beyond = numberDrift({ reference: [summary([0, 1])], current: [summary([2, 2])] });
  assert.equal(beyond['hellinger']!.value, 1);
});

const counts = (labels: Record<string, number>, missing = 0, other = 0): CategoryCounts => ({
  count: Object.values(labels).reduce((sum, n) => sum + n, other),
  missing,
  labels: Object.keys(labels),
  counts: Object.values(labels),
  other,
});

test('categories are compared by name over all workers; χ² is that of the contingency table', () => {
  const drift = categoryDrift({
    reference: [counts({ a: 10, b: 20 }), counts({ b: 20, c: 50 })],
    current: [counts({ c: 30, d: 10, a: 10 }, 50)],
  });
  const [before, now] = [
    [10, 40, 50, 0],
    [10, 0, 30, 10],
  ];
  assert.equal(drift['psi']!.value, psi(before, now));
  assert.equal(drift['chi_square']!.value, chiSquareTest(before, now)!.statistic);
  assert.equal(drift['missing']!.value, 0.5);
});

test('without a value on a side only what is missing is told', () => {
  const drift = numberDrift({ reference: [summary([1, 2], 2)], current: [summary([], 10)] });
  assert.deepEqual(drift, { missing: { value: 0.5 } });
  assert.deepEqual(categoryDrift({ reference: [counts({})], current: [counts({ a: 1 })] }), {});
  assert.throws(() => sharesAt([summary([])], []), RangeError);
});
