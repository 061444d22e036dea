import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { classification, classificationError, labels } from '../../src/stats/classification.ts';
import type { ClassificationOutcome } from '../../src/stats/classification.ts';

fc.configureGlobal({ seed: 20_010_201 });

test('accuracy and the mean absolute error of labels and of probabilities', () => {
  const state = classification.empty();
  classification.add(state, { truth: 'pear', prediction: 'pear' });
  classification.add(state, { truth: 'pear', prediction: 'apple' });
  assert.deepEqual(classification.value(state), { accuracy: { value: 0.5 }, mae: { value: 0.5 } });
  classification.add(state, {
    truth: 'pear',
    prediction: 'pear',
    proba: { pear: 0.75, apple: 0.25 },
    weight: 2,
  });
  assert.deepEqual(classification.value(state), { accuracy: { value: 0.75 }, mae: { value: 1.5 / 4 } });
  assert.deepEqual(labels(state), ['apple', 'pear']);
});

test('absolute_error is 1 − p(true class), or 0 or 1 without probabilities', () => {
  assert.equal(classificationError({ truth: 'a', prediction: 'a' }), 0);
  assert.equal(classificationError({ truth: 'a', prediction: 'b' }), 1);
  assert.equal(classificationError({ truth: 'a', prediction: 'b', proba: { a: 0.25, b: 0.75 } }), 0.75);
  assert.equal(classificationError({ truth: 'c', prediction: 'b', proba: { a: 0.25, b: 0.75 } }), 1);
  assert.equal(classificationError({ truth: 'toString', prediction: 'b', proba: { b: 1 } }), 1);
  for (const p of [-0.1, 1.1, Number.NaN]) {
    assert.throws(() => classificationError({ truth: 'a', prediction: 'a', proba: { a: p } }), RangeError);
  }
});

test('any order of adding, taking out, merging and storing gives the same bytes and figures', () => {
  const label = fc.constantFrom('yes', 'no', '1.0', '', '__proto__', '\ud800');
  const outcome: fc.Arbitrary<ClassificationOutcome> = fc.record({
    truth: label,
    prediction: label,
    proba: fc.option(fc.dictionary(label, fc.double({ min: 0, max: 1, noNaN: true })), { nil: undefined }),
    weight: fc.constantFrom(undefined, 0, 0.1, 3),
  });
  fc.assert(
    fc.property(fc.array(outcome), fc.array(outcome), (kept, taken) => {
      const plain = classification.empty();
      for (const each of kept) classification.add(plain, each);
      const [a, b] = [classification.empty(), classification.empty()];
      for (const each of taken) classification.remove(a, each);
      for (const each of [...taken, ...kept].toReversed()) classification.add(b, each);
      classification.merge(a, classification.decode(classification.encode(b)));
      assert.deepEqual(classification.value(a), classification.value(plain));
      assert.deepEqual(classification.encode(a), classification.encode(plain));
      assert.deepEqual(labels(a), labels(plain));
    }),
  );
});

test('nothing seen gives no figure, and bytes that are no state are refused', () => {
  assert.deepEqual(classification.value(classification.empty()), {});
  assert.deepEqual(labels(classification.empty()), []);
  const whole = classification.encode(classification.empty());
  assert.throws(() => classification.decode(whole.subarray(0, -1)), RangeError);
  assert.throws(() => classification.decode(new Uint8Array([4])), /version 2/);
  assert.throws(
    () => classification.add(classification.empty(), { truth: 'a', prediction: 'a', weight: -1 }),
    RangeError,
  );
});
