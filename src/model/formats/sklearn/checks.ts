import type { Frame, Refusals } from './step.ts';

/**
 * Refuses the rows that an estimator does not take: texts where numbers are needed, missing or infinite values.
 *
 * @param options.missing whether NaN is taken
 * @param options.single whether the estimator works in float32, where more overflows
 * @returns the numbers, rows × width
 * @see sklearn.utils.check_array
 */
export function checkNumbers(
  frame: Frame,
  refusals: Refusals,
  options: { who: string; missing?: boolean; infinite?: boolean; single?: boolean },
): Float64Array {
  if (frame.cells !== undefined) refuseTexts(frame, frame.cells, refusals, options.who);
  if (options.missing === true && options.infinite === true) return frame.values;
  const { values, width } = frame;
  const largest = options.single === true ? FLOAT32_OVERFLOW : Infinity;
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    if (value < largest && value > -largest) continue;
    if (Number.isNaN(value)) {
      if (options.missing === true) continue;
      refusals.add(
        Math.floor(at / width),
        `feature ${(at % width) + 1} is missing (NaN), which ${options.who} does not take`,
      );
    } else if (options.infinite !== true) {
      refusals.add(
        Math.floor(at / width),
        `feature ${(at % width) + 1} is infinite or too large for ${options.who}`,
      );
    }
  }
  return values;
}

/** Whether every value is a number that is not infinite. */
export function allFinite(values: Float64Array): boolean {
  for (let at = 0; at < values.length; at++) if ((values[at] as number) * 0 !== 0) return false;
  return true;
}

/** The smallest magnitude that rounds to infinity in float32. */
const FLOAT32_OVERFLOW = 3.4028235677973366e38;

function refuseTexts(
  frame: Frame,
  columns: ReadonlyMap<number, readonly unknown[]>,
  refusals: Refusals,
  who: string,
): void {
  for (const [column, cells] of columns) {
    for (let row = 0; row < frame.rows; row++) {
      const cell = cells[row];
      if (typeof cell !== 'string') continue;
      refusals.add(
        row,
        `feature ${column + 1} is the text '${cell.slice(0, 40)}' where ${who} needs a number`,
      );
    }
  }
}
