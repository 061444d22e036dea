import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { cbpe, estimatedRocAuc } from '../../src/stats/cbpe.ts';

fc.configureGlobal({ seed: 20_010_201 });

const reference = (
  JSON.parse(readFileSync(new URL('oracles/references.json', import.meta.url), 'utf8')) as {
    cbpe: Record<string, number> & { p: number[] };
  }
).cbpe;

function estimated(scores: readonly number[]): Record<string, number | undefined> {
  const state = cbpe.empty();
  for (const score of scores) cbpe.add(state, { score, predicted: score >= 0.5 });
  return Object.fromEntries(Object.entries(cbpe.value(state)).map(([name, { value }]) => [name, value]));
}

test('accuracy, precision, recall and F1 are estimated as NannyML does', () => {
  const found = estimated(reference.p);
  for (const name of ['accuracy', 'precision', 'recall', 'f1'] as const) {
    assert.ok(Math.abs(found[`estimated_${name}`]! - reference[name]!) < 1e-12, name);
  }
});

test('the AUC is estimated over pairs of different rows', () => {
  assert.ok(Math.abs(estimatedRocAuc(Float64Array.from(reference.p))! - 0.8478073) < 5e-8);
  const scores = fc.array(
    fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0.25, 0.5, 1)),
    {
      minLength: 2,
      maxLength: 30,
    },
  );
  fc.assert(
    fc.property(scores, (p) => {
      let [won, pairs] = [0, 0];
      for (const [i, a] of p.entries()) {
        for (const [j, b] of p.entries()) {
          if (i === j) continue;
          pairs += a * (1 - b);
          won += a * (1 - b) * (a > b ? 1 : a === b ? 0.5 : 0);
        }
      }
      const found = estimatedRocAuc(Float64Array.from(p));
      if (pairs < 1e-9) return;
      assert.ok(Math.abs(found! - won / pairs) < 1e-6, `${found} for ${won / pairs}`);
    }),
  );
});

test('nothing to estimate from gives no estimate, and what is no probability is refused', () => {
  assert.deepEqual(estimated([]), {});
  assert.equal(estimated([0.1])['estimated_precision'], undefined);
  assert.equal(estimatedRocAuc(new Float64Array()), undefined);
  assert.equal(estimatedRocAuc(Float64Array.of(0.7)), undefined);
  assert.equal(estimatedRocAuc(Float64Array.of(1, 1)), undefined);
  assert.throws(() => estimated([1.1]), RangeError);
  assert.throws(() => estimatedRocAuc(Float64Array.of(Number.NaN)), RangeError);
});
