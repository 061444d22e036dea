import { Client } from 'pg';
import type { Durability } from '../../settings.ts';
import { accessTo, connectFailure } from './access.ts';
import type { PostgresAddress } from './address.ts';

/** How a connection is opened. */
export interface ConnectionSettings {
  readonly address: PostgresAddress;
  readonly durability: Durability;
  /** What the server shows of it in pg_stat_activity. */
  readonly name: string;
}

/** A value of a statement: buffers travel in binary, `null` is NULL. */
export type SqlValue = string | number | boolean | Buffer | null;

/** The rows of an answer, each an array of its columns, and how many rows the statement touched. */
export interface Answer {
  readonly rows: readonly (readonly unknown[])[];
  readonly count: number;
}

/**
 * One session of a ledger's database. Statements are prepared once a session, by their text, and may be sent before
 * the answer to the one before: the server takes them in order, and refuses all of a transaction that come after one that failed.
 */
export class Connection {
  readonly #client: Client;
  readonly #statements = new Map<string, { readonly name: string; isPrepared: boolean }>();
  #named = 0;
  #ended = false;

  private constructor(client: Client) {
    this.#client = client;
    const ended = (): void => {
      this.#ended = true;
    };
    client.on('error', ended);
    client.on('end', ended);
  }

  /** @throws what the client throws: see `failures.ts` */
  static async open({ address, durability, name }: ConnectionSettings): Promise<Connection> {
    const client = new Client({
      ...(await accessTo(address)),
      application_name: name,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: 5_000,
      // Statements follow each other without a round trip between them.
      pipeline: true,
    });
    const connection = new Connection(client);
    try {
      await client.connect();
    } catch (error) {
      throw await connectFailure(error, address);
    }
    await client.query(
      `SET search_path = ${address.schema}; ${SESSION} SET synchronous_commit = ${durability === 'power-cut' ? 'on' : 'off'}`,
    );
    return connection;
  }

  /** Whether it can no longer be used. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Runs a statement that is run again and again. */
  async run(sql: string, values: readonly SqlValue[] = []): Promise<Answer> {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = { name: `s${++this.#named}`, isPrepared: false };
      this.#statements.set(sql, statement);
    }
    const { name } = statement;
    try {
      const answer = await this.#client.query<unknown[]>({
        text: sql,
        values: [...values],
        name,
        rowMode: 'array',
      });
      statement.isPrepared = true;
      return { rows: answer.rows, count: answer.rowCount ?? 0 };
    } catch (error) {
      // In a transaction that has failed nothing is prepared; under this name the client would not try again.
      if (!statement.isPrepared) this.#statements.delete(sql);
      throw error;
    }
  }

  /** Runs statements without values, for example a migration. */
  async script(sql: string): Promise<void> {
    await this.#client.query(sql);
  }

  /**
   * Does the work in a transaction: commits when it fulfils, else takes everything back. The commit is sent only when all
   * before it has been answered, so a transaction of which nobody knows holds its locks until it is decided.
   */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    // Goes out together with the first statement of the work.
    const begun = this.script('BEGIN');
    begun.catch(() => {});
    let result: T;
    try {
      result = await work();
      await begun;
    } catch (error) {
      await this.script('ROLLBACK').catch(() => {});
      throw error;
    }
    await this.script('COMMIT');
    return result;
  }

  /** Ends the session; a transaction in it is taken back. */
  async close(): Promise<void> {
    if (!this.#ended) await this.#client.end().catch(() => {});
    this.#ended = true;
  }
}

const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Rows are found by their key and nothing else, however the planner judges a table that was empty when it looked. A worker that
 * freezes within a transaction must not hold up the others for longer than a lease.
 */
const SESSION = `
  SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off;
  SET plan_cache_mode = force_generic_plan; SET bytea_output = hex; SET client_min_messages = warning;
  SET statement_timeout = '60s'; SET lock_timeout = '20s'; SET idle_in_transaction_session_timeout = '4s';
`;
