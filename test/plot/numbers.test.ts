import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { distinctNames, shownName, withUnits } from '../../src/plot/charts/names.ts';
import { countOf, formatFigure, formatTick, roundTicks } from '../../src/plot/charts/numbers.ts';

test('formatFigure() gives three significant digits, in the way of the locale', () => {
  const figures = [43.2775, 18, 5, 0, 1234.5, 0.05781, 1.234e-7, 7.38e6, 2.5e9, -2.04];
  assert.deepEqual(
    figures.map((value) => formatFigure(value, 'en')),
    ['43.3', '18.0', '5', '0', '1,230', '0.0578', '1.23E-7', '7,380,000', '2.5E9', '-2.04'],
  );
  assert.equal(formatFigure(1234.5, 'de'), '1.230');
});

test('formatTick() is as short as the value allows', () => {
  assert.deepEqual(
    [0, 0.2, 20, 1_500_000, 2e-10].map((value) => formatTick(value, 'en')),
    ['0', '0.2', '20', '1,500,000', '2E-10'],
  );
});

test('countOf() knows one from many', () => {
  assert.equal(countOf(1, 'row', 'en'), '1 row');
  assert.equal(countOf(0, 'row', 'en'), '0 rows');
  assert.equal(countOf(10_000, 'row', 'en'), '10,000 rows');
});

test('roundTicks() begins at 0, stays within the end and steps evenly', () => {
  assert.deepEqual(roundTicks(88, 8), [0, 20, 40, 60, 80]);
  assert.deepEqual(roundTicks(0, 5), [0]);
  const size = fc.double({ min: 1e-300, max: 1e300, noNaN: true });
  fc.assert(
    fc.property(size, fc.integer({ min: 1, max: 20 }), (end, count) => {
      const ticks = roundTicks(end, count);
      assert.equal(ticks[0], 0);
      assert.ok((ticks.at(-1) ?? 0) <= end * (1 + 1e-9));
      assert.ok(ticks.length >= 1 && ticks.length <= count + 1);
      assert.ok(ticks.slice(1).every((tick, i) => tick > (ticks[i] ?? 0)));
    }),
  );
});

test('shownName() leaves the middle of a long name out, and never cuts a character apart', () => {
  assert.equal(shownName('abcdefghij', 5), 'ab…ij');
  assert.equal(shownName('short'), 'short');
  assert.equal(shownName('👩‍🔬👩‍🔬👩‍🔬👩‍🔬👩‍🔬', 3), '👩‍🔬…👩‍🔬');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 3, max: 30 }), (name, lengthMax) => {
      const shown = shownName(name, lengthMax);
      assert.ok(shown.isWellFormed());
      assert.ok(!/[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069\uFFFE\uFFFF]/u.test(shown));
      const length = [...new Intl.Segmenter().segment(shown)].length;
      assert.ok(length <= lengthMax + 1, `${length} characters of ${lengthMax}`);
    }),
  );
});

test('withUnits() names the unit once, and none where there is none', () => {
  assert.equal(withUnits('Absolute error', 'min'), 'Absolute error, min');
  assert.equal(withUnits('Absolute error', undefined), 'Absolute error');
  assert.equal(withUnits('Absolute error', ' '), 'Absolute error');
});

test('names that look alike once they are cut are told apart, others stay as they are', () => {
  const long = (end: string) => `${'a'.repeat(30)}${end}${'b'.repeat(30)}`;
  const [first, second, short] = distinctNames([long('1'), long('2'), 'linear'], 20);
  assert.match(first ?? '', /^1 · a+…b+$/);
  assert.match(second ?? '', /^2 · a+…b+$/);
  assert.equal(short, 'linear');
});
