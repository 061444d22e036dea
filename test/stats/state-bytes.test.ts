import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { plus } from '../../src/stats/dyadic.ts';
import { StateReader, StateWriter } from '../../src/stats/state-bytes.ts';

fc.configureGlobal({ seed: 20_010_201 });

test('integers, doubles, text and exact numbers come back as they were', () => {
  const integers = fc.array(fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -200, max: 200 })));
  const exacts = fc.array(
    fc.record({ units: fc.bigInt({ min: -(1n << 200n), max: 1n << 200n }), exponent: fc.integer() }),
  );
  fc.assert(
    fc.property(
      integers,
      fc.array(fc.double()),
      fc.array(fc.string({ unit: 'binary' })),
      exacts,
      (a, b, c, d) => {
        const writer = new StateWriter();
        for (const value of a) writer.integer(value);
        for (const value of b) writer.double(value);
        for (const value of c) writer.text(value);
        for (const value of d) writer.exact(value);
        const reader = new StateReader(writer.finish());
        for (const value of a) assert.equal(reader.integer(), value + 0);
        for (const value of b) assert.ok(Object.is(reader.double(), value));
        for (const value of c) assert.equal(reader.text(), value);
        for (const { units, exponent } of d) {
          assert.equal(plus(reader.exact(), { units: -units, exponent }).units, 0n);
        }
        reader.end();
      },
    ),
  );
});

test('one number has one form: trailing zeros do not show', () => {
  const bytes = (units: bigint, exponent: number): Uint8Array => {
    const writer = new StateWriter();
    writer.exact({ units, exponent });
    return writer.finish();
  };
  assert.deepEqual(bytes(12n, 5), bytes(3n, 7));
  assert.deepEqual(bytes(0n, 5), bytes(0n, 7));
});

test('bytes that end early, go on or cannot be are refused', () => {
  const writer = new StateWriter();
  writer.exact({ units: 1n << 90n, exponent: -7 });
  writer.text('héron');
  writer.double(1.5);
  const whole = writer.finish();
  for (let length = 0; length < whole.length; length++) {
    const reader = new StateReader(whole.subarray(0, length));
    assert.throws(() => [reader.exact(), reader.text(), reader.double()], RangeError);
  }
  assert.throws(() => new StateReader(whole).end(), RangeError);
  assert.throws(() => new StateReader(new Uint8Array(20).fill(255)).integer(), RangeError);
  assert.throws(() => new StateWriter().integer(0.5), RangeError);
  assert.throws(() => new StateWriter().integer(Number.NaN), RangeError);
});
