import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import pino from 'pino';
import { checkDatabase } from '../../src/metric/care/check-database.ts';
import { rebuildDatabase } from '../../src/metric/care/rebuild-database.ts';
import { rebuildFile, type RebuildOptions } from '../../src/metric/care/rebuild-ledger.ts';
import { says } from '../contracts/inbox.ts';
import { testSchema, type TestSchema } from '../setup/postgres.ts';
import { BUSY_HORIZON_MS, BUSY_RETENTION_MS, openBusy, takeBusy, tellsOf } from './busy-ledger.ts';
import { Scratch } from './ledger-fixture.ts';

function rebuilding(dir: string): RebuildOptions {
  return {
    logPath: join(dir, 'metric_log.csv'),
    task: undefined,
    horizonMs: BUSY_HORIZON_MS,
    retentionMs: BUSY_RETENTION_MS,
    recentIdsMax: 2_000,
    numericIds: true,
    model: undefined,
    log: pino({ level: 'silent' }),
  };
}

/** Two workers took turns at it, and have ended. */
async function twoWorkers(schema: TestSchema, dir: string): Promise<void> {
  await using first = await openBusy(schema.url, dir);
  await using second = await openBusy(schema.url, dir);
  for (let from = 0; from < 800; from += 200) {
    await takeBusy(first, from, from + 100);
    await takeBusy(second, from + 100, from + 200);
  }
  await second[Symbol.asyncDispose]();
  await first[Symbol.asyncDispose]();
}

test('a sound ledger in PostgreSQL is found sound, while two workers are at it and at rest', async () => {
  using scratch = new Scratch();
  await using schema = await testSchema();
  const logPath = join(scratch.dir, 'metric_log.csv');
  await using first = await openBusy(schema.url, scratch.dir);
  await using second = await openBusy(schema.url, scratch.dir);
  await takeBusy(first, 0, 100);
  await takeBusy(second, 100, 200);
  const live = await checkDatabase(schema.url, logPath);
  assert.deepEqual(live.problems, []);
  assert.match(
    live.notes.join(),
    new RegExp(`At work on it: process ${process.pid} on .*, process ${process.pid}`),
  );
  await second[Symbol.asyncDispose]();
  await first[Symbol.asyncDispose]();
  const found = await checkDatabase(schema.url, logPath);
  assert.deepEqual([found.sound, found.problems, found.notes], [true, [], []]);
  assert.equal(found.ids, live.ids);
  assert.equal(found.outcomes, readFileSync(logPath, 'utf8').split('\n').length - 2);
  assert.ok(found.models[0]!.counts.pending > 0 && found.truths!.waiting > 0);
  appendFileSync(logPath, 'torn,1');
  assert.match(
    (await checkDatabase(schema.url, logPath)).notes.join(),
    /goes on for 6 bytes that are not committed/,
  );
  assert.match((await checkDatabase(schema.url, undefined)).notes.join(), /The log was not looked at/);
});

test('what is wrong with a ledger in PostgreSQL is found, wherever it is', async () => {
  using scratch = new Scratch();
  await using schema = await testSchema();
  const logPath = join(scratch.dir, 'metric_log.csv');
  await twoWorkers(schema, scratch.dir);
  const cases: readonly (readonly [harm: string, words: RegExp, undo: string])[] = [
    [
      'CREATE TABLE kept AS SELECT * FROM entry_3 ORDER BY key DESC LIMIT 40; DELETE FROM entry_3 WHERE key IN (SELECT key FROM kept)',
      /are pending, the books say/,
      'INSERT INTO entry_3 SELECT * FROM kept; DROP TABLE kept',
    ],
    [
      'CREATE TABLE kept AS SELECT * FROM entry_2 LIMIT 1; UPDATE entry_2 SET bytes = substr(bytes, 1, 40) WHERE key IN (SELECT key FROM kept)',
      /in table entry_2 cannot be read/,
      'UPDATE entry_2 AS e SET bytes = kept.bytes FROM kept WHERE e.key = kept.key; DROP TABLE kept',
    ],
    [
      "INSERT INTO entry_1 SELECT key, bytes FROM entry_0 WHERE key NOT LIKE '#%' LIMIT 1",
      /is not where it is looked for/,
      'DELETE FROM entry_1 WHERE key IN (SELECT key FROM entry_0)',
    ],
    [
      'UPDATE outcome_batch SET count = count + 1 WHERE seq = 3',
      /Batch \d+ of writer \d holds \d+ outcomes, and is said to hold/,
      'UPDATE outcome_batch SET count = count - 1 WHERE seq = 3',
    ],
    [
      'UPDATE outcome_batch SET first = first - 2 WHERE seq = 4',
      /begins with outcome \d+, and \d+ is in another one/,
      'UPDATE outcome_batch SET first = first + 2 WHERE seq = 4',
    ],
    [
      'UPDATE log SET number = number + 1',
      /The writers have made \d+ outcomes; the log has/,
      'UPDATE log SET number = number - 1',
    ],
    [
      `UPDATE log SET cursor = jsonb_set(cursor::jsonb, '{rows}', '7')::text`,
      /is not the one this ledger wrote: its first \d+ bytes hold \d+ whole rows, the ledger says 7/,
      '',
    ],
  ];
  for (const [harm, words, undo] of cases) {
    await schema.query(harm);
    const { sound, problems } = await checkDatabase(schema.url, logPath);
    assert.match(problems.join('\n'), words);
    assert.equal(sound, false);
    if (undo === '') break;
    await schema.query(undo);
    assert.deepEqual((await checkDatabase(schema.url, logPath)).problems, [], undo);
  }
});

test('there is no ledger to check in an empty schema, nor one of a newer program', async () => {
  await using schema = await testSchema();
  await assert.rejects(
    checkDatabase(schema.url, undefined),
    says('stop', /there is none in the schema "test_/),
  );
  using scratch = new Scratch();
  await (await openBusy(schema.url, scratch.dir))[Symbol.asyncDispose]();
  await schema.query('UPDATE ledger SET version = 99');
  await assert.rejects(checkDatabase(schema.url, undefined), says('stop', /its schema has version 99/));
});

test('a ledger in PostgreSQL that is rebuilt from its log is that of a rebuilt file, and the old one is kept', async () => {
  using scratch = new Scratch();
  await using schema = await testSchema();
  await twoWorkers(schema, scratch.dir);
  const name = String((await schema.query('SELECT current_schema() AS s'))[0]?.['s']);
  await schema.query("UPDATE writer SET rules = '{'");
  using file = scratch.copy();
  // Rows without a time stand at that of the log.
  for (const { dir } of [scratch, file])
    utimesSync(join(dir, 'metric_log.csv'), 1_700_000_100, 1_700_000_100);
  const made = await rebuildDatabase(schema.url, rebuilding(scratch.dir));
  assert.match(made.aside ?? '', new RegExp(`^${name}_damaged_\\d{14}$`));
  assert.equal(
    (await schema.query(`SELECT count(*)::int AS n FROM ${made.aside}.writer WHERE rules = '{'`))[0]?.['n'],
    2,
  );
  await schema.query(`DROP SCHEMA ${made.aside} CASCADE`);
  const asFile = await rebuildFile(join(file.dir, 'ledger.db'), rebuilding(file.dir));
  assert.deepEqual({ ...made, path: '', aside: '' }, { ...asFile, path: '', aside: '' });
  assert.deepEqual((await checkDatabase(schema.url, join(scratch.dir, 'metric_log.csv'))).problems, []);
  await using database = await openBusy(schema.url, scratch.dir);
  await using rebuilt = await openBusy(join(file.dir, 'ledger.db'), file.dir);
  for (const each of [database, rebuilt]) await takeBusy(each, 800, 900);
  assert.deepEqual(tellsOf(database), tellsOf(rebuilt));
  assert.deepEqual(
    readdirSync(scratch.dir).filter((each) => each.includes('rebuilding')),
    [],
  );
});

test('a ledger in PostgreSQL is not rebuilt while a worker is at it; into an empty schema it is made at once', async () => {
  using scratch = new Scratch();
  await using schema = await testSchema();
  await using parts = await openBusy(schema.url, scratch.dir);
  await takeBusy(parts, 0, 100);
  await assert.rejects(
    rebuildDatabase(schema.url, rebuilding(scratch.dir)),
    says('stop', /Cannot rebuild the ledger postgres:.*: process \d+ on .* at work on/),
  );
  await parts[Symbol.asyncDispose]();
  await using empty = await testSchema();
  const made = await rebuildDatabase(empty.url, { ...rebuilding(scratch.dir), model: 'named' });
  assert.equal(made.aside, undefined);
  assert.deepEqual((await checkDatabase(empty.url, join(scratch.dir, 'metric_log.csv'))).problems, []);
});
