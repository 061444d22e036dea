import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LedgerOnDisk, Scratch } from './ledger-fixture.ts';
import { prediction, truth } from './records.ts';
import { ReadOnlyDisk, TinyDisk } from './tiny-disk.ts';

const NONE = { predictions: 0, truths: 0 };
const BATCH = 100;

/** Commits pairs of the numbers from `first` on. */
async function commit(disk: LedgerOnDisk, first: number): Promise<void> {
  const numbers = Array.from({ length: BATCH }, (_, i) => first + i);
  await disk.ledger.commit({
    nowMs: 1000,
    predictions: numbers.map((number) => prediction(`row-${number}`, number / 7)),
    truths: numbers.map((number) => truth(`row-${number}`, number)),
    refused: NONE,
  });
}

test('a disk that is full refuses batches without a trace, and it goes on when there is space again', async () => {
  using tiny = new TinyDisk(4096);
  await using disk = await LedgerOnDisk.open({ dir: tiny.dir, recentIdsMax: 400 });
  let next = 0;
  const failures: string[] = [];
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 5; i++, next += BATCH) await commit(disk, next);
    const rows = disk.rows().length;
    tiny.fill();
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        // The first ones may still fit in what the files hold already.
        for (let i = 0; i < 100; i++) {
          await commit(disk, next);
          next += BATCH;
        }
      } catch (error) {
        failures.push(String(error));
      }
    }
    tiny.free();
    await commit(disk, next);
    next += BATCH;
    assert.ok(disk.rows().length > rows);
  }
  assert.equal(failures.length, 9, 'it was full in each attempt');
  for (const failure of failures)
    assert.match(failure, /^AftermathError: Cannot (store a batch|write to) .* when there is space again/);
  assert.equal(disk.ledger.books.models[0]?.counts.scored, next);
  assert.equal(disk.ledger.books.models[0]?.counts.duplicate, 0);
  assert.deepEqual(
    disk.rows().map((row) => row.split(',')[0]),
    Array.from({ length: next }, (_, i) => `row-${i}`),
  );
});

test('a disk that is full while the log is written leaves whole lines', async () => {
  using tiny = new TinyDisk(512);
  using roomy = new Scratch();
  const path = join(roomy.dir, 'ledger.db');
  await using disk = await LedgerOnDisk.open({ dir: tiny.dir, path });
  let next = 0;
  for (; ; next += BATCH) {
    const failed = await commit(disk, next).then(
      () => undefined,
      (error: unknown) => String(error),
    );
    if (failed === undefined) continue;
    assert.match(failed, /Cannot write to .*metric_log.csv: ENOSPC.*It goes on when there is space again/);
    break;
  }
  assert.ok(next > 1000 && disk.rows().length === next, 'up to the last committed line');
});

test('a folder that cannot be written is refused with what to do', async () => {
  using readOnly = new ReadOnlyDisk();
  await assert.rejects(
    LedgerOnDisk.open({ dir: readOnly.dir }),
    /^AftermathError: Cannot open the ledger .*Make its folder writable/,
  );
  using roomy = new Scratch();
  const path = join(roomy.dir, 'ledger.db');
  await assert.rejects(
    LedgerOnDisk.open({ dir: readOnly.dir, path }),
    /^AftermathError: Cannot write the log .*metric_log.csv: EROFS.* or name another with --logs/,
  );
  writeFileSync(join(roomy.dir, 'file'), 'x');
  await assert.rejects(
    LedgerOnDisk.open({ dir: join(roomy.dir, 'file', 'logs'), path }),
    /Cannot write the log .*ENOTDIR/,
  );
  assert.equal(readFileSync(join(roomy.dir, 'file'), 'utf8'), 'x');
});
