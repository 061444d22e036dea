import { AftermathError } from '../../../service/errors.ts';
import type { PostgresAddress } from './address.ts';
import type { Connection } from './connection.ts';

/** What a worker does to the rows of every table of the ledger. It changes none of the tables, once they are there. */
export const TABLE_RIGHTS = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] as const;

/**
 * Sees that the user has the rights that a worker needs, before it finds out in the middle of a batch.
 *
 * @throws {AftermathError} `stop`, naming the first that is missing, and how many more are
 */
export async function mustHaveRights(
  connection: Connection,
  { schema, shown }: PostgresAddress,
): Promise<void> {
  const { rows } = await connection.run(
    `SELECT current_user, needed, relname FROM pg_class, unnest($2::text[]) AS needed
     WHERE relnamespace = to_regnamespace($1) AND relkind = 'r' AND NOT has_table_privilege(pg_class.oid, needed)
     ORDER BY relname, needed`,
    [schema, `{${TABLE_RIGHTS.join(',')}}`],
  );
  const [first] = rows;
  if (first === undefined) return;
  const [user, right, table] = first.map(String);
  const more = rows.length > 1 ? ` and ${rows.length - 1} more` : '';
  throw new AftermathError(
    'stop',
    `Cannot use the ledger ${shown}: user "${user}" lacks the right to ${right} on table ${schema}.${table}${more}. \`aftermath permissions metric --declared\` prints what it needs.`,
  );
}
