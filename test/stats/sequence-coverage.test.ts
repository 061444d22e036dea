/**
 * How often a 95 % sequence misses at any look: 2,000 runs, looks at every n to 10,000. The rates are in
 * docs/statistics.md; what a sequence does not promise is printed, not asserted.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asymptoticRhoSquared, unitMargin } from '../../src/stats/asymptotic-sequence.ts';
import { betting } from '../../src/stats/betting.ts';
import { empiricalBernstein } from '../../src/stats/empirical-bernstein.ts';
import { gammaExponentialBound, oneSidedRho } from '../../src/stats/gamma-exponential-mixture.ts';
import { predictableBet, predictableMixture } from '../../src/stats/predictable-mixture.ts';
import { randoms } from './stream.ts';

const ALPHA = 0.05;
const RUNS = 2000;
const LOOKS = 10_000;
/** α and three standard errors. */
const RATE_MAX = ALPHA + 3 * Math.sqrt((ALPHA * (1 - ALPHA)) / RUNS);
const UNIT = { low: 0, high: 1 };

/** The probability of a 1 as observation `i` comes. */
const MEANS: Readonly<Record<string, (i: number) => number>> = {
  'constant .1': () => 0.1,
  'constant .01': () => 0.01,
  'a step from .1 to .5': (i) => (i < LOOKS / 2 ? 0.1 : 0.5),
  'linear from .1 to .5': (i) => 0.1 + (0.4 * i) / LOOKS,
};

/** One run: told each observation and the mean it was drawn with, answers whether the interval misses. */
type Look = (x: number, mean: number) => boolean;

function missRate(meanAt: (i: number) => number, start: () => Look, runs = RUNS): number {
  const u = randoms(20_010_201);
  let misses = 0;
  for (let run = 0; run < runs; run++) {
    const miss = start();
    for (let i = 0; i < LOOKS; i++) {
      const mean = meanAt(i);
      if (!miss(u() < mean ? 1 : 0, mean)) continue;
      misses++;
      break;
    }
  }
  return misses / runs;
}

/** u(V) at V = 0, 1, 2, …: between two of them only what lies between their bounds has to be asked for. */
const BOUNDS = Float64Array.from({ length: LOOKS + 2 }, (_, v) => bound(v));

function bound(variance: number): number {
  return gammaExponentialBound(variance, Math.log(2 / ALPHA), { rho: oneSidedRho(25, ALPHA / 2), scale: 1 });
}

function bernsteinLook(): Look {
  const sequence = empiricalBernstein({ alpha: ALPHA, bounds: UNIT });
  const state = sequence.empty();
  let means = 0;
  return (x, mean) => {
    sequence.add(state, x);
    means += mean;
    const off = Math.abs(state.sum - means);
    const v = Math.floor(state.variance);
    return off > BOUNDS[v]! && (off > BOUNDS[v + 1]! || off > bound(state.variance));
  };
}

for (const [name, meanAt] of Object.entries(MEANS)) {
  test(`empirical Bernstein covers the running mean at every look: ${name}`, (t) => {
    const rate = missRate(meanAt, bernsteinLook);
    t.diagnostic(`missed in ${(100 * rate).toFixed(2)} % of runs, 5 % allowed`);
    assert.ok(rate <= RATE_MAX, `${rate}`);
  });
}

test('the quick look of this file is the interval of the sequence itself', () => {
  const u = randoms(3);
  for (let run = 0; run < 40; run++) {
    const sequence = empiricalBernstein({ alpha: ALPHA, bounds: UNIT });
    const state = sequence.empty();
    const look = bernsteinLook();
    // A mean claimed too high: the look has to miss exactly when the interval does
    const claimed = 0.1 + run / 100;
    for (let i = 0; i < 300; i++) {
      const x = u() < 0.1 ? 1 : 0;
      sequence.add(state, x);
      const { low, high } = sequence.interval(state)!;
      assert.equal(look(x, claimed), claimed < low || claimed > high, `${claimed} at ${i}`);
    }
  }
});

function mixtureLook(target: 'weighted mean' | 'running mean'): () => Look {
  return () => {
    const sequence = predictableMixture({ alpha: ALPHA, bounds: UNIT });
    const state = sequence.empty();
    let [means, weights] = [0, 0];
    return (x, mean) => {
      const weight =
        target === 'running mean' ? 1 : Math.min(0.5, predictableBet(state, Math.log(2 / ALPHA)));
      means += weight * mean;
      weights += weight;
      sequence.add(state, x);
      const { low, high } = sequence.interval(state)!;
      return means / weights < low || means / weights > high;
    };
  };
}

for (const [name, meanAt] of Object.entries(MEANS)) {
  test(`the predictable mixture covers its weighted mean at every look: ${name}`, (t) => {
    const rate = missRate(meanAt, mixtureLook('weighted mean'));
    t.diagnostic(`missed in ${(100 * rate).toFixed(2)} % of runs, 5 % allowed`);
    assert.ok(rate <= RATE_MAX, `${rate}`);
    const running = missRate(meanAt, mixtureLook('running mean'), 300);
    t.diagnostic(`the running mean, which it does not promise: missed in ${(100 * running).toFixed(1)} %`);
  });
}

for (const mean of [0.1, 0.5]) {
  test(`betting covers a constant mean at every look: constant ${mean}`, (t) => {
    // A coarse grid that has the mean on it: whether it is kept does not depend on the others
    const breaks = 10;
    const sequence = betting({ alpha: ALPHA, bounds: UNIT, breaks });
    const at = Math.round(mean * breaks);
    const rate = missRate(
      () => mean,
      () => {
        const state = sequence.empty();
        return (x) => {
          sequence.add(state, x);
          return Math.max(state.above[at]!, state.below[at]!) >= 2 / ALPHA;
        };
      },
    );
    t.diagnostic(`missed in ${(100 * rate).toFixed(2)} % of runs, 5 % allowed`);
    assert.ok(rate <= RATE_MAX, `${rate}`);
  });
}

/** Sums of 0 and 1: the mean and the variance are all there is. */
function normalLook(firstLook: number, margin: (count: number) => number): () => Look {
  return () => {
    let [count, sum, means] = [0, 0, 0];
    return (x, mean) => {
      count++;
      sum += x;
      means += mean;
      const average = sum / count;
      const deviation = Math.sqrt(average * (1 - average));
      return count >= firstLook && Math.abs(sum - means) > count * deviation * margin(count);
    };
  };
}

test('beside them, printed only: the asymptotic sequence and the interval for one look, from n = 100 on', (t) => {
  const square = asymptoticRhoSquared(1000, ALPHA);
  for (const [name, meanAt] of Object.entries(MEANS)) {
    const asymptotic = missRate(
      meanAt,
      normalLook(100, (n) => unitMargin(n, square, ALPHA)),
    );
    const fixed = missRate(
      meanAt,
      normalLook(100, (n) => 1.959963984540054 / Math.sqrt(n)),
    );
    t.diagnostic(
      `${name}: asymptotic missed in ${(100 * asymptotic).toFixed(1)} %, a 95 % Wald interval in ${(100 * fixed).toFixed(1)} %`,
    );
    // That simulations can tell a broken promise from a kept one
    assert.ok(fixed > 0.3, `${fixed}`);
  }
});
