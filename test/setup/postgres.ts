import { randomBytes } from 'node:crypto';
import { after } from 'node:test';
import { Client } from 'pg';
import { POSTGRES_VARIABLE } from './find-postgres.ts';
import { PostgresServer } from './postgres-server.ts';

/** A schema of its own on the PostgreSQL that a test run shares. */
export interface TestSchema extends AsyncDisposable {
  /** `postgres://user@host:port/database?schema=NAME`, as `--ledger` takes it. */
  readonly url: string;
  /** Runs one statement, with that schema first in the search path. */
  query(sql: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
}

/** A fresh schema with nothing in it. Give it back with `await using`. @param server absent: the shared one */
export async function testSchema(server?: PostgresServer): Promise<TestSchema> {
  const url = server?.url ?? (await sharedUrl());
  const name = `test_${randomBytes(6).toString('hex')}`;
  const query = async (sql: string, values: readonly unknown[] = []): Promise<Record<string, unknown>[]> => {
    const client = new Client(url);
    client.on('error', () => {});
    await client.connect();
    try {
      await client.query(`SET search_path = ${name}`);
      return (await client.query<Record<string, unknown>>(sql, [...values])).rows;
    } finally {
      await client.end();
    }
  };
  return {
    url: `${url}?schema=${name}`,
    query,
    [Symbol.asyncDispose]: async () => void (await query(`DROP SCHEMA IF EXISTS ${name} CASCADE`)),
  };
}

let shared: Promise<PostgresServer> | undefined;

/** The named one; else, where a test file runs without the runner, a server that lives as long as this process. */
async function sharedUrl(): Promise<string> {
  const named = process.env[POSTGRES_VARIABLE];
  if (named !== undefined) return named;
  shared ??= PostgresServer.start();
  return (await shared).url;
}

after(async () => {
  await (await shared)?.[Symbol.asyncDispose]();
});
