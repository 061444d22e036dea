import { Client } from 'pg';
import { PostgresServer } from '../test/setup/postgres-server.ts';
import { costOf } from './processes.ts';

/** Lines of postgresql.conf of a server that is measured. */
const SETTINGS = [
  'fsync = on',
  'shared_buffers = 1GB',
  'max_wal_size = 4GB',
  'wal_compression = lz4',
  'checkpoint_timeout = 15min',
];

/** A PostgreSQL of a measurement's own, for one ledger. */
export class BenchDatabase implements AsyncDisposable {
  readonly #server: PostgresServer;
  /** As `--ledger` takes it. */
  readonly url: string;

  private constructor(server: PostgresServer) {
    this.#server = server;
    this.url = `${server.url}?schema=bench`;
  }

  /** Makes one and starts it. @param further lines of postgresql.conf */
  static async start(...further: readonly string[]): Promise<BenchDatabase> {
    return new BenchDatabase(await PostgresServer.start(...SETTINGS, ...further));
  }

  /** CPU of all its processes so far. */
  cpuSeconds(): number {
    return this.#server.processes().reduce((sum, pid) => sum + costOf(pid).cpuSeconds, 0);
  }

  /** Bytes of the tables whose names begin so, by one of PostgreSQL's functions of size. */
  async tableBytes(
    beginning = '',
    size: 'pg_relation_size' | 'pg_indexes_size' | 'pg_total_relation_size' = 'pg_total_relation_size',
  ): Promise<number> {
    return this.#number(
      `SELECT sum(${size}(oid)) FROM pg_class WHERE relnamespace = 'bench'::regnamespace AND relkind = 'r' AND relname LIKE '${beginning}%'`,
    );
  }

  /** Bytes of write-ahead log since it was made. */
  async logBytes(): Promise<number> {
    return this.#number("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }

  async #number(sql: string): Promise<number> {
    const client = new Client(this.#server.url);
    await client.connect();
    try {
      const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
      return Number(rows[0]?.[0]);
    } finally {
      await client.end();
    }
  }
}
