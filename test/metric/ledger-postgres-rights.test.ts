import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { ledgerGrant } from '../../src/commands/ledger-rights.ts';
import { TABLE_RIGHTS } from '../../src/metric/ledger/postgres/rights.ts';
import { ledgerContract } from '../contracts/ledger.ts';
import { says } from '../contracts/inbox.ts';
import { RecordingSink } from '../contracts/recording-sink.ts';
import { testSchema, type TestSchema } from '../setup/postgres.ts';
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
