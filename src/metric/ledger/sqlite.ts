import type { Durability } from '../settings.ts';
import type { Books } from './books.ts';
import { joinBatch } from './join-batch.ts';
import type { Batch, Changes, Ledger, LedgerTask, Outcome, OutcomeSinks } from './ledger.ts';
import { keptOutcomes, outcomesOf } from './outcomes.ts';
import { type LedgerFile, openLedgerFile } from './sqlite-file.ts';
import { LedgerMemory, type LedgerMemorySettings } from './sqlite-memory.ts';
import { explained } from './sqlite-store.ts';
import { AftermathError } from '../../service/errors.ts';

/** Where the file is, what a commit survives, and how much is held in memory. */
export interface SqliteLedgerSettings extends LedgerMemorySettings {
  readonly path: string;
  readonly durability: Durability;
}

/**
 * The ledger in one SQLite file.
 *
 * What is stored is the batch: one blob a commit with the new states of the entries it touched. The latest
 * states of recent ids lie in memory, in a table that such blobs rebuild. When it is full it takes no more, a new
 * one begins, and the full one is written in order of hash, a few entries with each commit, as a segment;
 * then the blobs it came from go. A look-up goes through the new table, the full one, the segments newest first. A
 * random insert into a B-tree would cost ten times as much as all of that.
 *
 * Whatever goes wrong in a commit, memory is thrown away and read back from the file: the way after a failure
 * is the way after a crash.
 */
export class SqliteLedger implements Ledger {
  readonly address: string;
  /** A file has one writer. */
  readonly leads = true;
  readonly #settings: SqliteLedgerSettings;
  readonly #sinks: OutcomeSinks;
  readonly #file: LedgerFile;
  #memory: LedgerMemory;
  #restored = false;

  private constructor(settings: SqliteLedgerSettings, sinks: OutcomeSinks, file: LedgerFile) {
    this.address = settings.path;
    this.#settings = settings;
    this.#sinks = sinks;
    this.#file = file;
    this.#memory = new LedgerMemory(file, settings);
  }

  /**
   * Opens the file, or makes it, and brings the sinks to where the ledger stands.
   *
   * @throws {AftermathError} `stop`: see `openLedgerFile`, and whatever the sinks refuse
   */
  static async open(settings: SqliteLedgerSettings, sinks: OutcomeSinks): Promise<SqliteLedger> {
    const file = openLedgerFile(settings.path, settings.durability);
    try {
      const ledger = new SqliteLedger(settings, sinks, file);
      await ledger.#restore();
      return ledger;
    } catch (error) {
      await file[Symbol.asyncDispose]();
      throw explained(error, settings.path);
    }
  }

  get books(): Readonly<Books> {
    return this.#memory.rules.state.books;
  }

  get task(): LedgerTask | undefined {
    return this.#memory.rules.state.task;
  }

  get sinceMs(): number | undefined {
    return this.#memory.rules.state.sinceMs;
  }

  get bytes(): number {
    return this.#file.bytes();
  }

  async commit(batch: Batch): Promise<Changes> {
    if (!this.#restored) await this.#restoreAgain();
    await this.#file.checkpoints.room();
    const memory = this.#memory;
    const { rules } = memory;
    rules.begin(batch.nowMs, this.#sinks.ordered.baseline());
    joinBatch(rules, batch, {
      find: (key) => memory.find(key, batch.nowMs),
      put: (place, entry) => memory.put(place, entry),
    });
    // A prediction and its truth that come together are one entry.
    const entries = Math.max(batch.predictions.length, batch.truths.length);
    await this.#store(batch.nowMs, 2 * entries + STEP_ENTRIES);
    return { ...rules.changes(), durable: this.#file.durable() };
  }

  async maintain(nowMs: number): Promise<boolean> {
    if (!this.#restored) await this.#restoreAgain();
    const memory = this.#memory;
    if (!memory.hasWork(nowMs)) return false;
    await this.#file.checkpoints.room();
    memory.rules.begin(nowMs);
    await this.#store(nowMs, IDLE_ENTRIES);
    return true;
  }

  outcomesFrom(number: number): AsyncIterable<Outcome> {
    const memory = this.#memory;
    return keptOutcomes(memory.everyState(), { from: number, reader: memory.reader });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#restored) this.#storeFigures();
    this.#restored = false;
    await this.#file[Symbol.asyncDispose]();
  }

  async #restoreAgain(): Promise<void> {
    try {
      await this.#restore();
    } catch (error) {
      throw explained(error, this.address);
    }
  }

  /** Brings memory and sinks to where the file stands. */
  async #restore(): Promise<void> {
    this.#restored = false;
    this.#memory = new LedgerMemory(this.#file, this.#settings);
    const memory = this.#memory;
    const { store, rules } = memory;
    const { linear, ordered } = this.#sinks;
    const [figures, number] = [store.figures(), store.state.figuresNumber];
    const linearIsWhole = linear.restore(figures, rules.state.task);
    const orderedIsWhole = ordered.restore(figures, { task: rules.state.task, number });
    let applied = number;
    for (const bytes of memory.load()) {
      const outcomes = outcomesOf(bytes, memory.reader, applied);
      applied = outcomes.at(-1)?.number ?? applied;
      linear.add(outcomes);
      ordered.replay(outcomes);
    }
    if (!linearIsWhole) await linear.rebuild(this.outcomesFrom(1));
    if (!orderedIsWhole) await ordered.rebuild(this.outcomesFrom(1));
    const cursor = await ordered.reopen(store.state.cursor, (number) => this.outcomesFrom(number));
    if (JSON.stringify(cursor) !== JSON.stringify(store.state.cursor)) {
      store.begin();
      store.commit({
        rules: rules.state,
        cursor,
        entries: memory.takeWritten(),
        words: memory.words,
        foldedSeq: undefined,
        figures: undefined,
      });
    }
    ordered.reopened();
    memory.freezeIfFull();
    this.#restored = true;
  }

  /** So that the next start has no outcome to replay. Where it fails, that is all it costs. */
  #storeFigures(): void {
    const { store, rules, words } = this.#memory;
    const { cursor } = store.state;
    if (cursor === undefined) return;
    try {
      store.begin();
      store.commit({
        rules: rules.state,
        cursor,
        entries: Buffer.alloc(0),
        words,
        foldedSeq: undefined,
        figures: this.#figures(),
      });
    } catch {
      store.rollback();
    }
  }

  #figures(): ReadonlyMap<string, Uint8Array> {
    return new Map([...this.#sinks.linear.states(), ...this.#sinks.ordered.states()]);
  }

  /** Expiry, the log and the figures, housekeeping and the entries, in one transaction. */
  async #store(nowMs: number, entries: number): Promise<void> {
    const memory = this.#memory;
    const { rules, store } = memory;
    try {
      store.begin();
      memory.expire(nowMs, entries);
      memory.housekeeper.step(nowMs, entries);
      const { outcomes } = rules.changes();
      this.#sinks.linear.add(outcomes);
      const cursor = await this.#sinks.ordered.write(outcomes);
      const folded = memory.housekeeper.goOnFolding(entries);
      store.commit({
        rules: rules.state,
        cursor,
        entries: memory.takeWritten(),
        words: memory.words,
        foldedSeq: folded ? memory.fullSeq : undefined,
        figures: folded ? this.#figures() : undefined,
      });
      this.#file.checkpoints.committed(memory.takeBytesWritten());
      if (folded) memory.dropFull();
      memory.freezeIfFull();
    } catch (error) {
      this.#restored = false;
      store.rollback();
      // Where the disk is still full this fails too; then the next commit begins with it.
      if (isPassingFailure(explained(error, this.address))) await this.#restore().catch(() => {});
      throw explained(error, this.address);
    }
  }
}

/** Housekeeping with each commit at least, and in a step of its own when nothing comes in. */
const STEP_ENTRIES = 512;
const IDLE_ENTRIES = 20_000;

function isPassingFailure(error: unknown): boolean {
  return error instanceof AftermathError && error.consequence === 'retry';
}
