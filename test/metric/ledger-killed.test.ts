import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { predictionImbalance, truthImbalance } from '../../src/metric/ledger/books.ts';
import { LedgerOnDisk, Scratch } from './ledger-fixture.ts';

/** Of the writer: truths come so many pairs after their predictions. */
const LAG = 1_600;
const WRITER = new URL('ledger-writer.ts', import.meta.url).pathname;

test('a writer killed with -9 at full speed, again and again, loses no outcome and doubles none', async () => {
  using scratch = new Scratch();
  let from = 0;
  // Each life is some commits long, and ends wherever the process is by then.
  for (const commits of [3, 1, 40, 17, 90, 6]) from = await life(scratch.dir, from, commits);
  await using disk = await LedgerOnDisk.open({ dir: scratch.dir });
  const ids = disk.rows().map((row) => row.split(',')[0]);
  const { truths, models } = disk.ledger.books;
  const [model] = models;
  assert.ok(model);
  assert.equal(new Set(ids).size, ids.length, 'no id is in the log twice');
  assert.deepEqual(
    ids.slice(0, from - LAG),
    Array.from({ length: from - LAG }, (_, i) => `row-${i}`),
    'every outcome that was stored is in the log, in order',
  );
  assert.equal(model.counts.scored, ids.length);
  assert.equal(predictionImbalance(model.counts), 0);
  assert.equal(truthImbalance(truths), 0);
  // Computed from the ids alone: what was scored twice, or not at all, would be off.
  const mae = ids.reduce((sum, _, i) => sum + Math.abs(i - i / 7), 0) / ids.length;
  assert.ok(Math.abs((disk.figures.model('a')?.values()['mae']?.value ?? NaN) - mae) < 1e-9 * mae);
});

/** Runs a writer and kills it once it has told of so many commits. @returns the last one it told of */
async function life(dir: string, from: number, commits: number): Promise<number> {
  const child = spawn(process.execPath, [WRITER, dir, String(from)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let told = 0;
  let stored = from;
  for await (const line of createInterface(child.stdout)) {
    stored = Number(line);
    told++;
    if (told === commits) child.kill('SIGKILL');
  }
  await ended;
  assert.ok(told >= commits, 'the writer lived until it was killed');
  return stored;
}
