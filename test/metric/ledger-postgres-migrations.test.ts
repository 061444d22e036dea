import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SCHEMA_VERSION } from '../../src/metric/ledger/postgres/migrations.ts';
import { says } from '../contracts/inbox.ts';
import { RecordingSink } from '../contracts/recording-sink.ts';
import { testSchema, type TestSchema } from '../setup/postgres.ts';
import { openIn } from './opened-postgres.ts';

/** Opens so many workers at once. @returns the version of the tables then */
async function openMany(schema: TestSchema, workers: number): Promise<unknown> {
  const kept = { ...schema, [Symbol.asyncDispose]: async () => {} };
  const opened = await Promise.all(Array.from({ length: workers }, () => openIn(kept, new RecordingSink())));
  const [row] = await schema.query('SELECT version, moved_from FROM ledger');
  for (const each of opened) await each[Symbol.asyncDispose]();
  return row?.['version'];
}

test('tables are made once by whoever starts first, and the others wait for it', async () => {
  await using schema = await testSchema();
  assert.equal(await openMany(schema, 4), SCHEMA_VERSION);
});

test('tables of an older program are brought to this one once, with what is in them', async () => {
  await using schema = await testSchema();
  await openMany(schema, 1);
  await schema.query('ALTER TABLE ledger DROP COLUMN moved_from');
  await schema.query("UPDATE ledger SET version = 1, task = 'regression'");
  assert.equal(await openMany(schema, 4), SCHEMA_VERSION);
  assert.equal((await schema.query('SELECT task FROM ledger'))[0]?.['task'], 'regression');
});

test('an older worker on a newer schema is refused, and leaves it as it is', async () => {
  await using schema = await testSchema();
  await openMany(schema, 1);
  await schema.query(`UPDATE ledger SET version = ${SCHEMA_VERSION + 1}`);
  const before = await schema.query('SELECT id, epoch FROM writer');
  await assert.rejects(
    openIn(schema, new RecordingSink()),
    says(
      'stop',
      new RegExp(
        `its schema has version ${SCHEMA_VERSION + 1}, this program knows ${SCHEMA_VERSION}\\. Use the program`,
      ),
    ),
  );
  assert.deepEqual(await schema.query('SELECT id, epoch FROM writer'), before);
});
