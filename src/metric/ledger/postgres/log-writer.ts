import type { Logger } from '../../../service/logging.ts';
import { AftermathError, messageOf } from '../../../service/errors.ts';
import type { LedgerTask, LogCursor, Outcome, OutcomeSink } from '../ledger.ts';
import { bigintArray, binaryArray, OID, textArray } from './binary-array.ts';
import type { Connection } from './connection.ts';
import { Contended, explained } from './failures.ts';
import { readKnowingWords } from './known-words.ts';
import { decodeOutcomes } from './outcome-blob.ts';
import { numberedOutcomes } from './outcome-rows.ts';
import { SharedWords } from './words.ts';

/** The one who writes the log is taken for dead when it has not been heard of for so long. */
export const LOG_LEASE_SECONDS = 5;

/** What the log's writer works with. */
export interface LogWriterOptions {
  readonly connect: () => Promise<Connection>;
  readonly sink: OutcomeSink;
  readonly task: () => LedgerTask | undefined;
  /** Names this process and nobody else. */
  readonly holder: string;
  /** For messages, without a password. */
  readonly address: string;
  readonly log: Logger;
}

/**
 * Writes the log and the figures that depend on the order, as long as this process holds the lease on it in the database. It
 * numbers the outcomes that the workers have left there in the order in which it finds them, which keeps the order of
 * each id: a worker leaves its outcomes while it holds the entries they are of.
 *
 * A lease is a number that grows with each holder. Each transaction begins with a look whether it is still the same, on a row
 * that it then holds. Lines may be written by one who freezes right after: so whoever takes over puts a copy of the committed part
 * in the file's place, and the other one writes into a file that nobody sees.
 */
export class LogWriter {
  readonly #options: LogWriterOptions;
  /** Its own: words that a batch has in hand are not stored yet. */
  readonly #words = new SharedWords();
  #connection: Connection | undefined;
  /** The lease, while it is ours. */
  #token: number | undefined;
  #figuresNumber = 0;
  #storedAtMs = 0;
  #renewedAtMs = 0;
  #askedAtMs = -Infinity;
  /** This process was the last to write the file. */
  #isLast = false;
  #failure: unknown;
  #saidWhy = '';
  #turn: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #ending = false;

  constructor(options: LogWriterOptions) {
    this.#options = options;
  }

  /** Whether the log is this process's to write. */
  get leads(): boolean {
    return this.#token !== undefined;
  }

  /** Begins: tries for the lease at once, then again and again. @throws what `reopen` of the log refuses */
  async start(): Promise<void> {
    await this.#next();
    this.throwIfFailed();
  }

  /** There are outcomes to be written. */
  poke(): void {
    if (this.leads) this.#schedule(0);
  }

  /** Writes everything that is there now, where the log is ours to write. */
  async catchUp(): Promise<void> {
    await this.#next();
    this.throwIfFailed();
  }

  /** @throws what only a person can mend: another's log, a folder that is not writable */
  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Writes what is left, stores the states and gives the lease back. */
  async stop(): Promise<void> {
    await this.#next();
    this.#ending = true;
    clearTimeout(this.#timer);
    await this.#turn;
    try {
      if (this.#token !== undefined && this.#connection !== undefined) {
        await this.#storeStates(this.#connection);
        await this.#connection.run("UPDATE log SET until = '-infinity' WHERE token = $1", [this.#token]);
      }
    } catch {
      // It ends by itself.
    }
    this.#token = undefined;
    await this.#connection?.close();
  }

  /** One turn after the other. */
  #next(): Promise<void> {
    clearTimeout(this.#timer);
    this.#turn = this.#turn.then(() => this.#work());
    return this.#turn;
  }

  #schedule(afterMs: number): void {
    if (this.#ending || this.#failure !== undefined) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#next(), afterMs);
    this.#timer.unref();
  }

  async #work(): Promise<void> {
    if (this.#ending || this.#failure !== undefined) return;
    try {
      if (this.#connection === undefined || this.#connection.ended) await this.#connect();
      const connection = this.#connection!;
      if (this.#token === undefined) await this.#take(connection);
      while (this.#token !== undefined && (await this.#drain(connection, this.#token))) continue;
      if (this.#token !== undefined && (await this.#renew(connection, this.#token)))
        await this.#options.sink.write([]);
      this.#saidWhy = '';
      this.#schedule(this.leads ? POLL_MS : ASK_MS);
    } catch (error) {
      this.#failed(explained(error, this.#options.address));
    }
  }

  async #connect(): Promise<void> {
    this.#token = undefined;
    await this.#connection?.close();
    this.#connection = await this.#options.connect();
  }

  /** What the sink holds is thrown away and read back: the way after a failure is the way after a crash. */
  #failed(error: unknown): void {
    this.#token = undefined;
    this.#askedAtMs = -Infinity;
    if (!(error instanceof AftermathError) || error.consequence !== 'retry') {
      this.#failure = error;
      return;
    }
    const why = messageOf(error);
    if (why !== this.#saidWhy) this.#options.log.warn(why);
    this.#saidWhy = why;
    this.#schedule(AFTER_FAILURE_MS);
  }

  /** Takes the lease where nobody has it, and brings the sink to where the log stands. */
  async #take(connection: Connection): Promise<void> {
    if (performance.now() - this.#askedAtMs < ASK_MS) return;
    this.#askedAtMs = performance.now();
    const { holder, sink, log } = this.#options;
    const seen = await connection.run('SELECT token, holder, until < clock_timestamp() FROM log');
    const [token, lastHolder, isOver] = seen.rows[0] ?? [];
    const wasOurs = lastHolder === holder;
    if (isOver !== true && !wasOurs) return;
    const taken = await connection.run(
      `UPDATE log SET token = token + 1, holder = $1, until = clock_timestamp() + $2::interval WHERE token = $3
       RETURNING token, number, cursor, figures_number`,
      [holder, LEASE, Number(token)],
    );
    const [row] = taken.rows;
    if (row === undefined) return;
    const lease = Number(row[0]);
    if (!wasOurs || !this.#isLast)
      log.info(`this process writes the log from outcome ${Number(row[1]) + 1} on`);
    const renewing = setInterval(() => void this.#renew(connection, lease).catch(() => {}), RENEW_MS);
    try {
      await this.#restore(connection, lease, {
        number: Number(row[1]),
        cursor: typeof row[2] === 'string' ? (JSON.parse(row[2]) as LogCursor) : undefined,
        figuresNumber: Number(row[3]),
        isolate: !wasOurs || !this.#isLast,
      });
    } finally {
      clearInterval(renewing);
    }
    sink.reopened();
    this.#isLast = true;
    this.#token = lease;
  }

  async #restore(
    connection: Connection,
    lease: number,
    stored: {
      readonly number: number;
      readonly cursor: LogCursor | undefined;
      readonly figuresNumber: number;
      readonly isolate: boolean;
    },
  ): Promise<void> {
    const { sink, task } = this.#options;
    const words = this.#words;
    const outcomesFrom = (number: number): AsyncIterable<Outcome> =>
      numberedOutcomes(connection, words, number);
    const { rows } = await connection.run('SELECT name, bytes FROM log_figure');
    const states = new Map(rows.map(([name, bytes]) => [String(name), bytes as Buffer]));
    const isWhole = sink.restore(states, { task: task(), number: stored.figuresNumber });
    for await (const outcome of outcomesFrom(stored.figuresNumber + 1)) {
      if (outcome.number > stored.number) break;
      sink.replay([outcome]);
    }
    this.#figuresNumber = stored.figuresNumber;
    if (!isWhole) await sink.rebuild(outcomesFrom(1));
    const cursor = await sink.reopen(stored.cursor, outcomesFrom, { isolate: stored.isolate });
    const kept = await connection.run('UPDATE log SET cursor = $2, baseline = $3 WHERE token = $1', [
      lease,
      JSON.stringify(cursor),
      JSON.stringify(sink.baseline() ?? null),
    ]);
    if (kept.count === 0) throw new Contended('another process writes the log now');
  }

  /** Numbers and writes some of what is there. @returns whether there may be more */
  async #drain(connection: Connection, lease: number): Promise<boolean> {
    const { sink } = this.#options;
    const words = this.#words;
    const waiting = await connection.run('SELECT EXISTS (SELECT FROM outcome_batch WHERE first IS NULL)');
    if (waiting.rows[0]?.[0] !== true) return false;
    const isLost = await connection.transaction(async () => {
      const held = await connection.run('SELECT number FROM log WHERE token = $1 FOR UPDATE', [lease]);
      if (held.rows[0] === undefined) return true;
      const { rows } = await connection.run(
        `SELECT seq, count, bytes FROM outcome_batch WHERE seq IN
           (SELECT seq FROM (SELECT seq, sum(count) OVER (ORDER BY seq) - count AS before FROM
             (SELECT seq, count FROM outcome_batch WHERE first IS NULL ORDER BY seq LIMIT ${BATCHES_MAX}) AS waiting) AS counted
            WHERE before < ${OUTCOMES_MAX}) ORDER BY seq`,
      );
      const before = Number(held.rows[0][0]);
      let number = before;
      const outcomes: Outcome[] = [];
      const firsts: number[] = [];
      for (const [, count, bytes] of rows) {
        firsts.push(number + 1);
        const some = await readKnowingWords(connection, words, () =>
          decodeOutcomes(words, bytes as Buffer, number + 1),
        );
        for (const outcome of some) outcomes.push(outcome);
        number += Number(count);
      }
      const cursor = await sink.write(outcomes);
      const isDue = performance.now() - this.#storedAtMs >= STORE_EVERY_MS;
      await Promise.all([
        connection.run(
          'UPDATE outcome_batch AS o SET first = u.first FROM unnest($1::int8[], $2::int8[]) AS u (seq, first) WHERE o.seq = u.seq',
          [bigintArray(rows.map(([seq]) => Number(seq))), bigintArray(firsts)],
        ),
        ...(isDue ? [storeLogFigures(connection, sink.states())] : []),
        connection.run(
          `UPDATE log SET number = $2, cursor = $3, baseline = $4, figures_number = $5, until = clock_timestamp() + $6::interval
           WHERE token = $1`,
          [
            lease,
            number,
            JSON.stringify(cursor),
            JSON.stringify(sink.baseline() ?? null),
            isDue ? number : this.#figuresNumber,
            LEASE,
          ],
        ),
      ]);
      if (isDue) {
        this.#storedAtMs = performance.now();
        this.#figuresNumber = number;
      }
      this.#renewedAtMs = performance.now();
      return false;
    });
    if (isLost) {
      this.#token = undefined;
      this.#isLast = false;
      this.#options.log.warn('another process writes the log now: this one was silent for too long');
    }
    return !isLost;
  }

  /** @returns whether it was time to */
  async #renew(connection: Connection, lease: number): Promise<boolean> {
    if (performance.now() - this.#renewedAtMs < RENEW_MS) return false;
    this.#renewedAtMs = performance.now();
    await connection.run('UPDATE log SET until = clock_timestamp() + $2::interval WHERE token = $1', [
      lease,
      LEASE,
    ]);
    return true;
  }

  async #storeStates(connection: Connection): Promise<void> {
    const { sink } = this.#options;
    await connection.transaction(async () => {
      const { rows } = await connection.run('SELECT number FROM log WHERE token = $1 FOR UPDATE', [
        this.#token ?? -1,
      ]);
      if (rows[0] === undefined) return;
      await storeLogFigures(connection, sink.states());
      await connection.run('UPDATE log SET figures_number = number');
    });
  }
}

/** Stores the states of what depends on the order, within a transaction. */
export async function storeLogFigures(
  connection: Connection,
  states: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  await connection.run(
    `INSERT INTO log_figure (name, bytes) SELECT * FROM unnest($1::text[], $2::bytea[])
     ON CONFLICT (name) DO UPDATE SET bytes = excluded.bytes`,
    [textArray([...states.keys()]), binaryArray(OID.bytea, [...states.values()])],
  );
}

const LEASE = `${LOG_LEASE_SECONDS} seconds`;

/** Of one transaction: it bounds how long the log's row is held, and memory. */
const BATCHES_MAX = 64;
const OUTCOMES_MAX = 16_384;

const POLL_MS = 50;
const ASK_MS = 500;
const RENEW_MS = 1_000;
const AFTER_FAILURE_MS = 500;

/** What came since is replayed after a crash. */
const STORE_EVERY_MS = 1_000;
