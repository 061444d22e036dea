import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { dyadic, plus, times, toNumber, ZERO } from '../../src/stats/dyadic.ts';
import {
  add,
  addProduct,
  addWeightedSquare,
  emptySum,
  exactly,
  mergeSum,
  sumOf,
  valueOf,
} from '../../src/stats/exact-sum.ts';
import type { ExactSum } from '../../src/stats/exact-sum.ts';
import { uniforms } from './stream.ts';

fc.configureGlobal({ seed: 20_010_201 });

interface Case {
  seed: number;
  count: number;
  exponents: [number, number];
  sum: number;
  squares: number | null;
  weighted_squares: number | null;
}

const golden = JSON.parse(readFileSync(new URL('oracles/exact_sum.json', import.meta.url), 'utf8')) as Case[];

/** As oracles/exact_sum.py makes them. */
function doubles({ seed, count, exponents }: Case): number[] {
  const u = uniforms(seed);
  const view = new DataView(new ArrayBuffer(8));
  return Array.from({ length: count }, () => {
    const field = exponents[0] + Math.floor(u() * (exponents[1] - exponents[0] + 1));
    const sign = Math.floor(u() * 2);
    view.setUint32(0, ((sign << 31) | (field << 20) | Math.floor(u() * 2 ** 20)) >>> 0);
    view.setUint32(4, Math.floor(u() * 2 ** 32));
    return view.getFloat64(0);
  });
}

for (const oracle of golden) {
  const { seed, count, exponents } = oracle;
  test(`${count} doubles of exponents ${exponents.join(' to ')} (seed ${seed}) sum as Python's fractions do`, () => {
    const values = doubles(oracle);
    const [sum, squares, weighted] = [emptySum(), emptySum(), emptySum()];
    for (const [i, value] of values.entries()) {
      add(sum, value);
      if (oracle.squares === null) continue;
      addProduct(squares, value, value);
      addWeightedSquare(weighted, values[(i + 1) % count]!, value);
    }
    assert.equal(valueOf(sum), oracle.sum);
    assert.equal(valueOf(squares), oracle.squares ?? 0);
    assert.equal(valueOf(weighted), oracle.weighted_squares ?? 0);
  });
}

const number = fc.oneof(
  fc.double({ min: -1e100, max: 1e100, noNaN: true }),
  fc.double({ min: -1000, max: 1000, noNaN: true }),
  fc.constantFrom(0, -0, 5e-324, -5e-324, 1e100, -1e100, 1, -1, 2 ** -1022),
);

test('any order of adding, taking out and merging gives the same exact sum', () => {
  const history = fc.array(
    fc.record({ value: number, writer: fc.nat(3), takenOutBy: fc.option(fc.nat(3)) }),
    {
      maxLength: 60,
    },
  );
  fc.assert(
    fc.property(history, fc.infiniteStream(fc.nat()), (rows, order) => {
      const plain = emptySum();
      for (const { value, takenOutBy } of rows) if (takenOutBy === null) add(plain, value);

      const writers = Array.from({ length: 4 }, emptySum);
      const steps = rows.flatMap(({ value, writer, takenOutBy }) => [
        () => add(writers[writer]!, value),
        ...(takenOutBy === null ? [] : [() => add(writers[takenOutBy]!, -value)]),
      ]);
      for (const step of shuffled(steps, order)) step();
      const merged = emptySum();
      for (const writer of shuffled(writers, order)) mergeSum(merged, writer);

      assertSame(merged, plain);
    }),
  );
});

test('products of two and of three keep every bit, however small', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(number, number), { maxLength: 20 }), (pairs) => {
      const [products, squares] = [emptySum(), emptySum()];
      let [exactProducts, exactSquares] = [ZERO, ZERO];
      for (const [a, b] of pairs) {
        const weight = Math.max(-1e50, Math.min(1e50, a));
        addProduct(products, a, b);
        addWeightedSquare(squares, weight, b);
        exactProducts = plus(exactProducts, times(dyadic(a), dyadic(b)));
        exactSquares = plus(exactSquares, times(dyadic(weight), times(dyadic(b), dyadic(b))));
      }
      assert.equal(valueOf(products), toNumber(exactProducts));
      assert.equal(difference(products, exactProducts), 0n);
      assert.equal(difference(squares, exactSquares), 0n);
    }),
  );
});

test('a sum written down exactly and read back is the same sum', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(number, number)), (pairs) => {
      const sum = emptySum();
      for (const [a, b] of pairs) addProduct(sum, a, b);
      assertSame(sumOf(exactly(sum)), sum);
    }),
  );
  assert.throws(() => sumOf({ units: 1n, exponent: -4000 }), RangeError);
  assert.throws(() => sumOf({ units: 1n, exponent: 900 }), RangeError);
});

test('a million large and small numbers that cancel leave nothing, through many carries', () => {
  const u = uniforms(7);
  const values = Array.from({ length: 300_000 }, () => (u() - 0.5) * 2 ** Math.floor(u() * 1200 - 900));
  const sum = emptySum();
  for (const value of values) add(sum, value);
  const before = valueOf(sum);
  for (let round = 0; round < 2; round++) {
    for (const value of values) addWeightedSquare(sum, 0.3, value);
    for (const value of values.toReversed()) addWeightedSquare(sum, -0.3, value);
  }
  assert.equal(valueOf(sum), before);
  for (const value of values) add(sum, -value);
  assert.equal(valueOf(sum), 0);
  assert.equal(exactly(sum).units, 0n);
});

test('nothing added is 0, never −0', () => {
  const sum = emptySum();
  assert.equal(valueOf(sum), 0);
  add(sum, -0);
  assert.ok(Object.is(valueOf(sum), 0));
});

function assertSame(actual: ExactSum, expected: ExactSum): void {
  assert.equal(valueOf(actual), valueOf(expected));
  assert.equal(difference(actual, exactly(expected)), 0n);
}

function difference(sum: ExactSum, { units, exponent }: { units: bigint; exponent: number }): bigint {
  return plus(exactly(sum), { units: -units, exponent }).units;
}

function shuffled<T>(items: readonly T[], order: { next(): IteratorResult<number> }): T[] {
  const left = [...items];
  const out: T[] = [];
  while (left.length > 0) out.push(...left.splice(Number(order.next().value) % left.length, 1));
  return out;
}
