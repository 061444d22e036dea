import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { numbersToTable, rowsToTable } from '../../src/model/table.ts';

const named = { featureCount: 3, featureNames: ['age', 'city', 'vip'] };
const plain = { featureCount: 2, featureNames: undefined };

void it('rowsToTable() puts named features into the order of the model', () => {
  const table = rowsToTable([{ vip: true, age: 40, city: 'Oslo' }], named);
  assert.deepEqual([...table.values], [40, NaN, 1]);
  assert.deepEqual(table.cells?.get(1), ['Oslo']);
  assert.deepEqual(table.cells?.get(2), [true]);
  assert.equal(table.refused.size, 0);
});

void it('rowsToTable() refuses only the row whose features do not fit, and names the feature', () => {
  const table = rowsToTable(
    [
      { age: 1, city: 'Oslo', vip: false },
      { age: 1, vip: false },
      { age: 1, city: 'Oslo', vip: false, extra: 3 },
      [1, 2],
      { age: Infinity, city: 'Oslo', vip: false },
      [2, 'Rome', null],
    ],
    named,
  );
  assert.deepEqual(
    [...table.refused],
    [
      [1, "lacks the feature 'city'"],
      [2, "has the feature 'extra', which the model does not know"],
      [3, 'has 2 features where the model takes 3'],
      [4, "feature 'age' is infinite"],
    ],
  );
  assert.equal(table.values[15], 2);
  assert.deepEqual(table.cells?.get(1)?.[5], 'Rome');
});

void it('rowsToTable() leaves columns aside that the model does not know, where a data file may have them', () => {
  const row = { age: 1, city: 'Oslo', vip: false, id: 'x' };
  assert.equal(rowsToTable([row], named, { extraColumns: 'ignore' }).refused.size, 0);
});

void it('rowsToTable() takes null and NaN for a missing value', () => {
  const table = rowsToTable([[null, NaN]], plain);
  assert.deepEqual([...table.values], [NaN, NaN]);
  assert.equal(table.cells, undefined);
});

void it('rowsToTable() does not take an inherited property for a feature', () => {
  const shape = { featureCount: 1, featureNames: ['constructor'] };
  assert.deepEqual([...rowsToTable([{}], shape).refused.values()], ["lacks the feature 'constructor'"]);
});

void it('rowsToTable() keeps every cell of a column that holds a text anywhere', () => {
  const cell = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string(),
    fc.boolean(),
    fc.constant(null),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1 }), (rows) => {
      const table = rowsToTable(rows, plain);
      for (const [row, cells] of rows.entries()) {
        for (const [column, expected] of cells.entries()) {
          const beside = table.cells?.get(column);
          const value = table.values[row * 2 + column] as number;
          const found = beside === undefined ? (Number.isNaN(value) ? null : value) : beside[row];
          assert.ok(Object.is(found, expected));
        }
      }
    }),
  );
});

void it('rowsToTable() of no rows is an empty table', () => {
  assert.deepEqual(rowsToTable([], plain).rows, 0);
});

void it('numbersToTable() refuses numbers that do not make rows', () => {
  assert.throws(() => numbersToTable(new Float64Array(3), 2), RangeError);
});
