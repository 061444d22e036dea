import type { Cell } from '../../../wire/records.ts';
import type { Frame } from './step.ts';

/** The chosen columns of a frame, in that order. */
export function selectColumns(frame: Frame, columns: readonly number[]): Frame {
  const { rows, width, values } = frame;
  const chosen = new Float64Array(rows * columns.length);
  for (let row = 0, to = 0; row < rows; row++) {
    for (const column of columns) chosen[to++] = values[row * width + column] as number;
  }
  const cells = new Map<number, readonly Cell[]>();
  for (const [to, column] of columns.entries()) {
    const beside = frame.cells?.get(column);
    if (beside !== undefined) cells.set(to, beside);
  }
  return { rows, width: columns.length, values: chosen, cells: cells.size > 0 ? cells : undefined };
}

/** Frames of as many rows side by side. */
export function besideEachOther(rows: number, frames: readonly Frame[]): Frame {
  const [only, another] = frames;
  if (only !== undefined && another === undefined) return only;
  const width = frames.reduce((sum, frame) => sum + frame.width, 0);
  const values = new Float64Array(rows * width);
  const cells = new Map<number, readonly Cell[]>();
  let start = 0;
  for (const frame of frames) {
    for (let row = 0; row < rows; row++) {
      values.set(frame.values.subarray(row * frame.width, (row + 1) * frame.width), row * width + start);
    }
    for (const [column, beside] of frame.cells ?? []) cells.set(start + column, beside);
    start += frame.width;
  }
  return { rows, width, values, cells: cells.size > 0 ? cells : undefined };
}

/** One cell as it came in; a missing number is null. */
export function cellAt(frame: Frame, row: number, column: number): Cell {
  const beside = frame.cells?.get(column);
  if (beside !== undefined) return beside[row] ?? null;
  const value = frame.values[row * frame.width + column] as number;
  return Number.isNaN(value) ? null : value;
}
