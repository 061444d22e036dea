import type { StateReader, StateWriter } from './state-bytes.ts';

/**
 * Pairs of numbers counted in a grid of at most `CELLS` × `CELLS` equal cells, whose edges are multiples of a power of
 * two. Where a pair lies outside, cells are added up two by two until all fit: their width is decided by the least and
 * the largest number that ever came, so counts are whole and exact, and the same in any order and over any number of
 * merges. What is taken out leaves the width as it is.
 */
export interface CountGrid {
  readonly x: GridAxis;
  readonly y: GridAxis;
  /** Along x, then y: `CELLS` in a line. Absent before the first pair. */
  counts: Float64Array | undefined;
}

/** One direction of a grid. */
export interface GridAxis {
  /** The least and the largest number that came; infinite before one. */
  min: number;
  max: number;
  /** The cell of `min` is the first: this many widths from 0. */
  first: number;
  /** A power of two. */
  width: number;
}

/** Cells along an axis, at most. */
export const CELLS = 64;

/** Cells are no narrower than this share of the largest number: what all lies on one point keeps an axis. */
const NARROWEST_SHARE = 2 ** -12;
/** Below this size a number counts as 0: divided by a wide cell it would be one. */
const SMALLEST = 2 ** -700;

/** Nothing counted yet. */
export function emptyGrid(): CountGrid {
  const axis = () => ({ min: Infinity, max: -Infinity, first: 0, width: 0 });
  return { x: axis(), y: axis(), counts: undefined };
}

/** Adds `count` (negative takes out) of a pair of finite numbers. The caller checks. */
export function addToGrid(grid: CountGrid, x: number, y: number, count: number): void {
  if (x < SMALLEST && x > -SMALLEST) x = 0;
  if (y < SMALLEST && y > -SMALLEST) y = 0;
  const ax = grid.x;
  const ay = grid.y;
  if (x < ax.min || x > ax.max || y < ay.min || y > ay.max) reach(grid, { x, y }, { x, y });
  const i = Math.floor(x / ax.width) - ax.first;
  const j = Math.floor(y / ay.width) - ay.first;
  grid.counts![j * CELLS + i]! += count;
}

/** Adds all of `other`, which stays as it is. */
export function mergeGrid(grid: CountGrid, other: CountGrid): void {
  if (other.counts === undefined) return;
  reach(grid, { x: other.x.min, y: other.y.min }, { x: other.x.max, y: other.y.max });
  addCells(grid, other);
}

/** What is in it, as large as it has to be; `undefined` when nothing is, or more was taken out than put in. */
export interface GridCounts {
  readonly x: { readonly from: number; readonly width: number; readonly cells: number };
  readonly y: { readonly from: number; readonly width: number; readonly cells: number };
  /** Along x, then y. */
  readonly counts: readonly number[];
}

/** The cells from the first to the last that holds something. */
export function gridCounts({ x, y, counts }: CountGrid): GridCounts | undefined {
  if (counts === undefined) return undefined;
  let [left, right, bottom, top] = [CELLS, -1, CELLS, -1];
  for (let at = 0; at < counts.length; at++) {
    const count = counts[at]!;
    if (count === 0) continue;
    if (count < 0) return undefined;
    const i = at % CELLS;
    const j = Math.floor(at / CELLS);
    if (i < left) left = i;
    if (i > right) right = i;
    if (j < bottom) bottom = j;
    if (j > top) top = j;
  }
  if (right < 0) return undefined;
  const [nx, ny] = [right - left + 1, top - bottom + 1];
  return {
    x: { from: (x.first + left) * x.width, width: x.width, cells: nx },
    y: { from: (y.first + bottom) * y.width, width: y.width, cells: ny },
    counts: Array.from({ length: nx * ny }, (_, at) => {
      return counts[(bottom + Math.floor(at / nx)) * CELLS + left + (at % nx)]!;
    }),
  };
}

/** Writes the axes and the counts that are not 0. */
export function writeGrid(writer: StateWriter, { x, y, counts }: CountGrid): void {
  writer.integer(counts === undefined ? 0 : 1);
  if (counts === undefined) return;
  for (const value of [x.min, x.max, y.min, y.max]) writer.double(value);
  let next = 0;
  for (let at = 0; at < counts.length; at++) {
    const count = counts[at]!;
    if (count === 0) continue;
    writer.integer(at - next + 1);
    writer.integer(count);
    next = at + 1;
  }
  writer.integer(0);
}

/** Reads what `writeGrid` wrote. @throws {RangeError} on bytes that are no grid */
export function readGrid(reader: StateReader): CountGrid {
  const grid = emptyGrid();
  if (reader.integer() === 0) return grid;
  const [minX, maxX, minY, maxY] = [reader.double(), reader.double(), reader.double(), reader.double()];
  // Widths of numbers that are none would never be found.
  if (![maxX - minX, maxY - minY].every((span) => span >= 0 && Number.isFinite(span))) {
    throw new RangeError('Cannot read a state: no such grid');
  }
  reach(grid, { x: minX, y: minY }, { x: maxX, y: maxY });
  let next = 0;
  for (let gap = reader.integer(); gap !== 0; gap = reader.integer()) {
    const at = next + gap - 1;
    if (gap < 0 || at >= CELLS * CELLS) throw new RangeError('Cannot read a state: no such cell of a grid');
    grid.counts![at] = reader.integer();
    next = at + 1;
  }
  return grid;
}

interface Pair {
  readonly x: number;
  readonly y: number;
}

/** Makes the grid reach from one pair to another, in cells as wide as that takes. */
function reach(grid: CountGrid, low: Pair, high: Pair): void {
  const before = { x: { ...grid.x }, y: { ...grid.y }, counts: grid.counts };
  stretch(grid.x, low.x, high.x);
  stretch(grid.y, low.y, high.y);
  const isSame = (a: GridAxis, b: GridAxis) => a.width === b.width && a.first === b.first;
  if (before.counts !== undefined && isSame(before.x, grid.x) && isSame(before.y, grid.y)) return;
  grid.counts = new Float64Array(CELLS * CELLS);
  addCells(grid, before);
}

function stretch(axis: GridAxis, low: number, high: number): void {
  axis.min = Math.min(axis.min, low);
  axis.max = Math.max(axis.max, high);
  const { min, max } = axis;
  const largest = Math.max(Math.abs(min), Math.abs(max));
  const narrowest = largest === 0 ? 1 : Math.max(largest * NARROWEST_SHARE, (max - min) / CELLS);
  let width = 2 ** Math.floor(Math.log2(narrowest));
  while (Math.floor(max / width) - Math.floor(min / width) >= CELLS) width *= 2;
  axis.width = width;
  axis.first = Math.floor(min / width);
}

/** The cells of `from`, each of which lies in one of `into`: those are as wide or wider, and reach further. */
function addCells(into: CountGrid, from: CountGrid): void {
  if (from.counts === undefined) return;
  for (let at = 0; at < from.counts.length; at++) {
    const count = from.counts[at]!;
    if (count === 0) continue;
    const x = (from.x.first + (at % CELLS)) * from.x.width;
    const y = (from.y.first + Math.floor(at / CELLS)) * from.y.width;
    const i = Math.floor(x / into.x.width) - into.x.first;
    const j = Math.floor(y / into.y.width) - into.y.first;
    into.counts![j * CELLS + i]! += count;
  }
}
