import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bitLength, dyadic, minus, plus, ratio, times, toNumber } from '../../src/stats/dyadic.ts';

fc.configureGlobal({ seed: 20_010_201 });

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

test('every finite double comes back as it was', () => {
  fc.assert(fc.property(finite, (value) => assert.equal(toNumber(dyadic(value)), value + 0)));
});

test('sums, differences, products and quotients of two doubles round as IEEE 754 does', () => {
  fc.assert(
    fc.property(finite, finite, (a, b) => {
      const [x, y] = [dyadic(a), dyadic(b)];
      assert.equal(toNumber(plus(x, y)), a + b + 0);
      assert.equal(toNumber(minus(x, y)), a - b + 0);
      assert.equal(Math.abs(toNumber(times(x, y))), Math.abs(a * b));
      if (b !== 0) assert.equal(Math.abs(ratio(x, y)), Math.abs(a / b));
    }),
    { numRuns: 2000 },
  );
});

test('a tie goes to the even neighbour, and a sticky bit far below decides it', () => {
  const half = { units: (1n << 53n) + 1n, exponent: 0 };
  assert.equal(toNumber(half), 2 ** 53);
  assert.equal(toNumber({ units: (half.units << 400n) + 1n, exponent: -400 }), 2 ** 53 + 2);
  assert.equal(toNumber({ units: 3n, exponent: -1075 }), 2 ** -1073);
  assert.equal(toNumber({ units: 1n, exponent: -1075 }), 0);
});

test('what is larger than any double is infinite, what is smaller 0', () => {
  assert.equal(toNumber({ units: 1n, exponent: 1024 }), Infinity);
  assert.equal(toNumber({ units: -1n, exponent: 5000 }), -Infinity);
  assert.equal(toNumber({ units: 1n, exponent: -5000 }), 0);
});

test('not finite, and division by zero, are refused', () => {
  assert.throws(() => dyadic(Number.NaN), RangeError);
  assert.throws(() => dyadic(Infinity), RangeError);
  assert.throws(() => ratio(dyadic(1), dyadic(0)), RangeError);
});

test('bitLength() counts as a binary text does', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 1n << 300n }), (n) =>
      assert.equal(bitLength(n), n.toString(2).length),
    ),
  );
  assert.equal(bitLength(0n), 0);
});
