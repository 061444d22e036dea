import { AftermathError } from '../../service/errors.ts';
import { type PostgresAddress, postgresAddress } from '../ledger/postgres/address.ts';
import type { Connection } from '../ledger/postgres/connection.ts';
import { sqlState } from '../ledger/postgres/failures.ts';
import { makeTables, schemaVersion } from '../ledger/postgres/migrations.ts';
import { quiesce, withDatabase } from './care-connection.ts';
import { DatabasePicture } from './database-picture.ts';
import { FilePicture } from './file-picture.ts';
import { fillPostgres } from './fill-postgres.ts';
import { removeDatabase } from './put-aside.ts';
import { ledgerOfLog, type RebuildOptions, type Rebuilt } from './rebuild-ledger.ts';

/**
 * Makes a ledger in PostgreSQL of what a log knows, as `rebuildFile` makes a file. It is made as a file beside the log; then one
 * transaction renames the schema that was there and fills a new one of its name.
 *
 * @throws {AftermathError} `stop`: a worker is at work, there is no log, a line of it cannot be read, or rights are missing
 */
export async function rebuildDatabase(url: string, options: RebuildOptions): Promise<Rebuilt> {
  const { shown } = postgresAddress(url);
  const model = options.model ?? (await championOf(url));
  const making = `${options.logPath}.rebuilding.db`;
  const made = await ledgerOfLog(making, { ...options, model });
  try {
    using picture = new FilePicture(making, 'rebuild');
    const aside = await withDatabase(url, (connection, where) =>
      connection.transaction(async () => {
        const before = await putSchemaAside(connection, where);
        await makeTables(connection, where.schema, shown);
        await fillPostgres(connection, picture, {
          ...options,
          holder: `the log ${options.logPath}`,
          movedFrom: undefined,
        });
        return before;
      }),
    );
    return { path: shown, aside, ...made };
  } finally {
    removeDatabase(making);
  }
}

/** Whose the rows are where the log does not say; `undefined` where the ledger that is there does not tell either. */
async function championOf(url: string): Promise<string | undefined> {
  try {
    return await DatabasePicture.take(
      url,
      'rebuild',
      async ({ books }) => books.models.find(({ challenger }) => !challenger)?.model,
    );
  } catch (error) {
    if (error instanceof AftermathError && error.consequence !== 'stop') throw error;
    return undefined;
  }
}

/** @returns the name under which a ledger that was there is now; `undefined` where there was none, or nothing in it */
async function putSchemaAside(
  connection: Connection,
  { schema, shown }: PostgresAddress,
): Promise<string | undefined> {
  if ((await schemaVersion(connection, schema, shown)) === 0) return undefined;
  await quiesce(connection, { doing: `rebuild the ledger ${shown}`, shown });
  const { rows } = await connection.run('SELECT EXISTS (SELECT FROM writer)');
  if (rows[0]?.[0] !== true) return undefined;
  // A name has 63 characters at most.
  const aside = `${schema.slice(0, 40)}_damaged_${new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14)}`;
  try {
    await connection.script(`ALTER SCHEMA ${schema} RENAME TO ${aside}`);
    await connection.script(`CREATE SCHEMA ${schema}`);
  } catch (error) {
    if (sqlState(error) !== '42501') throw error;
    throw new AftermathError(
      'stop',
      `Cannot rebuild the ledger ${shown}: its user may not put the schema aside. ` +
        `Whoever administers the database runs: ALTER SCHEMA ${schema} RENAME TO ${aside}; and what \`aftermath permissions metric\` prints. Then run this again.`,
      { cause: error },
    );
  }
  return aside;
}
