import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import pino from 'pino';
import { ledgerGrant, readerGrant } from '../../src/commands/ledger-rights.ts';
import { TABLE_RIGHTS } from '../../src/metric/ledger/postgres/rights.ts';
import { checkDatabase } from '../../src/metric/care/check-database.ts';
import { eraseFromDatabase } from '../../src/metric/care/erase-database.ts';
import { exportLedger } from '../../src/metric/care/export-ledger.ts';
import { moveLedger } from '../../src/metric/care/move-ledger.ts';
import { rebuildDatabase } from '../../src/metric/care/rebuild-database.ts';
import { ledgerContract } from '../contracts/ledger.ts';
import { says } from '../contracts/inbox.ts';
import { RecordingSink } from '../contracts/recording-sink.ts';
import { testSchema, type TestSchema } from '../setup/postgres.ts';
import { BUSY_HORIZON_MS, BUSY_RETENTION_MS, openBusy, takeBusy } from './busy-ledger.ts';
import { Scratch } from './ledger-fixture.ts';
import { openIn } from './opened-postgres.ts';

/** A schema whose URL is that of a user with no rights but those that are printed. */
interface LimitedSchema extends TestSchema {
  readonly user: string;
}

/** @param isDeclared somebody else has made the tables */
async function limited(isDeclared: boolean): Promise<LimitedSchema> {
  const schema = await testSchema();
  const user = `limited_${randomBytes(6).toString('hex')}`;
  await schema.query(`CREATE USER ${user}`);
  if (isDeclared) {
    // The user of the tests makes them, as the administrator of a house would.
    const keep = { ...schema, [Symbol.asyncDispose]: async () => {} };
    await (await openIn(keep, new RecordingSink()))[Symbol.asyncDispose]();
  }
  const url = schema.url.replace(/\/\/[^@]*@/, `//${user}@`);
  const { statements } = ledgerGrant(url, { user: undefined, isDeclared });
  for (const statement of statements) await schema.query(statement);
  return {
    ...schema,
    user,
    url,
    async [Symbol.asyncDispose]() {
      await schema.query(`DROP OWNED BY ${user} CASCADE`);
      await schema[Symbol.asyncDispose]();
      await schema.query(`DROP USER ${user}`);
    },
  };
}

ledgerContract('PostgreSQL, to a user that owns its schema', async (sinks) =>
  openIn(await limited(false), sinks),
);
ledgerContract('PostgreSQL, to a user that may only read and write rows', async (sinks) =>
  openIn(await limited(true), sinks),
);

test('a user that lacks a right on a table is told at the start which, and on which table', async () => {
  await using schema = await limited(true);
  const tables = await schema.query(
    "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' ORDER BY 1",
  );
  assert.ok(tables.length >= 10);
  for (const [i, { relname }] of tables.entries()) {
    const right = TABLE_RIGHTS[i % TABLE_RIGHTS.length];
    await schema.query(`REVOKE ${right} ON ${String(relname)} FROM ${schema.user}`);
    // To read the version comes first, and the server itself says that it may not be read.
    const words = new RegExp(
      `lacks the right to ${right} on table \\w+\\.${String(relname)}\\. .aftermath permissions metric|permission denied for table ${String(relname)}`,
    );
    await assert.rejects(openIn(schema, new RecordingSink()), says('stop', words));
    await schema.query(`GRANT ${right} ON ${String(relname)} TO ${schema.user}`);
  }
  await schema.query(
    `REVOKE USAGE ON SCHEMA ${String((await schema.query('SELECT current_schema() AS s'))[0]?.['s'])} FROM ${schema.user}`,
  );
  await assert.rejects(
    openIn(schema, new RecordingSink()),
    says('stop', /permission denied for schema .*aftermath permissions metric/),
  );
});

test('a user that may not make the schema is told so, and what to do', async () => {
  await using schema = await testSchema();
  const user = `limited_${randomBytes(6).toString('hex')}`;
  await schema.query(`CREATE USER ${user}`);
  const url = schema.url.replace(/\/\/[^@]*@/, `//${user}@`);
  await assert.rejects(
    openIn({ ...schema, url }, new RecordingSink()),
    says('stop', /permission denied for database .*aftermath permissions metric/),
  );
  await schema.query(`DROP USER ${user}`);
});

test('to check and to export a ledger takes the right to read it, and no other', async () => {
  await using schema = await testSchema();
  using scratch = new Scratch();
  const parts = await openBusy(schema.url, scratch.dir);
  await takeBusy(parts, 0, 100);
  await parts[Symbol.asyncDispose]();
  const user = `reader_${randomBytes(6).toString('hex')}`;
  await schema.query(`CREATE USER ${user}`);
  for (const statement of readerGrant(schema.url, user).statements) await schema.query(statement);
  const url = schema.url.replace(/\/\/[^@]*@/, `//${user}@`);
  assert.deepEqual((await checkDatabase(url, join(scratch.dir, 'metric_log.csv'))).problems, []);
  assert.ok((await exportLedger(url, async () => {})).lines > 100);
  for (const { relname } of await schema.query(
    "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relname IN ('ledger', 'log', 'writer', 'word', 'entry_5', 'outcome_batch')",
  )) {
    await schema.query(`REVOKE SELECT ON ${String(relname)} FROM ${user}`);
    const words = new RegExp(`permission denied for table ${String(relname)}`);
    await assert.rejects(checkDatabase(url, undefined), says('stop', words));
    await schema.query(`GRANT SELECT ON ${String(relname)} TO ${user}`);
  }
  await schema.query(`DROP OWNED BY ${user} CASCADE`);
  await schema.query(`DROP USER ${user}`);
});

test('to move a ledger and to erase from it takes what a worker has; to rebuild one takes more, and that is said', async () => {
  await using schema = await limited(true);
  using scratch = new Scratch();
  const path = join(scratch.dir, 'ledger.db');
  const logPath = join(scratch.dir, 'metric_log.csv');
  const log = pino({ level: 'silent' });
  const parts = await openBusy(path, scratch.dir);
  await takeBusy(parts, 0, 100);
  await parts[Symbol.asyncDispose]();
  // Its own start has left the place of a worker there.
  for (const table of ['writer', 'log_figure', 'writer_figure']) await schema.query(`DELETE FROM ${table}`);
  await schema.query('UPDATE log SET cursor = NULL');
  const used = { horizonMs: BUSY_HORIZON_MS, retentionMs: BUSY_RETENTION_MS, log };
  await moveLedger({ ...used, path, url: schema.url });
  const erased = await eraseFromDatabase({ ledger: schema.url, logPath, id: '42' }, log);
  assert.deepEqual([erased.entries, erased.lines], [1, 2]);
  const rebuilding = {
    ...used,
    logPath,
    task: undefined,
    recentIdsMax: 1_000,
    numericIds: true,
    model: undefined,
  };
  await assert.rejects(
    rebuildDatabase(schema.url, rebuilding),
    says(
      'stop',
      /may not put the schema aside. .* runs: ALTER SCHEMA \w+ RENAME TO \w+_damaged_\d+; and what .aftermath permissions metric. prints/,
    ),
  );
  assert.deepEqual((await checkDatabase(schema.url, logPath)).problems, [], 'nothing has changed');
});
