import type { Predictions, Table } from './predictor.ts';
import { numbersToTable } from './table.ts';

const ROWS = 32;
/** Enough for the compiler to have seen the loops; a slow model is not asked a second time. */
const MEASURE_MS = 30;

/**
 * About how long a model takes for a row, in milliseconds: the quickest of some small batches of zeros.
 *
 * @param width columns that it takes
 */
export function measureRowMs(predict: (table: Table) => Predictions, width: number): number {
  const startMs = performance.now();
  const timed = (rows: number): number => {
    const table = numbersToTable(new Float64Array(rows * width), width);
    const beforeMs = performance.now();
    predict(table);
    return (performance.now() - beforeMs) / rows;
  };
  let rowMs = timed(1);
  while (performance.now() - startMs < MEASURE_MS) rowMs = Math.min(rowMs, timed(ROWS));
  return rowMs;
}
