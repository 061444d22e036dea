import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Committer, type CommitterOptions } from '../../src/metric/committer.ts';
import { allPredictions } from '../../src/metric/ledger/books.ts';
import type { Batch, Changes, Ledger } from '../../src/metric/ledger/ledger.ts';
import { LedgerOnDisk, Scratch } from './ledger-fixture.ts';
import { prediction, truth } from './records.ts';

const NOW_MS = 1_700_000_000_000;
const RECORDS_MAX = 4096;

/** A ledger whose disk takes so long for each record of a commit. */
class SlowLedger implements Pick<Ledger, 'commit' | 'maintain'> {
  readonly #inner: Ledger;
  msEach = 0;
  /** Records of each commit. */
  readonly sizes: number[] = [];

  constructor(inner: Ledger) {
    this.#inner = inner;
  }

  async commit(batch: Batch): Promise<Changes> {
    const records = batch.predictions.length + batch.truths.length;
    this.sizes.push(records);
    const untilMs = performance.now() + records * this.msEach;
    while (performance.now() < untilMs) continue;
    return this.#inner.commit(batch);
  }

  maintain(nowMs: number): Promise<boolean> {
    return this.#inner.maintain(nowMs);
  }
}

/** Submits pairs as the stage does: a contribution of predictions, and one of their truths. */
async function submitPairs(committer: Committer, from: number, count: number): Promise<void> {
  const ids = Array.from({ length: count }, (_, i) => from + i);
  const refused = { predictions: 1, truths: 0 };
  await Promise.all([
    committer.submit({ predictions: ids.map((id) => prediction(id, id)), truths: [], refused }),
    committer.submit({
      predictions: [],
      truths: ids.map((id) => truth(id, id + 1)),
      refused: { predictions: 0, truths: 0 },
    }),
  ]);
}

test('where the disk is slow a commit has fewer records and takes about as long as ever; it comes back when the disk does', async () => {
  using scratch = new Scratch();
  await using disk = await LedgerOnDisk.open({ dir: scratch.dir });
  const ledger = new SlowLedger(disk.ledger);
  const commits: { readonly ms: number; readonly outcomes: number }[] = [];
  const options: CommitterOptions = {
    ledger,
    nowMs: () => NOW_MS,
    recordsMax: RECORDS_MAX,
    committed: (commit) => commits.push(commit),
  };
  const committer = new Committer(options);
  let pairs = 0;
  const submit = async (count: number): Promise<void> => {
    await submitPairs(committer, pairs, count);
    pairs += count;
  };

  ledger.msEach = 2;
  await submit(1_000);
  const slow = commits.splice(0);
  ledger.sizes.length = 0;
  assert.ok(slow.length > 8, `${slow.length} commits`);
  const bounded = slow.slice(1).map(({ ms }) => ms);
  assert.ok(Math.max(...bounded) < 1_000, `commits took ${bounded.join(', ')} ms`);
  assert.ok(
    slow.every(({ outcomes }) => outcomes > 0),
    'each piece has truths together with their predictions',
  );

  ledger.msEach = 0;
  for (let round = 0; round < 12; round++) await submit(4_096);
  assert.ok(Math.max(...ledger.sizes.slice(-4)) >= RECORDS_MAX, `sizes ${ledger.sizes.join(', ')}`);

  await committer.idle();
  const { scored, refused, received } = allPredictions(disk.ledger.books);
  assert.deepEqual([scored, refused, received], [pairs, 13, pairs + 13], 'each once, whatever the pieces');
  assert.equal(disk.rows().length, pairs);
});
