import { postgresAddress } from '../metric/ledger/postgres/address.ts';
import { TABLE_RIGHTS } from '../metric/ledger/postgres/rights.ts';

/** What makes a user one that may keep a ledger in PostgreSQL, and may do nothing else. */
export interface LedgerGrant {
  readonly database: string;
  readonly user: string;
  /** To be run by whoever administers the database. */
  readonly statements: readonly string[];
}

/**
 * The least rights on a ledger's database: to own its schema, and so make and upgrade its tables, or where somebody else
 * does that, to read and write their rows.
 *
 * @param url as `--ledger` has it
 * @param to.user `undefined`: the one in the URL, else `aftermath-metric`
 * @throws {AftermathError} `usage` when it is no such URL
 */
export function ledgerGrant(
  url: string,
  to: { readonly user: string | undefined; readonly isDeclared: boolean },
): LedgerGrant {
  const address = postgresAddress(url);
  const { username, pathname } = new URL(address.url);
  const user = to.user ?? (decodeURIComponent(username) || 'aftermath-metric');
  const [role, schema] = [identifier(user), address.schema];
  const database = decodeURIComponent(pathname.slice(1)) || user;
  const connect = `GRANT CONNECT ON DATABASE ${identifier(database)} TO ${role}`;
  const statements = to.isDeclared
    ? [
        connect,
        `GRANT USAGE ON SCHEMA ${schema} TO ${role}`,
        `GRANT ${TABLE_RIGHTS.join(', ')} ON ALL TABLES IN SCHEMA ${schema} TO ${role}`,
      ]
    : [connect, `CREATE SCHEMA IF NOT EXISTS ${schema} AUTHORIZATION ${role}`];
  return { database, user, statements };
}

/**
 * The least rights of somebody who only looks: `ledger check` and `ledger export` read a ledger and change nothing in it. A newer
 * version may bring tables that they are to be given for, too.
 *
 * @param user `undefined`: `aftermath-reader`; whoever the URL names keeps the ledger
 * @throws {AftermathError} `usage` when it is no such URL
 */
export function readerGrant(url: string, user = 'aftermath-reader'): LedgerGrant {
  const address = postgresAddress(url);
  const { username, pathname } = new URL(address.url);
  const database = decodeURIComponent(pathname.slice(1) || username) || user;
  const [role, schema] = [identifier(user), address.schema];
  return {
    database,
    user,
    statements: [
      `GRANT CONNECT ON DATABASE ${identifier(database)} TO ${role}`,
      `GRANT USAGE ON SCHEMA ${schema} TO ${role}`,
      `GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO ${role}`,
    ],
  };
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
