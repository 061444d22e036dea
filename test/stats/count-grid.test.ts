import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  addToGrid,
  CELLS,
  emptyGrid,
  gridCounts,
  mergeGrid,
  readGrid,
  writeGrid,
  type CountGrid,
} from '../../src/stats/count-grid.ts';
import { StateReader, StateWriter } from '../../src/stats/state-bytes.ts';

const NUMBER = fc.oneof(
  fc.double({ min: -1e3, max: 1e3, noNaN: true }),
  fc.double({ min: -1e100, max: 1e100, noNaN: true }),
  fc.constantFrom(0, -0, 1, -1, 5, 1e-300),
);
const PAIRS = fc.array(fc.tuple(NUMBER, NUMBER), { minLength: 1, maxLength: 60 });

test('every pair is counted once, in the cell that holds it', () => {
  fc.assert(
    fc.property(PAIRS, (pairs) => {
      const { x, y, counts } = gridCounts(gridOf(pairs))!;
      assert.ok(x.cells <= CELLS && y.cells <= CELLS);
      const zeroed = (value: number) => (Math.abs(value) < 2 ** -700 ? 0 : value);
      const expected = Array.from({ length: x.cells * y.cells }, () => 0);
      for (const [px, py] of pairs) {
        const [i, j] = [
          Math.floor(zeroed(px) / x.width) - x.from / x.width,
          Math.floor(zeroed(py) / y.width) - y.from / y.width,
        ];
        assert.ok(i >= 0 && i < x.cells && j >= 0 && j < y.cells);
        expected[j * x.cells + i]! += 1;
      }
      assert.deepEqual(counts, expected);
    }),
    { seed: 1 },
  );
});

test('the same pairs make the same grid in any order and over any number of merges', () => {
  fc.assert(
    fc.property(PAIRS, fc.nat(), (pairs, at) => {
      const cut = at % pairs.length;
      const merged = gridOf(pairs.slice(cut));
      mergeGrid(merged, gridOf(pairs.slice(0, cut)));
      for (const grid of [merged, gridOf(pairs.toReversed())])
        assert.deepEqual(bytesOf(grid), bytesOf(gridOf(pairs)));
    }),
    { seed: 2 },
  );
});

test('what was added and taken out again leaves no count, only the width that it needed', () => {
  fc.assert(
    fc.property(PAIRS, PAIRS, (stay, go) => {
      const [grid, all] = [gridOf([...stay, ...go]), gridOf([...stay, ...go])];
      for (const [x, y] of go) addToGrid(grid, x, y, -1);
      for (const [x, y] of stay) addToGrid(grid, x, y, -1);
      assert.equal(gridCounts(grid), undefined);
      mergeGrid(grid, all);
      assert.deepEqual(bytesOf(grid), bytesOf(all));
    }),
    { seed: 3 },
  );
});

test('a grid comes back from its bytes; other bytes are refused', () => {
  const grid = gridOf([
    [1, 2],
    [-70_000, 0.25],
    [1, 2],
  ]);
  const back = readGrid(new StateReader(bytesOf(grid)));
  assert.deepEqual(gridCounts(back), gridCounts(grid));
  assert.deepEqual(gridCounts(readGrid(new StateReader(bytesOf(emptyGrid())))), undefined);
  const writer = new StateWriter();
  writer.integer(1);
  for (const value of [Infinity, 0, 0, 0]) writer.double(value);
  assert.throws(() => readGrid(new StateReader(writer.finish())), RangeError);
});

test('an axis on which all is one number is narrow, and one of a small spread on a large number is fine', () => {
  const equal = gridCounts(
    gridOf([
      [5, 5],
      [5, 5],
    ]),
  )!;
  assert.deepEqual([equal.x.cells, equal.counts], [1, [2]]);
  assert.ok(equal.x.width <= 5 / 1024);
  const pressure = gridCounts(gridOf(Array.from({ length: 100 }, (_, i) => [1_013 + i / 20, 0])))!;
  assert.ok(pressure.x.cells >= 16, `${pressure.x.cells} cells`);
});

function gridOf(pairs: readonly (readonly [number, number])[]): CountGrid {
  const grid = emptyGrid();
  for (const [x, y] of pairs) addToGrid(grid, x, y, 1);
  return grid;
}

function bytesOf(grid: CountGrid): Uint8Array {
  const writer = new StateWriter();
  writeGrid(writer, grid);
  return writer.finish();
}
