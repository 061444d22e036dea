import assert from 'node:assert/strict';
import {
  closeSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { SCHEMA_VERSION } from '../../src/metric/ledger/sqlite-schema.ts';
import { LedgerOnDisk, Scratch } from './ledger-fixture.ts';
import { prediction, truth } from './records.ts';

const NONE = { predictions: 0, truths: 0 };

test('a second writer is refused with who holds the ledger', async () => {
  using scratch = new Scratch();
  await using _first = await LedgerOnDisk.open({ dir: scratch.dir });
  await assert.rejects(
    LedgerOnDisk.open({ dir: scratch.dir }),
    new RegExp(
      `^AftermathError: Cannot open the ledger .*: process ${process.pid} on ${hostname()} .* writes it`,
    ),
  );
});

test('a ledger is free again when its writer has ended', async () => {
  using scratch = new Scratch();
  await (await LedgerOnDisk.open({ dir: scratch.dir }))[Symbol.asyncDispose]();
  await (await LedgerOnDisk.open({ dir: scratch.dir }))[Symbol.asyncDispose]();
});

test('a file of a newer version is refused and left as it is', async () => {
  using scratch = new Scratch();
  await (await LedgerOnDisk.open({ dir: scratch.dir }))[Symbol.asyncDispose]();
  const path = join(scratch.dir, 'ledger.db');
  using db = new DatabaseSync(path);
  db.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
  await assert.rejects(
    LedgerOnDisk.open({ dir: scratch.dir }),
    /its schema has version 2, this program knows 1/,
  );
});

test("another program's database is refused", async () => {
  using scratch = new Scratch();
  using db = new DatabaseSync(join(scratch.dir, 'ledger.db'));
  db.exec('CREATE TABLE theirs (x)');
  await assert.rejects(LedgerOnDisk.open({ dir: scratch.dir }), /it is a database of another program/);
});

test('a file that is no database is refused as damaged', async () => {
  using scratch = new Scratch();
  writeFileSync(join(scratch.dir, 'ledger.db'), 'x'.repeat(20_000));
  await assert.rejects(LedgerOnDisk.open({ dir: scratch.dir }), /it is damaged .*aftermath ledger check/);
});

test('damage anywhere in a ledger is noticed when it is opened, or when the place is read', async () => {
  using scratch = new Scratch();
  {
    await using disk = await LedgerOnDisk.open({ dir: scratch.dir, recentIdsMax: 40 });
    for (let i = 0; i < 400; i++) {
      await disk.ledger.commit({
        nowMs: 1000,
        predictions: [prediction(i, i)],
        truths: [truth(i, 2 * i)],
        refused: NONE,
      });
    }
  }
  const path = join(scratch.dir, 'ledger.db');
  const { size } = statSync(path);
  let noticed = 0;
  const places = Array.from({ length: 40 }, (_, i) => Math.floor(((i + 0.5) * size) / 40));
  for (const place of places) {
    using copy = scratch.copy();
    const fd = openSync(join(copy.dir, 'ledger.db'), 'r+');
    const byte = readFileSync(path).subarray(place, place + 1);
    writeSync(fd, Buffer.from([byte[0]! ^ 0x10]), 0, 1, place);
    closeSync(fd);
    const found = await everythingIn(copy.dir).catch((error: unknown) => String(error));
    if (typeof found === 'string') {
      noticed++;
      assert.match(
        found,
        /^AftermathError: Cannot .* ledger .*(damaged|another program|schema)/,
        `at byte ${place}`,
      );
    } else {
      // A byte that nothing lives in: then nothing is different.
      using whole = scratch.copy();
      assert.deepEqual(found, await everythingIn(whole.dir), `at byte ${place}`);
    }
  }
  assert.ok(noticed >= 5, `${noticed} of 40 were noticed`);
});

/** Every outcome and the books. */
async function everythingIn(dir: string): Promise<unknown> {
  await using disk = await LedgerOnDisk.open({ dir, recentIdsMax: 40 });
  const outcomes: unknown[] = [];
  for await (const { number, entry, truth } of disk.ledger.outcomesFrom(1)) {
    outcomes.push([number, entry.token, truth.value]);
  }
  return [outcomes, disk.ledger.books];
}

test('a new ledger beside rows of another one is refused, naming both; a header alone is taken over', async () => {
  using scratch = new Scratch();
  const path = join(scratch.dir, 'metric_log.csv');
  writeFileSync(path, 'id,y_true,y_pred,absolute_error,model\nx,1,2,1,a\n');
  await assert.rejects(
    LedgerOnDisk.open({ dir: scratch.dir }),
    /Cannot begin the log .*metric_log.csv: .*ledger.db is not the one/,
  );
  assert.match(readFileSync(path, 'utf8'), /\nx,1,2,1,a\n$/, 'it is as it was');
  for (const start of ['id,y_true,y_pred,absolute_error,model\n', 'id,y_tr', '']) {
    using other = new Scratch();
    writeFileSync(join(other.dir, 'metric_log.csv'), start);
    await using disk = await LedgerOnDisk.open({ dir: other.dir });
    await disk.ledger.commit({
      nowMs: 1,
      predictions: [prediction('x', 2)],
      truths: [truth('x', 1)],
      refused: NONE,
    });
    assert.equal(
      readFileSync(disk.metricLog.path, 'utf8'),
      'id,y_true,y_pred,absolute_error,model\nx,1,2,1,a\n',
    );
  }
});

test('a log with other columns is not continued', async () => {
  using scratch = new Scratch();
  await (await LedgerOnDisk.open({ dir: scratch.dir, columns: ['tags'] }))[Symbol.asyncDispose]();
  await assert.rejects(
    LedgerOnDisk.open({ dir: scratch.dir }),
    /its first line is ".*error,tags", the settings ask for ".*error,model"/,
  );
});

test('a log that is moved away goes on in a new file; one that is deleted is written again', async () => {
  using scratch = new Scratch();
  await using disk = await LedgerOnDisk.open({ dir: scratch.dir });
  const { path } = disk.metricLog;
  const pair = (id: string) => ({
    nowMs: 1,
    predictions: [prediction(id, 2)],
    truths: [truth(id, 1)],
    refused: NONE,
  });
  await disk.ledger.commit(pair('w'));
  renameSync(path, `${path}.1`);
  await disk.ledger.commit(pair('x'));
  assert.deepEqual(disk.rows(), ['x,1,2,1,a']);
  for (const takeAway of [() => unlinkSync(path), () => truncateSync(path, 0)]) {
    const before = disk.rows();
    takeAway();
    const id = `y${before.length}`;
    await assert.rejects(disk.ledger.commit(pair(id)), /rows of it were taken away\. They are written again/);
    await disk.ledger.commit(pair(id));
    assert.deepEqual(disk.rows(), [...before, `${id},1,2,1,a`]);
  }
});
