import assert from 'node:assert/strict';
import type { Fault } from './faults.ts';
import type { Report } from './trial.ts';

/** Every fault has struck, and nothing came of it: each row is in the log once, and everything agrees. */
export function assertClean(report: Report, faults: readonly Fault[]): void {
  const { struck, rows, lost, duplicated, wrong, problems } = report;
  assert.deepEqual(
    struck.map(({ name }) => name),
    faults.map(({ name }) => name),
  );
  assert.ok(rows > 0);
  assert.deepEqual({ lost, duplicated, wrong, problems }, { lost: 0, duplicated: 0, wrong: 0, problems: [] });
}
