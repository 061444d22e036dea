import type { Connection } from './connection.ts';

/** Bytes on disk of all tables of the ledger, with their indexes. */
export async function ledgerBytes(connection: Connection): Promise<number> {
  const { rows } = await connection.run(
    `SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE n.nspname = current_schema() AND c.relkind = 'r'`,
  );
  return Number(rows[0]?.[0] ?? 0);
}
