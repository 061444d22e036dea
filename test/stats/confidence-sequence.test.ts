import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { asymptoticRhoSquared, asymptoticSequence, unitMargin } from '../../src/stats/asymptotic-sequence.ts';
import { betting } from '../../src/stats/betting.ts';
import type { ConfidenceSequence, Interval } from '../../src/stats/confidence-sequence.ts';
import { empiricalBernstein } from '../../src/stats/empirical-bernstein.ts';
import { predictableMixture } from '../../src/stats/predictable-mixture.ts';
import { uniforms } from './stream.ts';

type Looks = Readonly<Record<string, [number, number]>>;
/** Computed with the authors' package. */
const { cs, asympcs } = JSON.parse(
  readFileSync(new URL('oracles/references.json', import.meta.url), 'utf8'),
) as {
  cs: Readonly<Record<string, Looks>>;
  asympcs: Readonly<Record<string, number>>;
};

const UNIT = { low: 0, high: 1 };

/** Stream A: 0 or 1, from .2 to .35 half-way. Stream u: uniform. */
function intervals<S>(
  sequence: ConfidenceSequence<S>,
  stream: 'A' | 'u',
  looks: readonly number[],
): Interval[] {
  const state = sequence.empty();
  const u = uniforms(42);
  const found: Interval[] = [];
  for (let i = 0; i < Math.max(...looks); i++) {
    const x = u();
    sequence.add(state, stream === 'u' ? x : Number(x < (i < 1500 ? 0.2 : 0.35)));
    if (looks.includes(i + 1)) found.push(sequence.interval(state)!);
  }
  return found;
}

function assertLooks<S>(sequence: ConfidenceSequence<S>, stream: 'A' | 'u', expected: Looks): void {
  const looks = Object.keys(expected).map(Number);
  for (const [i, { low, high }] of intervals(sequence, stream, looks).entries()) {
    const [expectedLow, expectedHigh] = expected[looks[i]!]!;
    assert.ok(Math.abs(low - expectedLow) < 1e-12, `low at ${looks[i]}: ${low}`);
    assert.ok(Math.abs(high - expectedHigh) < 1e-12, `high at ${looks[i]}: ${high}`);
  }
}

test('the empirical-Bernstein sequence has the reference values of Howard et al., Theorem 4, on stream A', () => {
  const sequence = empiricalBernstein({ alpha: 0.05, bounds: UNIT });
  assertLooks(sequence, 'A', {
    100: [0.0666438525891537, 0.39335614741084635],
    500: [0.11883455646612673, 0.24116544353387326],
    1500: [0.14251706817247167, 0.212149598494195],
    3000: [0.23427321687164931, 0.2917267831283507],
  });
});

for (const stream of ['A', 'u'] as const) {
  test(`the predictable-mixture sequence agrees with its authors' on stream ${stream}`, () => {
    assertLooks(predictableMixture({ alpha: 0.05, bounds: UNIT }), stream, cs[`${stream}_empbern`]!);
  });

  test(`the betting sequence agrees with its authors' on a grid of 1000 on stream ${stream}`, () => {
    assertLooks(
      betting({ alpha: 0.05, bounds: UNIT, breaks: 1000 }),
      stream,
      cs[`${stream}_betting_breaks1000`]!,
    );
  });
}

test('the asymptotic sequence has the reference ρ², margins, and interval on stream A', () => {
  const square = asymptoticRhoSquared(500, 0.05);
  assert.ok(Math.abs(square - asympcs['rho2(t_opt=500,.05)']!) < 1e-15);
  for (const t of [10, 100, 500, 1500]) {
    assert.ok(Math.abs(unitMargin(t, square, 0.05) - asympcs[`std_margin_t${t}`]!) < 1e-12);
  }
  const sequence = asymptoticSequence({ alpha: 0.05, tightestAt: 500, firstLook: 100 });
  const [{ low, high }] = intervals(sequence, 'A', [1500]) as [Interval];
  assert.ok(Math.abs((high - low) / 2 - asympcs['margin_A_t1500']!) < 1e-12);
});

const BOUNDED = [
  empiricalBernstein({ alpha: 0.05, bounds: { low: -10, high: 30 } }),
  predictableMixture({ alpha: 0.05, bounds: { low: -10, high: 30 } }),
  betting({ alpha: 0.05, bounds: { low: -10, high: 30 }, breaks: 100 }),
] as ConfidenceSequence<unknown>[];

for (const sequence of BOUNDED) {
  test(`${sequence.method}: says nothing before an observation, stays in its bounds, refuses what is outside`, () => {
    const state = sequence.empty();
    assert.equal(sequence.interval(state), undefined);
    for (const bad of [-10.001, 30.001, Number.NaN, Infinity]) {
      assert.throws(() => sequence.add(state, bad), RangeError);
    }
    assert.deepEqual(state, sequence.empty());
    for (let i = 0; i < 400; i++) {
      sequence.add(state, i % 2 === 0 ? -10 : -5);
      const { low, high } = sequence.interval(state)!;
      assert.ok(low >= -10 && low <= -7.5 && high >= -7.5 && high <= 30, `[${low}, ${high}] after ${i + 1}`);
    }
    const { low, high } = sequence.interval(state)!;
    assert.ok(high - low < 8, `[${low}, ${high}]`);
  });

  test(`${sequence.method}: a state goes on after it was written down as data`, () => {
    const state = sequence.empty();
    for (let i = 0; i < 50; i++) sequence.add(state, i % 7);
    const copy = structuredClone(state);
    for (let i = 0; i < 50; i++) {
      sequence.add(state, i % 9);
      sequence.add(copy, i % 9);
    }
    assert.deepEqual(sequence.interval(copy), sequence.interval(state));
  });
}

test('the betting sequence has no interval once no constant mean goes with what came', () => {
  const sequence = betting({ alpha: 0.05, bounds: UNIT, breaks: 10 });
  const state = sequence.empty();
  for (let i = 0; i < 349; i++) sequence.add(state, i < 30 ? 0 : 1);
  assert.equal(sequence.interval(state), undefined);
});

test('the asymptotic sequence says nothing before its first look', () => {
  const sequence = asymptoticSequence({ alpha: 0.05, tightestAt: 500, firstLook: 30 });
  const state = sequence.empty();
  for (let i = 1; i <= 30; i++) {
    assert.equal(sequence.interval(state), undefined);
    sequence.add(state, i);
  }
  const { low, high } = sequence.interval(state)!;
  assert.ok(low < 15.5 && 15.5 < high);
  assert.throws(() => sequence.add(state, Number.NaN), RangeError);
});

test('levels, bounds and grids that cannot be are refused', () => {
  for (const alpha of [0, 0.5, -1, Number.NaN]) {
    assert.throws(() => empiricalBernstein({ alpha, bounds: UNIT }), RangeError);
    assert.throws(() => predictableMixture({ alpha, bounds: UNIT }), RangeError);
    assert.throws(() => asymptoticSequence({ alpha, tightestAt: 100, firstLook: 10 }), RangeError);
  }
  assert.throws(() => betting({ alpha: 0.05, bounds: { low: 1, high: 1 } }), RangeError);
  assert.throws(() => betting({ alpha: 0.05, bounds: { low: 0, high: Infinity } }), RangeError);
  assert.throws(() => betting({ alpha: 0.05, bounds: UNIT, breaks: 3 }), RangeError);
  assert.throws(() => asymptoticSequence({ alpha: 0.05, tightestAt: 0, firstLook: 10 }), RangeError);
});
