import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Committer, type CommitterOptions } from '../../src/metric/committer.ts';
import { allPredictions } from '../../src/metric/ledger/books.ts';
import type { Batch, Changes, Ledger } from '../../src/metric/ledger/ledger.ts';
import { AftermathError } from '../../src/service/errors.ts';
import { LedgerOnDisk, Scratch } from './ledger-fixture.ts';
import { prediction, truth } from './records.ts';

const NOW_MS = 1_700_000_000_000;
const RECORDS_MAX = 4096;

/** A ledger whose disk takes so long for each record of a commit. */
class SlowLedger implements Pick<Ledger, 'commit' | 'maintain'> {
  readonly #inner: Ledger;
  msEach = 0;
  /** Commits that go well before all fail; `undefined`: none does. */
  goodOnes: number | undefined;
  /** Records of each commit. */
  readonly sizes: number[] = [];

  constructor(inner: Ledger) {
    this.#inner = inner;
  }

  async commit(batch: Batch): Promise<Changes> {
    const records = batch.predictions.length + batch.truths.length;
    if (this.goodOnes !== undefined && this.goodOnes-- <= 0)
      throw new AftermathError('retry', 'Cannot store a batch: the disk is full');
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
  // The first one tells how slow it is.
  await submit(200);
  commits.length = 0;
  await submit(1_000);
  const slow = commits.splice(0);
  ledger.sizes.length = 0;
  assert.ok(slow.length > 8, `${slow.length} commits`);
  const bounded = slow.map(({ ms }) => ms);
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
  assert.deepEqual([scored, refused, received], [pairs, 14, pairs + 14], 'each once, whatever the pieces');
  assert.equal(disk.rows().length, pairs);
});

test('what was stored in part and comes again and again is stored once as a whole: its first piece is not a duplicate each time', async () => {
  using scratch = new Scratch();
  await using disk = await LedgerOnDisk.open({ dir: scratch.dir });
  const ledger = new SlowLedger(disk.ledger);
  const options = { ledger, nowMs: () => NOW_MS, recordsMax: RECORDS_MAX, committed: () => {} };
  const committer = new Committer(options);
  ledger.msEach = 2;
  await submitPairs(committer, 0, 200);
  ledger.sizes.length = 0;
  ledger.goodOnes = 2;
  for (let attempt = 0; attempt < 5; attempt++)
    await assert.rejects(submitPairs(committer, 200, 500), /the disk is full/);
  const stored = ledger.sizes.reduce((sum, size) => sum + size, 0);
  assert.equal(ledger.sizes.length, 2, 'the disk was full from then on');
  ledger.goodOnes = undefined;
  await submitPairs(committer, 200, 500);
  assert.equal(ledger.sizes.at(-1), 1_000);
  await committer.idle();
  const { scored, duplicate } = allPredictions(disk.ledger.books);
  assert.deepEqual([scored, duplicate + disk.ledger.books.truths.duplicate], [700, stored]);
});

test('a few records right after a transaction wait for more, so those that come singly share transactions', async () => {
  using scratch = new Scratch();
  await using disk = await LedgerOnDisk.open({ dir: scratch.dir });
  const ledger = new SlowLedger(disk.ledger);
  const options = { ledger, nowMs: () => NOW_MS, recordsMax: RECORDS_MAX, committed: () => {} };
  const committer = new Committer(options);
  const startMs = performance.now();
  const stored: Promise<void>[] = [];
  for (let pair = 0; pair < 200; pair++) {
    stored.push(submitPairs(committer, pair, 1));
    await nextTurn();
    await nextTurn();
  }
  await Promise.all(stored);
  const tookMs = performance.now() - startMs;
  assert.ok(ledger.sizes.length <= 2 + tookMs / 20, `${ledger.sizes.length} commits in ${tookMs} ms`);
  assert.equal(allPredictions(disk.ledger.books).scored, 200);
});
