import assert from 'node:assert/strict';

const MOMENTS_MAX = 5;

/**
 * Without a safety rows are lost, at one of several moments at least: what is on its way at a moment is lost, and at some
 * that is nothing.
 *
 * @param lostAt makes a run with the fault at the moment of this number, 1, 2, …, and gives how many rows it lost
 */
export async function assertLoses(lostAt: (moment: number) => Promise<number>): Promise<void> {
  for (let moment = 1; moment <= MOMENTS_MAX; moment++) if ((await lostAt(moment)) > 0) return;
  assert.fail(`no row was lost, at any of ${MOMENTS_MAX} moments`);
}
