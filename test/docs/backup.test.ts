import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { checkDatabase } from '../../src/metric/care/check-database.ts';
import { checkFile } from '../../src/metric/care/check-file.ts';
import { openBusy, takeBusy, tellsOf } from '../metric/busy-ledger.ts';
import { Scratch } from '../metric/ledger-fixture.ts';
import { eventually } from '../setup/eventually.ts';
import { postgresPrograms } from '../setup/find-postgres.ts';
import { testSchema } from '../setup/postgres.ts';

const OPERATIONS = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'operations.md'), 'utf8');

/** The one line of the document that begins so. */
function line(program: string): string {
  const [found, ...more] = OPERATIONS.split('\n').filter((text) => text.startsWith(`${program} `));
  assert.ok(found !== undefined && more.length === 0, program);
  return found;
}

test('the backup of a ledger file that the document tells, made while metric writes, is sound, and metric goes on from it', async () => {
  using scratch = new Scratch();
  using restored = new Scratch();
  const [path, backup] = [join(scratch.dir, 'ledger.db'), join(restored.dir, 'ledger.db')];
  await using parts = await openBusy(path, scratch.dir);
  await takeBusy(parts, 0, 600);
  const [, file, sql] = /^sqlite3 (\S+) "(.*)"$/.exec(line('sqlite3')) ?? [];
  assert.equal(file, 'logs/ledger.db');
  {
    using db = new DatabaseSync(path);
    db.exec((sql ?? '').replace('ledger-backup.db', backup));
  }
  await takeBusy(parts, 600, 800);
  const log = join(restored.dir, 'metric_log.csv');
  copyFileSync(join(scratch.dir, 'metric_log.csv'), log);
  const found = checkFile(backup, log);
  assert.deepEqual(found.problems, []);
  assert.match(found.notes.join(), /goes on for \d+ bytes/);
  await using again = await openBusy(backup, restored.dir);
  await takeBusy(again, 600, 800);
  assert.deepEqual(tellsOf(again), tellsOf(parts));
  assert.equal(readFileSync(log, 'utf8'), readFileSync(join(scratch.dir, 'metric_log.csv'), 'utf8'));
});

test('the backup of a ledger in PostgreSQL that the document tells, made while metric writes, is sound when it is restored', async () => {
  using scratch = new Scratch();
  await using schema = await testSchema();
  const programs = await postgresPrograms();
  const [name] = /test_\w+$/.exec(schema.url) ?? [''];
  const run = (program: string): void => {
    const args = line(program)
      .split(' ')
      .slice(1)
      .map((word) => {
        if (word.startsWith('postgres://')) return schema.url.replace(/\?.*/, '');
        if (word === 'aftermath') return name;
        return word === 'ledger-backup.sql' ? join(scratch.dir, word) : word;
      });
    execFileSync(join(programs, program), args, { stdio: ['ignore', 'ignore', 'inherit'] });
  };
  {
    await using parts = await openBusy(schema.url, scratch.dir);
    await takeBusy(parts, 0, 600);
    run('pg_dump');
    await takeBusy(parts, 600, 800);
    const expected = tellsOf(parts);
    const log = readFileSync(join(scratch.dir, 'metric_log.csv'), 'utf8');
    await parts[Symbol.asyncDispose]();
    await schema.query(`DROP SCHEMA ${name} CASCADE`);
    run('psql');
    const found = await checkDatabase(schema.url, join(scratch.dir, 'metric_log.csv'));
    assert.deepEqual(found.problems, []);
    assert.match(found.notes.join(), /goes on for \d+ bytes/);
    await using again = await openBusy(schema.url, scratch.dir);
    // The backup says that the worker of then is at work, for as long as its lease was.
    await eventually(async () => assert.ok(again.ledger.leads), 30_000);
    await takeBusy(again, 600, 800);
    assert.deepEqual(booksOf(tellsOf(again)), booksOf(expected));
    assert.equal(readFileSync(join(scratch.dir, 'metric_log.csv'), 'utf8'), log);
  }
});

function booksOf(tells: unknown): unknown {
  return (tells as { readonly books: unknown }).books;
}
