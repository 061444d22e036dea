import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { AftermathError } from '../../../service/errors.ts';
import type { Logger } from '../../../service/logging.ts';
import type { Durability } from '../../settings.ts';
import type { Books } from '../books.ts';
import type {
  Batch,
  Changes,
  Ledger,
  LedgerRulesSettings,
  LedgerTask,
  Outcome,
  OutcomeSinks,
} from '../ledger.ts';
import { MissingWord } from '../words.ts';
import { postgresAddress, type PostgresAddress } from './address.ts';
import { Connection } from './connection.ts';
import { explained, isContention, isOfRow, isPassing } from './failures.ts';
import { LogWriter } from './log-writer.ts';
import { migrate } from './migrations.ts';
import { mustHaveRights } from './rights.ts';
import { numberedOutcomes } from './outcome-rows.ts';
import { halves, refusal } from './split.ts';
import { settleTask } from './shared-state.ts';
import { loadWords, SharedWords } from './words.ts';
import { Worker } from './worker.ts';
import { holderName, PlaceLost } from './writer.ts';

/** Where the database is, what a commit survives, and whether this process may write the log. */
export interface PostgresLedgerSettings extends LedgerRulesSettings {
  /** `postgres://user:password@host:port/database?schema=NAME` */
  readonly url: string;
  readonly durability: Durability;
  /** False: this process never writes the log, for example because its folder is not that of the others. */
  readonly writesLog: boolean;
}

/**
 * The ledger in a PostgreSQL database that any number of workers share.
 *
 * A batch is one transaction. Its entries are read without a lock, the rules run on them in memory, and they are written back under the
 * condition that nobody has changed them meanwhile; only those that somebody has are then locked and joined again. The
 * worker's share of the books and its outcomes are in the same transaction. Numbers, the log and what depends on the order are
 * the log writer's, which is one of the workers at a time.
 */
export class PostgresLedger implements Ledger {
  readonly address: string;
  readonly #settings: PostgresLedgerSettings;
  readonly #where: PostgresAddress;
  readonly #words = new SharedWords();
  readonly #logWriter: LogWriter;
  readonly #worker: Worker;
  #connection: Connection;

  private constructor(
    settings: PostgresLedgerSettings,
    sinks: OutcomeSinks,
    made: { readonly where: PostgresAddress; readonly connection: Connection; readonly log: Logger },
  ) {
    this.#settings = settings;
    this.#where = made.where;
    this.#connection = made.connection;
    this.address = made.where.shown;
    this.#worker = new Worker(settings, sinks, this.#words, () => this.leads);
    this.#logWriter = new LogWriter({
      connect: () => this.#connect('aftermath log'),
      sink: sinks.ordered,
      task: () => this.#worker.task,
      holder: `${holderName()} (${randomUUID().slice(0, 8)})`,
      address: this.address,
      log: made.log,
    });
  }

  /**
   * Opens the ledger, makes its tables where there are none, and brings the sinks to where it stands. A server that is not there
   * (yet) is waited for, for a minute.
   *
   * @throws {AftermathError} `usage`: no such address; `stop`: no such database or user, rights are missing, the tables are of a
   *   newer version, and whatever the sinks refuse; `retry`: the server did not come
   */
  static async open(
    settings: PostgresLedgerSettings,
    sinks: OutcomeSinks,
    log: Logger,
  ): Promise<PostgresLedger> {
    const where = postgresAddress(settings.url);
    const untilMs = performance.now() + OPEN_WITHIN_MS;
    for (let said = ''; ;) {
      try {
        return await PostgresLedger.#open(settings, sinks, { where, log });
      } catch (error) {
        const why = explained(error, where.shown, 'open');
        const mayPass = why instanceof AftermathError && why.consequence === 'retry';
        if (!mayPass || performance.now() > untilMs) throw why;
        if (why.message !== said) log.warn(why.message);
        said = why.message;
        await pause(OPEN_AGAIN_MS);
      }
    }
  }

  static async #open(
    settings: PostgresLedgerSettings,
    sinks: OutcomeSinks,
    { where, log }: { readonly where: PostgresAddress; readonly log: Logger },
  ): Promise<PostgresLedger> {
    const connection = await Connection.open({
      address: where,
      durability: settings.durability,
      name: 'aftermath metric',
    });
    const ledger = new PostgresLedger(settings, sinks, { where, connection, log });
    try {
      await migrate(connection, where.schema, where.shown);
      await mustHaveRights(connection, where);
      await settleTask(connection, settings.task, where.shown);
      await loadWords(connection, ledger.#words);
      await ledger.#worker.takePlace(connection);
      if (settings.writesLog) await ledger.#logWriter.start();
      await ledger.#worker.lookAround(connection);
      return ledger;
    } catch (error) {
      await ledger.#logWriter.stop();
      await connection.close();
      throw error;
    }
  }

  get leads(): boolean {
    return this.#logWriter.leads;
  }

  get books(): Readonly<Books> {
    return this.#worker.books;
  }

  get task(): LedgerTask | undefined {
    return this.#worker.task;
  }

  get sinceMs(): number | undefined {
    return this.#worker.sinceMs;
  }

  get bytes(): number {
    return this.#worker.bytes;
  }

  async commit(batch: Batch): Promise<Changes> {
    this.#logWriter.throwIfFailed();
    const changes = await this.#commit(batch);
    // Under load nobody asks for it. What it cannot do now it does later; the batch is stored.
    if (this.#worker.isNeglected) await this.maintain(batch.nowMs).catch(() => {});
    if (changes.outcomes.length > 0) this.#logWriter.poke();
    return { ...changes, durable: DURABLE };
  }

  async maintain(nowMs: number): Promise<boolean> {
    this.#logWriter.throwIfFailed();
    return this.#persist(() => this.#worker.maintain(this.#connection, nowMs));
  }

  /** Waits until the log has everything that is committed now, where it is this process's to write. */
  async catchUp(): Promise<void> {
    await this.#logWriter.catchUp();
  }

  outcomesFrom(number: number): AsyncIterable<Outcome> {
    return numberedOutcomes(this.#connection, this.#words, number);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#logWriter.stop();
    // Where it fails, another worker does it when this one is taken for dead.
    await this.#worker.leave(this.#connection).catch(() => {});
    await this.#connection.close();
  }

  /** One transaction; more where the database does not take a row: then all are stored but those of its id. */
  async #commit(batch: Batch): Promise<Omit<Changes, 'durable'>> {
    try {
      return await this.#persist(() => this.#worker.commit(this.#connection, batch));
    } catch (error) {
      const cause = error instanceof AftermathError ? error.cause : error;
      if (!isOfRow(cause)) throw error;
      const parts = halves(batch);
      if (parts === undefined) {
        return this.#persist(() => this.#worker.refuse(this.#connection, batch, refusal(cause)));
      }
      const [first, second] = [await this.#commit(parts[0]), await this.#commit(parts[1])];
      return {
        outcomes: [...first.outcomes, ...second.outcomes],
        refused: [...first.refused, ...second.refused],
      };
    }
  }

  /** Does it until it is done: after a lost race at once, after a lost connection for as long as a caller can wait. */
  async #persist<T>(work: () => Promise<T>): Promise<T> {
    const untilMs = performance.now() + PERSIST_MS;
    let race: unknown;
    for (let attempt = 1; ; attempt++) {
      try {
        if (this.#connection.ended || this.#worker.isInDoubt) await this.#resume();
        else if (race !== undefined) await this.#afterRace(race, attempt);
        race = undefined;
        await this.#worker.mendFigures(this.#connection);
        return await work();
      } catch (error) {
        if (error instanceof MissingWord || isContention(error)) {
          if (attempt >= ATTEMPTS_MAX) throw explained(error, this.address);
          race = error;
        } else if (isPassing(error) && performance.now() < untilMs) {
          await pause(Math.min(500, 20 * attempt));
        } else {
          throw explained(error, this.address);
        }
      }
    }
  }

  async #afterRace(error: unknown, attempt: number): Promise<void> {
    if (error instanceof PlaceLost) await this.#worker.takePlace(this.#connection);
    await loadWords(this.#connection, this.#words);
    // Two that met meet again unless one waits longer than the other.
    if (attempt > 3) await pause(Math.random() * 2 ** Math.min(attempt - 1, 7));
  }

  /** A new session; what the old one has committed is found out before anything else. */
  async #resume(): Promise<void> {
    await this.#connection.close();
    this.#connection = await this.#connect('aftermath metric');
    await loadWords(this.#connection, this.#words);
    await this.#worker.resume(this.#connection);
  }

  #connect(name: string): Promise<Connection> {
    return Connection.open({ address: this.#where, durability: this.#settings.durability, name });
  }
}

const DURABLE = Promise.resolve();

const OPEN_WITHIN_MS = 60_000;
const OPEN_AGAIN_MS = 500;

/** The broker holds a message for much longer; what fails for good is to be seen. */
const PERSIST_MS = 5_000;
const ATTEMPTS_MAX = 50;
