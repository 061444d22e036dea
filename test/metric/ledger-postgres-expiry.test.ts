import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allPredictions, predictionImbalance } from '../../src/metric/ledger/books.ts';
import { HORIZON_MS } from '../contracts/ledger.ts';
import { RecordingSink } from '../contracts/recording-sink.ts';
import { testSchema } from '../setup/postgres.ts';
import { openIn } from './opened-postgres.ts';
import { prediction } from './records.ts';

const NOW_MS = 1_700_000_000_000;
const LATER_MS = NOW_MS + 2 * HORIZON_MS;

test('what waited in many small commits expires in few steps, what waited in a large one in several, none of it twice', async () => {
  await using opened = await openIn(await testSchema(), new RecordingSink());
  const { ledger } = opened;
  const wait = async (from: number, count: number): Promise<void> => {
    const predictions = Array.from({ length: count }, (_, i) => prediction(`row-${from + i}`, 1));
    await ledger.commit({ nowMs: NOW_MS, predictions, truths: [], refused: { predictions: 0, truths: 0 } });
  };
  const small = 150;
  for (let i = 0; i < small; i++) await wait(10_000 + i, 1);
  await ledger.maintain(LATER_MS);
  assert.equal(allPredictions(ledger.books).expired, small, 'one step for all of them');

  const large = 2_000;
  await wait(0, large);
  let steps = 0;
  let before = small;
  while (await ledger.maintain(LATER_MS)) {
    const { expired, pending } = allPredictions(ledger.books);
    assert.equal(expired + pending, small + large);
    if (++steps === 1) assert.ok(expired - before <= 1_024, `${expired - before} in one step`);
    before = expired;
  }
  const [counts] = ledger.books.models.map((model) => model.counts);
  assert.ok(steps > 1);
  assert.deepEqual([counts?.expired, counts?.pending], [small + large, 0]);
  assert.equal(predictionImbalance(counts!), 0);
});
