import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Checkpoints } from '../../src/metric/ledger/checkpoints.ts';
import { eventually } from '../setup/eventually.ts';
import { Scratch } from './ledger-fixture.ts';

const BYTES_MAX = 1024 * 1024;
const BLOB = Buffer.alloc(64 * 1024, 'x');
const COMMITS_MAX = 3_000;

test('the write-ahead log of a writer who never rests begins anew, and its file gets what was in it', async () => {
  using scratch = new Scratch();
  const path = join(scratch.dir, 'stored.db');
  using db = new DatabaseSync(path);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0');
  db.exec('CREATE TABLE stored (bytes BLOB)');
  const insert = db.prepare('INSERT INTO stored (bytes) VALUES (?)');
  await using checkpoints = new Checkpoints(path, BYTES_MAX);
  const size = (file: string): number => statSync(file).size;
  let commits = 0;
  const commit = async (): Promise<void> => {
    await checkpoints.room();
    insert.run(BLOB);
    checkpoints.committed(BLOB.length);
    commits++;
    await setImmediate();
  };
  while (commits * BLOB.length < BYTES_MAX) await commit();
  await eventually(async () => assert.ok(size(path) >= BYTES_MAX), 10_000, 5);
  // Where it did not begin anew it would be the larger of the two.
  while (size(path) < 3 * size(`${path}-wal`)) {
    await commit();
    assert.ok(commits < COMMITS_MAX, `${size(`${path}-wal`)} bytes wait to be copied`);
  }
  const [row] = db.prepare('SELECT count(*) AS n FROM stored').all();
  assert.equal(row?.['n'], commits);
});

test('a small ledger never has a thread for it, and one that has ends it', async () => {
  using scratch = new Scratch();
  const path = join(scratch.dir, 'stored.db');
  using db = new DatabaseSync(path);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE stored (bytes BLOB)');
  const threads = (): number =>
    process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
  const before = threads();
  const checkpoints = new Checkpoints(path, BYTES_MAX);
  checkpoints.committed(BYTES_MAX - 1);
  assert.equal(threads(), before);
  checkpoints.committed(1);
  assert.ok(threads() > before);
  await checkpoints[Symbol.asyncDispose]();
  assert.equal(threads(), before);
  db.exec("INSERT INTO stored VALUES (x'00')");
});
