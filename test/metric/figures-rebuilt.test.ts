import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { LedgerOnDisk, Scratch } from './ledger-fixture.ts';
import { prediction, truth } from './records.ts';

test('figures of another version are made anew from the outcomes that are kept, revisions included', async () => {
  using scratch = new Scratch();
  let before: unknown;
  {
    await using disk = await LedgerOnDisk.open({ dir: scratch.dir, recentIdsMax: 50 });
    for (let i = 0; i < 200; i++) {
      await disk.ledger.commit({
        nowMs: 1000 + i,
        predictions: [prediction(i, i / 7)],
        truths: [truth(i, i), truth(i - 30, i / 3)],
        refused: { predictions: 0, truths: 0 },
      });
    }
    before = disk.figures.model('a')?.values();
  }
  using db = new DatabaseSync(join(scratch.dir, 'ledger.db'));
  const other = Buffer.from([255, 255, 0, 0]);
  db.prepare("UPDATE figure SET bytes = ?, crc = ? WHERE name LIKE 'model:%'").run(other, crc32(other));
  db.close();
  await using disk = await LedgerOnDisk.open({ dir: scratch.dir, recentIdsMax: 50 });
  assert.deepEqual(disk.figures.model('a')?.values(), before);
});
