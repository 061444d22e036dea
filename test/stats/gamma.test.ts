import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gammaExponentialBound, logMixture, oneSidedRho } from '../../src/stats/gamma-exponential-mixture.ts';
import { erfc, incompleteGamma, logGamma } from '../../src/stats/gamma.ts';

const golden = JSON.parse(readFileSync(new URL('oracles/gamma.json', import.meta.url), 'utf8')) as {
  log_gamma: [number, number][];
  incomplete_gamma: [number, number, number, number][];
  erfc: [number, number][];
  bound: [number, number, number, number, number][];
};

function assertNear(found: number, expected: number, relative: number, what: string): void {
  assert.ok(
    Math.abs(found - expected) <= relative * Math.abs(expected) + 1e-300,
    `${what}: ${found} for ${expected}`,
  );
}

test('logGamma(), incompleteGamma() and erfc() agree with scipy.special', () => {
  for (const [a, expected] of golden.log_gamma) {
    assert.ok(Math.abs(logGamma(a) - expected) <= 1e-14 * Math.max(1, Math.abs(expected)), `ln Γ(${a})`);
  }
  for (const [a, x, p, q] of golden.incomplete_gamma) {
    const found = incompleteGamma(a, x);
    // Deep in a tail the last digits of x decide: 1e-16 of x is 1e-16·|x − a| of the logarithm
    const tail = 4e-12 + 4e-16 * Math.abs(x - a);
    if (p > 1e-280) assertNear(found.p, p, tail, `P(${a}, ${x})`);
    if (q > 1e-280) assertNear(found.q, q, tail, `Q(${a}, ${x})`);
  }
  for (const [z, expected] of golden.erfc) assertNear(erfc(z), expected, 1e-13, `erfc(${z})`);
});

test('the gamma-exponential boundary agrees with the published formula solved by scipy', () => {
  for (const [v, threshold, rho, scale, expected] of golden.bound) {
    assertNear(gammaExponentialBound(v, threshold, { rho, scale }), expected, 1e-10, `u(${v})`);
  }
});

test('the reference values of the confidence sequences’ authors are met', () => {
  assert.equal(oneSidedRho(25, 0.025), 3.150140244814085);
  const shape = { rho: oneSidedRho(100, 0.05), scale: 2 };
  assert.ok(Math.abs(gammaExponentialBound(100, Math.log(20), shape) - 33.02017022015203) < 1e-10);
  assert.ok(Math.abs(logMixture(10, 100, shape) + 0.24901647897554824) < 1e-10);
});

test('the boundary is smooth where the expansion for large variances takes over, and grows beyond', () => {
  const shape = { rho: 3.15, scale: 1 };
  const at = (v: number): number => gammaExponentialBound(v, Math.log(40), shape);
  for (const v of [996.84, 996.8499, 996.85, 996.8501, 996.86]) {
    assertNear(at(v), (at(v - 1) + at(v + 1)) / 2, 1e-6, `u(${v})`);
  }
  let last = 0;
  for (let v = 1; v < 1e13; v *= 10) {
    const next = at(v);
    assert.ok(next > last && next < 12 * Math.sqrt(v + 1), `u(${v}) = ${next}`);
    last = next;
  }
});

test('what cannot be is refused', () => {
  assert.throws(() => logGamma(0), RangeError);
  assert.throws(() => incompleteGamma(0, 1), RangeError);
  assert.throws(() => incompleteGamma(1, -1), RangeError);
  assert.throws(() => gammaExponentialBound(-1, 3, { rho: 1, scale: 1 }), RangeError);
  assert.throws(() => gammaExponentialBound(1, Number.NaN, { rho: 1, scale: 1 }), RangeError);
  assert.throws(() => oneSidedRho(25, 0.5), RangeError);
  assert.deepEqual(incompleteGamma(3, 0), { p: 0, q: 1 });
  assert.deepEqual(incompleteGamma(3, Infinity), { p: 1, q: 0 });
});
