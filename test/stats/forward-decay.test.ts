import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { forwardDecay } from '../../src/stats/forward-decay.ts';
import { regression } from '../../src/stats/regression.ts';

const HALF_LIFE_MS = 1000;
const faded = forwardDecay(regression, HALF_LIFE_MS);

const timed = fc.record({
  timeMs: fc.integer({ min: 0, max: 100_000 }),
  outcome: fc.record({
    truth: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    prediction: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    weight: fc.option(fc.double({ min: 0.01, max: 5, noNaN: true }), { nil: undefined }),
  }),
});

test('an outcome counts half after each half-life', () => {
  const state = faded.empty();
  assert.deepEqual([faded.faded(state), faded.value(state)], [0, {}]);
  faded.add(state, { timeMs: 5000, outcome: { truth: 0, prediction: 4 } });
  faded.add(state, { timeMs: 7000, outcome: { truth: 0, prediction: 1 } });
  assert.equal(faded.faded(state), 1.25);
  assert.ok(Math.abs(faded.value(state)['mae']!.value - (4 * 0.25 + 1) / 1.25) < 1e-15);
  assert.equal(faded.value(state)['median_absolute_error'], undefined, 'a quantile has no weights');
});

test('fading is linear: any order, any split, taken out and stored again give the same bytes', () => {
  fc.assert(
    fc.property(fc.array(timed, { maxLength: 60 }), fc.array(timed, { maxLength: 20 }), (kept, gone) => {
      const one = faded.empty();
      for (const each of kept) faded.add(one, each);
      const [a, b] = [faded.empty(), faded.empty()];
      // What is taken out must not have made the time run: then older outcomes would be forgotten.
      const newestMs = kept.reduce((max, { timeMs }) => Math.max(max, timeMs), 0);
      const passing = gone.filter(({ timeMs }) => timeMs <= newestMs && kept.length > 0);
      for (const [i, each] of [...kept, ...passing].toReversed().entries()) faded.add(i % 2 ? a : b, each);
      for (const each of passing) faded.remove(a, each);
      const merged = faded.decode(faded.encode(b));
      faded.merge(merged, a);
      assert.deepEqual(faded.value(merged), faded.value(one));
      assert.equal(faded.faded(merged), faded.faded(one));
    }),
    { seed: 6 },
  );
});

test('what is forty half-lives old weighs nothing, and time that cannot be is refused', () => {
  const state = faded.empty();
  faded.add(state, { timeMs: 0, outcome: { truth: 0, prediction: 1000 } });
  faded.add(state, { timeMs: 41_000, outcome: { truth: 0, prediction: 1 } });
  assert.equal(faded.value(state)['mae']?.value, 1);
  faded.remove(state, { timeMs: 0, outcome: { truth: 0, prediction: 1000 } });
  assert.equal(faded.value(state)['mae']?.value, 1);
  assert.throws(() => faded.add(state, { timeMs: NaN, outcome: { truth: 0, prediction: 1 } }), RangeError);
  for (const bad of [0, -1, Infinity, NaN]) assert.throws(() => forwardDecay(regression, bad), RangeError);
});
