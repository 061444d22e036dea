import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import fc from 'fast-check';
import { loadBytes } from '../../../src/model/load.ts';
import { applyAffine } from '../../../src/model/formats/sklearn/affine.ts';
import { numbersToTable } from '../../../src/model/table.ts';

const folder = join(import.meta.dirname, '../fixtures/sklearn-1.2.1');
const numbers = (length: number): fc.Arbitrary<Float64Array> =>
  fc.float64Array({ minLength: length, maxLength: length });

void it('applyAffine() adds each sum in the order of the columns, for any number of rows and outputs', () => {
  const cases = fc
    .record({
      rows: fc.nat(9),
      width: fc.integer({ min: 1, max: 5 }),
      outputs: fc.integer({ min: 1, max: 3 }),
    })
    .chain(({ rows, width, outputs }) =>
      fc.record({
        rows: fc.constant(rows),
        values: numbers(rows * width),
        affine: fc.record({
          width: fc.constant(width),
          outputs: fc.constant(outputs),
          weights: numbers(outputs * width),
          intercepts: numbers(outputs),
        }),
      }),
    );
  fc.assert(
    fc.property(cases, ({ rows, values, affine }) => {
      const { width, outputs, weights, intercepts } = affine;
      const expected = Array.from({ length: rows * outputs }, (_, at) => {
        const [row, output] = [Math.floor(at / outputs), at % outputs];
        let sum = 0;
        for (let column = 0; column < width; column++)
          sum += (values[row * width + column] ?? 0) * (weights[output * width + column] ?? 0);
        return sum + (intercepts[output] ?? 0);
      });
      assert.deepEqual([...applyAffine(affine, values, rows)], expected);
    }),
  );
});

void it('no sum is finite where a value is not, whatever its weight: a linear model need look no closer', () => {
  for (const weight of [0, -0, 1, -1, Number.MIN_VALUE, Number.MAX_VALUE, Infinity, NaN]) {
    for (const value of [NaN, Infinity, -Infinity]) {
      const affine = {
        outputs: 1,
        width: 3,
        weights: Float64Array.of(2, weight, 3),
        intercepts: Float64Array.of(1),
      };
      const [sum] = applyAffine(affine, Float64Array.of(1, value, -1), 1);
      assert.equal(Number.isFinite(sum), false, `${value} times ${weight}`);
    }
  }
});

for (const [file, missing] of [
  ['linear.p4.pkl', /feature 3 is missing \(NaN\), which LinearRegression/],
  ['scaled_linear.p4.pkl', /feature 3 is missing \(NaN\), which LinearRegression/],
] as const) {
  void it(`${file} refuses the rows that have a gap or an infinite value, and no others`, () => {
    const model = loadBytes(readFileSync(join(folder, file)));
    const values = new Float64Array(9 * 6).fill(0.5);
    values[1 * 6 + 2] = NaN;
    values[4 * 6 + 1] = -Infinity;
    values[8 * 6 + 5] = Infinity;
    const { refused } = model.predict(numbersToTable(values, 6));
    assert.deepEqual(new Set(refused.keys()), new Set([1, 4, 8]));
    assert.match(refused.get(1) ?? '', missing);
    assert.match(refused.get(4) ?? '', /feature 2 is infinite/);
    assert.match(refused.get(8) ?? '', /feature 6 is infinite/);
  });
}
