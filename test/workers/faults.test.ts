import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertLoses } from '../chaos/assert-loses.ts';
import { safetyOff } from '../chaos/unsafe/safety-off.ts';
import { FAULTS, KILL_WORKER } from './faults.ts';
import { settledBooks } from './result.ts';
import { trial } from './trial.ts';

test('two workers on PostgreSQL lose and double nothing, whatever befalls them', async () => {
  const { found, expected, cuts, exitCodes, said } = await trial({
    rows: 6_000,
    workers: 2,
    seed: 11,
    faults: FAULTS,
    freezeMs: 7_000,
  });
  assert.deepEqual(exitCodes, [0, 0], said);
  assert.equal(cuts, 2);
  assert.equal(found.doubled, 0, 'no line is in the log twice');
  assert.deepEqual(found.lines, expected.lines, 'the last line of every id');
  assert.deepEqual(settledBooks(found), settledBooks(expected));
  assert.deepEqual(found.figures, expected.figures, 'linear figures, to the last bit');
});

test('where the workers acknowledge on delivery, a kill -9 of one is seen to lose rows', async () => {
  await assertLoses(async (seed) => {
    const { found, expected } = await trial({
      rows: 20_000,
      workers: 2,
      seed,
      // From the second one on they have a backlog in hand.
      faults: [KILL_WORKER, KILL_WORKER, KILL_WORKER],
      freezeMs: 0,
      env: safetyOff('auto-ack'),
    });
    return expected.lines.size - found.lines.size;
  });
});
