import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { adwin } from '../../src/stats/adwin.ts';
import type { ChangeDetector } from '../../src/stats/change-detector.ts';
import { cusum } from '../../src/stats/cusum.ts';
import { ddm } from '../../src/stats/ddm.ts';
import { kswin } from '../../src/stats/kswin.ts';
import { kolmogorovSmirnov } from '../../src/stats/two-sample-tests.ts';
import { pageHinkley } from '../../src/stats/page-hinkley.ts';
import { uniforms } from './stream.ts';

fc.configureGlobal({ seed: 20_010_201 });

/** 0 or 1, from .2 to .35 half-way. */
function streamA(): number[] {
  const u = uniforms(42);
  return Array.from({ length: 3000 }, (_, i) => (u() < (i < 1500 ? 0.2 : 0.35) ? 1 : 0));
}

/** Uniform, half-way up by .5. */
function streamB(): number[] {
  const u = uniforms(42);
  return Array.from({ length: 3000 }, (_, i) => u() + (i < 1500 ? 0 : 0.5));
}

/** No change: 100,000 × Bernoulli(.2). */
function quiet(): number[] {
  const u = uniforms(7);
  return Array.from({ length: 100_000 }, () => (u() < 0.2 ? 1 : 0));
}

function changes<S>(
  detector: ChangeDetector<S>,
  stream: readonly number[],
  state = detector.empty(),
): number[] {
  return stream.flatMap((x, i) => (detector.add(state, x) === undefined ? [] : [i]));
}

test('ADWIN sees the reference changes, as published and as River’s class', () => {
  const [core, wrapper] = [adwin({ afterChange: 'keep' }), adwin({ afterChange: 'drop' })];
  const [kept, dropped] = [core.empty(), wrapper.empty()];
  assert.deepEqual(changes(core, streamA(), kept), [1663, 1695, 1727, 1951]);
  assert.deepEqual(changes(wrapper, streamA(), dropped), [1663]);
  assert.deepEqual([kept.width, kept.total, kept.squares.toFixed(8)], [1656, 546, '365.97826087']);
  assert.deepEqual([dropped.width, dropped.total, dropped.squares.toFixed(8)], [1336, 465, '303.15494012']);
  assert.deepEqual(changes(core, streamB()), [1567, 1599, 1631]);
  assert.deepEqual(changes(wrapper, streamB()), [1567]);
  assert.deepEqual(changes(core, quiet()), []);
  assert.deepEqual(
    changes(adwin({ afterChange: 'keep', clock: 1 }), streamA()),
    [1641, 1643, 1652, 1674, 1677, 1690, 1719, 1760, 1763],
  );
});

test('Page-Hinkley sees the reference changes, on one side and on both', () => {
  const [rise, both] = [pageHinkley({ sides: 'rise' }), pageHinkley({ sides: 'both' })];
  assert.deepEqual(changes(rise, streamA()), [1772]);
  assert.deepEqual(changes(both, streamA()), [1771]);
  assert.deepEqual(changes(rise, streamB()), [1607]);
  assert.deepEqual(changes(both, streamB()), [1606]);
  assert.deepEqual(changes(rise, quiet()), []);
});

test('Page-Hinkley on both sides sees a fall, on one side not', () => {
  const falling = streamB().map((x) => -x);
  assert.deepEqual(changes(pageHinkley({ sides: 'both' }), falling).length, 1);
  assert.deepEqual(changes(pageHinkley({ sides: 'rise' }), falling), []);
});

test('DDM and CUSUM see the reference changes', () => {
  assert.deepEqual(changes(ddm(), streamA()), [1727, 1772]);
  assert.deepEqual(changes(ddm(), quiet()), []);
  assert.deepEqual(changes(cusum(), streamA()), [1541, 1592, 1691, 1764]);
  assert.deepEqual(changes(cusum(), streamB()), [1503, 1597, 1762, 1843]);
  // Five standard deviations are not many: why it is a mark on a chart and no alarm
  assert.equal(changes(cusum(), quiet()).length, 140);
});

test('CUSUM that has seen one value only goes on learning, and sees the change after it', () => {
  const stream = [...Array.from({ length: 500 }, () => 3), ...streamB()];
  assert.deepEqual(changes(cusum(), stream).at(0), 501);
});

test('KSWIN compares the young with all the older ones, as a window sorted anew each time would', () => {
  const level = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.double({ min: 0, max: 3, noNaN: true }));
  fc.assert(
    fc.property(fc.array(level, { minLength: 20, maxLength: 300, size: 'max' }), (stream) => {
      const detector = kswin({ alpha: 0.05, windowCount: 40, youngCount: 15 });
      const state = detector.empty();
      let window: number[] = [];
      for (const x of stream) {
        window.push(x);
        if (window.length > 40) window.shift();
        let expected = false;
        if (window.length === 40) {
          const old = window.slice(0, 25).toSorted((a, b) => a - b);
          const young = window.slice(25).toSorted((a, b) => a - b);
          const limit = Math.sqrt((-Math.log(0.025) / 2) * (1 / 25 + 1 / 15));
          expected = kolmogorovSmirnov(old, young) > limit;
          if (expected) window = window.slice(25);
        }
        assert.equal(detector.add(state, x), expected ? 'difference' : undefined);
        assert.deepEqual(state.window, window);
      }
    }),
  );
  assert.deepEqual(changes(kswin(), streamB()).at(0), 1514);
});

test('kolmogorovSmirnov() agrees with scipy.stats.ks_2samp', () => {
  // scipy 1.10.1: ks_2samp([0, 1, 1, 2, 5], [1, 3, 3, 4, 6, 6, 7]).statistic
  assert.ok(Math.abs(kolmogorovSmirnov([0, 1, 1, 2, 5], [1, 3, 3, 4, 6, 6, 7]) - 0.6571428571428571) < 1e-15);
  assert.equal(kolmogorovSmirnov([1, 2], [1, 2]), 0);
  assert.equal(kolmogorovSmirnov([1, 2], [3]), 1);
  assert.throws(() => kolmogorovSmirnov([], [3]), RangeError);
});

test('the window of ADWIN holds width, total and squares of its last observations', () => {
  const level = fc.double({ min: -5, max: 5, noNaN: true });
  const stream = fc.tuple(
    fc.array(level, { maxLength: 300, size: 'max' }),
    fc.double({ min: -9, max: 9, noNaN: true }),
  );
  fc.assert(
    fc.property(stream, ([values, step]) => {
      const xs = [...values, ...values.map((x) => x + step)];
      const detector = adwin({ afterChange: 'keep', clock: 8 });
      const state = detector.empty();
      changes(detector, xs, state);
      const window = xs.slice(xs.length - state.width);
      const total = window.reduce((sum, x) => sum + x, 0);
      const squares = window.reduce((sum, x) => sum + (x - total / window.length) ** 2, 0);
      assert.ok(Math.abs(state.total - total) < 1e-9 && Math.abs(state.squares - squares) < 1e-7);
      assert.equal(
        state.rows.reduce((width, row, i) => width + (row.length / 2) * 2 ** i, 0),
        state.width,
      );
    }),
  );
});

test('ADWIN takes blocks as it takes their observations one by one: the same changes and states', () => {
  const u = uniforms(9);
  const stream = Float64Array.from({ length: 20_000 }, (_, i) => u() + Math.floor(i / 1500) * 0.3);
  for (const options of [
    { afterChange: 'keep' },
    { afterChange: 'drop', delta: 0.1 },
    { afterChange: 'keep', clock: 1 },
    { afterChange: 'keep', clock: 1000 },
  ] as const) {
    const detector = adwin(options);
    const [alone, inBlocks] = [detector.empty(), detector.empty()];
    const seen: (readonly [index: number, change: string])[] = [];
    const expected: (readonly [index: number, change: string])[] = [];
    for (let from = 0; from < stream.length;) {
      const block = stream.slice(from, from + 1 + Math.floor(300 * u()));
      detector.addAll!(inBlocks, block, block.length, (index, change) => seen.push([from + index, change]));
      for (const [index, observation] of block.entries()) {
        const change = detector.add(alone, observation);
        if (change !== undefined) expected.push([from + index, change]);
      }
      assert.deepEqual(inBlocks, alone);
      from += block.length;
    }
    assert.ok(expected.length > 5);
    assert.deepEqual(seen, expected);
    assert.throws(() => detector.addAll!(inBlocks, Float64Array.of(1, Infinity), 2, () => {}), RangeError);
    assert.deepEqual(inBlocks, alone, 'of a block that cannot be nothing is taken');
  }
});

const ALL: readonly ChangeDetector<unknown>[] = [
  adwin({ afterChange: 'keep' }),
  pageHinkley({ sides: 'both' }),
  ddm(),
  cusum(),
  kswin(),
] as ChangeDetector<unknown>[];

for (const detector of ALL) {
  test(`${detector.name} refuses what is not finite, and goes on from a state written down as JSON`, () => {
    const state = detector.empty();
    for (const bad of [Number.NaN, Infinity, -Infinity]) {
      assert.throws(() => detector.add(state, bad), RangeError);
    }
    assert.deepEqual(state, detector.empty());
    const stream = streamA();
    const first = changes(detector, stream.slice(0, 1600), state);
    const restored: unknown = JSON.parse(JSON.stringify(state));
    const rest = changes(detector, stream.slice(1600), restored).map((i) => i + 1600);
    assert.deepEqual([...first, ...rest], changes(detector, stream));
  });
}

test('DDM refuses what is no error, KSWIN a window that cannot be compared', () => {
  assert.throws(() => ddm().add(ddm().empty(), 1.5), RangeError);
  assert.throws(() => kswin({ windowCount: 40, youngCount: 30 }), RangeError);
  assert.throws(() => kswin({ alpha: 0 }), RangeError);
});
