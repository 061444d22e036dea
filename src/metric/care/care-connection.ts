import { AftermathError } from '../../service/errors.ts';
import { type PostgresAddress, postgresAddress } from '../ledger/postgres/address.ts';
import { Connection } from '../ledger/postgres/connection.ts';
import { explained } from '../ledger/postgres/failures.ts';

/**
 * Does a piece of care over a session of its own with a ledger's database.
 *
 * @param url as `--ledger` has it
 * @throws {AftermathError} what the work throws; `usage` where it is no such URL, `stop` where rights or database are
 *   missing, `retry` where the server or its connection is away: it may be run again
 */
export async function withDatabase<T>(
  url: string,
  work: (connection: Connection, where: PostgresAddress) => Promise<T>,
): Promise<T> {
  const where = postgresAddress(url);
  try {
    const connection = await Connection.open({
      address: where,
      durability: 'power-cut',
      name: 'aftermath ledger',
    });
    try {
      return await work(connection, where);
    } finally {
      await connection.close();
    }
  } catch (error) {
    throw explained(error, where.shown, 'care');
  }
}

/**
 * Keeps all workers out of a ledger until the transaction ends, and sees that none is at work.
 *
 * @param about.doing for messages: `move ledger.db`
 * @throws {AftermathError} `stop` when one is: says who
 */
export async function quiesce(
  connection: Connection,
  about: { readonly doing: string; readonly shown: string },
): Promise<void> {
  // What is read meanwhile may take its time between two statements.
  await connection.script(
    'SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0; LOCK TABLE writer IN EXCLUSIVE MODE',
  );
  const { rows } = await connection.run(
    'SELECT holder FROM writer WHERE until >= clock_timestamp() ORDER BY id',
  );
  const [first] = rows;
  if (first === undefined) return;
  const more = rows.length > 1 ? ` and ${rows.length - 1} more` : '';
  throw new AftermathError(
    'stop',
    `Cannot ${about.doing}: ${String(first[0])}${more} at work on ${about.shown}. Stop all metric workers first; one that was killed is taken for dead after 30 s.`,
  );
}
