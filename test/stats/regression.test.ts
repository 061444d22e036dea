import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { errorHistogram, regression } from '../../src/stats/regression.ts';
import type { RegressionOutcome, RegressionState } from '../../src/stats/regression.ts';
import { uniforms } from './stream.ts';

fc.configureGlobal({ seed: 20_010_201 });

type Golden = Readonly<Record<string, number | null>>;
const golden = JSON.parse(readFileSync(new URL('oracles/regression.json', import.meta.url), 'utf8')) as {
  unweighted: Golden[];
  weighted: Golden[];
  cancellation_r2: number;
};

/** As oracles/regression.py makes it. */
function stream(seed: number, rows: number): Required<RegressionOutcome>[] {
  const u = uniforms(seed);
  return Array.from({ length: rows }, () => {
    const truth = (u() - 0.5) * 200;
    return { truth, prediction: truth * 0.8 + (u() - 0.5) * 60, weight: u() * 3 };
  });
}

for (const form of ['unweighted', 'weighted'] as const) {
  test(`figures agree with scikit-learn after every ${form} update`, () => {
    const state = regression.empty();
    for (const [i, { truth, prediction, weight }] of stream(42, 100).entries()) {
      regression.add(state, form === 'weighted' ? { truth, prediction, weight } : { truth, prediction });
      const found = regression.value(state);
      for (const [name, expected] of Object.entries(golden[form][i]!)) {
        const value = found[name]?.value;
        const tolerance = name.includes('median') || name.includes('p95') ? 1 / 256 : 1e-12;
        if (expected === null) assert.equal(value, undefined, `${name} after ${i + 1}`);
        else
          assert.ok(Math.abs(value! - expected) <= tolerance * Math.abs(expected), `${name} after ${i + 1}`);
      }
    }
  });
}

test('R² follows the published updates of (3, 2.5), (−.5, 0), (2, 2), (7, 8)', () => {
  const state = regression.empty();
  const r2 = [
    [3, 2.5],
    [-0.5, 0],
    [2, 2],
    [7, 8],
  ].map(([truth, prediction]) => {
    regression.add(state, { truth: truth!, prediction: prediction! });
    return regression.value(state)['r2']?.value.toFixed(6);
  });
  assert.deepEqual(r2, [undefined, '0.918367', '0.923077', '0.948608']);
});

test('truths of 1e15 with a spread of 7 keep their variance', () => {
  const state = regression.empty();
  for (let i = 0; i < 200; i++) regression.add(state, { truth: 1e15 + (i % 7), prediction: 1e15 + (i % 5) });
  assert.equal(regression.value(state)['r2']?.value, golden.cancellation_r2);
});

test('a constant truth has exactly no variance, weighted or not: R² is absent', () => {
  for (const weight of [undefined, 0.1]) {
    const state = regression.empty();
    for (let i = 0; i < 1000; i++) regression.add(state, { truth: 0.1, prediction: i, weight });
    assert.equal(regression.value(state)['r2'], undefined);
    assert.ok(regression.value(state)['mae']!.value > 0);
  }
});

const number = fc.oneof(
  fc.double({ min: -1e100, max: 1e100, noNaN: true }),
  fc.double({ min: -1000, max: 1000, noNaN: true }),
  fc.integer({ min: -5, max: 5 }),
);
const outcome = fc.record({
  truth: number,
  prediction: number,
  weight: fc.constantFrom(undefined, 1, 0, 0.3, 2.5, 1e-40),
});

test('any order of adding, taking out, merging and storing over any number of writers gives the same bytes and figures', () => {
  const history = fc.array(
    fc.record({
      outcome,
      writer: fc.nat(3),
      revised: fc.option(fc.record({ by: fc.nat(3), to: outcome })),
      at: fc.nat(),
    }),
    { maxLength: 50 },
  );
  fc.assert(
    fc.property(history, (rows) => {
      const plain = regression.empty();
      for (const row of rows) regression.add(plain, row.revised?.to ?? row.outcome);

      const writers = Array.from({ length: 4 }, () => regression.empty());
      for (const { outcome, writer, revised } of rows.toSorted((a, b) => a.at - b.at)) {
        if (revised !== null) {
          regression.remove(writers[revised.by]!, outcome);
          regression.add(writers[revised.by]!, revised.to);
        }
        regression.add(writers[writer]!, outcome);
      }
      const merged = regression.empty();
      for (const state of writers.toReversed()) regression.merge(merged, stored(state));

      assert.deepEqual(regression.value(merged), regression.value(plain));
      assert.deepEqual(regression.encode(merged), regression.encode(plain));
    }),
  );
});

test('nothing seen, all taken out again and weight 0 give no figure', () => {
  const state = regression.empty();
  assert.deepEqual(regression.value(state), {});
  assert.equal(errorHistogram(state), undefined);
  regression.add(state, { truth: 3, prediction: 4, weight: 0 });
  assert.deepEqual(regression.value(state), {});
  regression.add(state, { truth: 1e100, prediction: -1e100 });
  regression.remove(state, { truth: 1e100, prediction: -1e100 });
  assert.deepEqual(regression.value(state), {});
  assert.deepEqual(regression.encode(state), regression.encode(regression.empty()));
});

test('one row has every figure but R²', () => {
  const state = regression.empty();
  regression.add(state, { truth: 3, prediction: 1 });
  const { median_absolute_error: median, p95_absolute_error: p95, ...figures } = regression.value(state);
  assert.deepEqual(figures, {
    mae: { value: 2 },
    mse: { value: 4 },
    rmse: { value: 2 },
    bias: { value: -2 },
  });
  assert.ok(Math.abs(median!.value - 2) < 0.008 && Math.abs(p95!.value - 2) < 0.008);
});

test('the histogram counts each error once, in bins of a power of two', () => {
  const state = regression.empty();
  for (let i = 0; i < 100; i++) regression.add(state, { truth: i, prediction: 0 });
  assert.deepEqual(errorHistogram(state, { binsMax: 64 }), {
    width: 2,
    counts: Array.from({ length: 50 }, () => 2),
    above: 0,
  });
});

test('what cannot be an outcome is refused and leaves the state as it was', () => {
  const state = regression.empty();
  const before = regression.encode(state);
  const good = { truth: 1, prediction: 1 };
  for (const bad of [
    { ...good, truth: Number.NaN },
    { ...good, truth: 1.1e100 },
    { ...good, prediction: -Infinity },
    { ...good, weight: -1 },
    { ...good, weight: Number.NaN },
    { ...good, weight: 1e51 },
  ]) {
    assert.throws(() => regression.add(state, bad), RangeError);
    assert.throws(() => regression.remove(state, bad), RangeError);
  }
  assert.deepEqual(regression.encode(state), before);
});

test('bytes that are no state, or of another version, are refused', () => {
  assert.throws(() => regression.decode(new Uint8Array()), RangeError);
  assert.throws(() => regression.decode(new Uint8Array([4, 0, 0, 0, 0, 0, 0, 0, 0, 0])), /version 2/);
  const whole = regression.encode(regression.empty());
  assert.throws(() => regression.decode(whole.subarray(0, -1)), RangeError);
  assert.throws(() => regression.decode(new Uint8Array([...whole, 0])), RangeError);
});

function stored(state: RegressionState): RegressionState {
  return regression.decode(regression.encode(state));
}
