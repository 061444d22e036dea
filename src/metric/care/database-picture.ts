import { AftermathError } from '../../service/errors.ts';
import type { Books } from '../ledger/books.ts';
import type { LedgerTask, LogCursor } from '../ledger/ledger.ts';
import type { PostgresAddress } from '../ledger/postgres/address.ts';
import type { Connection } from '../ledger/postgres/connection.ts';
import { LEAVES } from '../ledger/postgres/entry-rows.ts';
import { mergeBooks } from '../ledger/postgres/merged-books.ts';
import { schemaVersion } from '../ledger/postgres/migrations.ts';
import { readSharedState } from '../ledger/postgres/shared-state.ts';
import { ledgerBytes } from '../ledger/postgres/table-sizes.ts';
import { loadWords, SharedWords } from '../ledger/postgres/words.ts';
import { readRulesState, type RulesState } from '../ledger/rules-state.ts';
import { withDatabase } from './care-connection.ts';

/** An entry as it lies in its table. */
export interface EntryRow {
  readonly leaf: number;
  readonly key: string;
  readonly bytes: Buffer;
}

/** The outcomes of a batch as they lie in their table; `first` is their number, once they are in the log. */
export interface OutcomeRow {
  readonly writer: number;
  readonly batch: number;
  readonly count: number;
  readonly first: number | undefined;
  readonly bytes: Buffer;
}

/** One of the writers of a ledger. */
export interface WriterRow {
  readonly rules: RulesState;
  readonly holder: string;
  readonly isAtWork: boolean;
}

/** A ledger in PostgreSQL as it was at one moment, whatever workers do meanwhile: to be read, never changed. */
export class DatabasePicture {
  readonly words: SharedWords;
  readonly task: LedgerTask | undefined;
  readonly bytes: number;
  readonly writers: readonly WriterRow[];
  readonly books: Books;
  /** Outcomes that have a number. */
  readonly number: number;
  readonly cursor: LogCursor | undefined;
  readonly #connection: Connection;

  private constructor(
    connection: Connection,
    found: Pick<DatabasePicture, 'words' | 'task' | 'bytes' | 'writers' | 'books' | 'number' | 'cursor'>,
  ) {
    this.#connection = connection;
    this.words = found.words;
    this.task = found.task;
    this.bytes = found.bytes;
    this.writers = found.writers;
    this.books = found.books;
    this.number = found.number;
    this.cursor = found.cursor;
  }

  /**
   * Takes a picture and does something with it; it asks for no right but to read.
   *
   * @param doing for messages: `check`
   * @throws {AftermathError} `stop` where there is no ledger, or one of a newer version; see `withDatabase`
   */
  static take<T>(url: string, doing: string, work: (picture: DatabasePicture) => Promise<T>): Promise<T> {
    return withDatabase(url, async (connection, where) => {
      await mustHaveLedger(connection, where, doing);
      return connection.transaction(async () => {
        // Who takes what is read may be slow.
        await connection.script(
          'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0',
        );
        return work(await DatabasePicture.#of(connection));
      });
    });
  }

  static async #of(connection: Connection): Promise<DatabasePicture> {
    const words = new SharedWords();
    await loadWords(connection, words);
    const { rows } = await connection.run(
      'SELECT holder, until >= clock_timestamp(), extract(epoch FROM at) * 1000, rules FROM writer ORDER BY id',
    );
    const writers = rows.map(([holder, isAtWork, atMs, rules]) => ({
      holder: String(holder),
      isAtWork: isAtWork === true,
      atMs: Number(atMs),
      rules: readRulesState(JSON.parse(String(rules)) as RulesState),
    }));
    const log = await connection.run('SELECT number, cursor FROM log');
    const [number, cursor] = log.rows[0] ?? [];
    return new DatabasePicture(connection, {
      words,
      task: (await readSharedState(connection)).task,
      bytes: await ledgerBytes(connection),
      writers,
      books: mergeBooks(writers.map(({ rules, atMs }) => ({ books: rules.books, atMs }))),
      number: Number(number),
      cursor: typeof cursor === 'string' ? (JSON.parse(cursor) as LogCursor) : undefined,
    });
  }

  /** Every entry, a table after the other, in order of its key there. */
  async *entries(): AsyncIterable<EntryRow> {
    for (let leaf = 0; leaf < LEAVES; leaf++) {
      for (let after = ''; ;) {
        const { rows } = await this.#connection.run(
          `SELECT key, bytes FROM entry_${leaf} WHERE key > $1 ORDER BY key LIMIT ${ENTRIES}`,
          [after],
        );
        for (const [key, bytes] of rows) {
          after = String(key);
          yield { leaf, key: after, bytes: bytes as Buffer };
        }
        if (rows.length < ENTRIES) break;
      }
    }
  }

  /** The outcomes that are kept: those with numbers in their order, then the others. */
  async *outcomes(): AsyncIterable<OutcomeRow> {
    const columns = 'seq, writer, batch, count, first, bytes';
    for (const [where, key] of [
      ['first > $1', 4],
      ['first IS NULL AND seq > $1', 0],
    ] as const) {
      for (let after = -1; ;) {
        const { rows } = await this.#connection.run(
          `SELECT ${columns} FROM outcome_batch WHERE ${where} ORDER BY ${key === 4 ? 'first' : 'seq'} LIMIT ${BATCHES}`,
          [after],
        );
        for (const row of rows) {
          after = Number(row[key]);
          const [, writer, batch, count, first, bytes] = row;
          yield {
            writer: Number(writer),
            batch: Number(batch),
            count: Number(count),
            first: first === null ? undefined : Number(first),
            bytes: bytes as Buffer,
          };
        }
        if (rows.length < BATCHES) break;
      }
    }
  }
}

/** @throws {AftermathError} `stop` where there is no ledger, or one of a newer version */
export async function mustHaveLedger(
  connection: Connection,
  { schema, shown }: PostgresAddress,
  doing: string,
): Promise<void> {
  if ((await schemaVersion(connection, schema, shown)) > 0) return;
  throw new AftermathError(
    'stop',
    `Cannot ${doing} the ledger ${shown}: there is none in the schema "${schema}".`,
  );
}

const ENTRIES = 4_096;
const BATCHES = 16;
