import type { PredictionRecord, RefusalCode, TruthRecord } from '../../wire/records.ts';
import type { Books } from './books.ts';
import type { Entry, PredictionSlot, TruthVersion } from './entry.ts';

/**
 * Where predictions meet their truths. One batch of records in, one set of changes out, one transaction:
 * what the batch did to the entries, the books, the figures and the log's cursor is stored together, or
 * not at all. `sqlite.ts` implements it in a file, `postgres/` in a database that many workers share, and `test/contracts/ledger.ts` holds for every one.
 *
 * Calls do not overlap: the caller waits for one to fulfil before it starts the next. Whoever opens a ledger gives it
 * the sinks of its outcomes, which it first brings to where it stands.
 */
export interface Ledger extends AsyncDisposable {
  /** What to show of it: the file's path, or the database's address without a password. */
  readonly address: string;
  /** The books as of the last commit. Live: do not keep, do not change. */
  readonly books: Readonly<Books>;
  /** What the truths are, once the first outcome or the setting has told. */
  readonly task: LedgerTask | undefined;
  /** First outcome of this ledger. */
  readonly sinceMs: number | undefined;
  /** Bytes on disk. */
  readonly bytes: number;
  /** Whether this process writes the log and tells of the figures; of several workers on one ledger one does. */
  readonly leads: boolean;

  /**
   * Joins a batch and commits it. Records are taken in this order: predictions, truths, each as they stand.
   * The records may be acknowledged when `durable` of what comes back has fulfilled; the next commit may begin before.
   *
   * @throws {AftermathError} `retry` when it could not be stored (disk full): then the sink was restored, and
   *   everything is as if the batch had never come
   */
  commit(batch: Batch): Promise<Changes>;

  /**
   * One bounded step of housekeeping: expiry, folding, merging, forgetting.
   *
   * @returns whether more is due now
   */
  maintain(nowMs: number): Promise<boolean>;

  /** Every outcome that is kept, from `number` on, in order: to write a lost part of the log again. */
  outcomesFrom(number: number): AsyncIterable<Outcome>;
}

/** What all truths of a ledger are: numbers, or labels. */
export type LedgerTask = 'regression' | 'classification';

/** Records that are committed together. */
export interface Batch {
  readonly nowMs: number;
  readonly predictions: readonly PredictionRecord[];
  readonly truths: readonly TruthRecord[];
  /** Records that were refused before they came here, so that the books have them. */
  readonly refused: { readonly predictions: number; readonly truths: number };
}

/** What a batch did. */
export interface Changes {
  /** In order of their number. */
  readonly outcomes: readonly Outcome[];
  /** Records of this batch, or older ones that waited, that the ledger cannot use. */
  readonly refused: readonly LedgerRefusal[];
  /** Fulfils when the batch survives what the durability promises; rejects with `stop` when nobody knows. */
  readonly durable: Promise<void>;
}

/** A prediction scored against a truth. `entry` and what hangs on it are the ledger's: read, do not keep. */
export interface Outcome {
  readonly number: number;
  readonly entry: Entry;
  readonly prediction: PredictionSlot;
  readonly truth: TruthVersion;
  /** The version that this outcome replaces, for a revision. */
  readonly previous: TruthVersion | undefined;
  /** 0 for the first outcome of an id and model. */
  readonly revision: number;
}

/** A record that the ledger cannot use, and why. */
export interface LedgerRefusal {
  readonly kind: 'prediction' | 'truth';
  readonly code: RefusalCode;
  readonly reason: string;
  /** The record as JSON, as far as it is known. */
  readonly text: string;
}

/**
 * What lives on outcomes, in the two kinds of figures (DESIGN, “Figures”). Stored states have names; those of the two
 * parts differ, and each overlooks the other's.
 */
export interface OutcomeSinks {
  readonly linear: FigureSink;
  readonly ordered: OutcomeSink;
}

/**
 * The linear figures of one writer: sums and counts, which do not care for any order. Each writer of a ledger has one,
 * fed in the transactions in which it scores outcomes, and stores its states with them; a reader merges the states of
 * all writers. A revision is taken out here whoever put the outcome in, so one state alone may be “negative”.
 */
export interface FigureSink {
  /** Takes outcomes in, in any order. */
  add(outcomes: readonly Outcome[]): void;
  /** This writer's states after the last `add`, by name. Storing them with every fold is enough, if `add` can be repeated. */
  states(): ReadonlyMap<string, Uint8Array>;
  /**
   * Forgets everything and starts from this writer's stored states; then `add` brings the outcomes that came after them.
   *
   * @returns false where something in them is of another version or other settings: after `add` has brought what
   *   came later, `rebuild` has to make that part anew
   */
  restore(states: ReadonlyMap<string, Uint8Array>, task: LedgerTask | undefined): boolean;
  /**
   * Makes what could not be read from every outcome that is kept, of all writers. What is whole of the others, as
   * `setOthers` gave it last, becomes part of this writer's states: these stand for all then, and the others' go.
   */
  rebuild(outcomes: AsyncIterable<Outcome>): Promise<void>;
  /**
   * The stored states of all other writers, as read last: what is shown is theirs and this one's together.
   *
   * @throws {RangeError} where something in them is of another version or other settings; the rest is taken
   */
  setOthers(states: Iterable<ReadonlyMap<string, Uint8Array>>): void;
}

/**
 * What depends on the order: the log, and the figures that run on first truths (a revision does not undo those). One
 * writer at a time feeds it, with every outcome of the ledger in the order of their numbers, and stores its states
 * in the transaction that stores the log's cursor.
 */
export interface OutcomeSink {
  /**
   * Takes outcomes, in order of number and without a gap, into figures and log. When it throws, nothing of the batch is
   * stored.
   *
   * @returns up to where the log is written, to be stored in the same transaction
   */
  write(outcomes: readonly Outcome[]): LogCursor | Promise<LogCursor>;
  /** The states after the last `write`, by name. */
  states(): ReadonlyMap<string, Uint8Array>;
  /**
   * Forgets everything and starts from the stored states; `replay` then brings the outcomes that came after
   * them, in order. Both when a ledger is opened and after a commit that failed.
   *
   * @param from.number of the last outcome that is in the states; 0: there was none
   * @returns false where something in them is missing, of another version or other settings: after the replay
   *   `rebuild` has to make that part anew
   */
  restore(
    states: ReadonlyMap<string, Uint8Array>,
    from: { readonly task: LedgerTask | undefined; readonly number: number },
  ): boolean;
  replay(outcomes: readonly Outcome[]): void;
  /** Makes what could not be read from every outcome that is kept, in order. */
  rebuild(outcomes: AsyncIterable<Outcome>): Promise<void>;
  /**
   * What somebody without a model would answer now: kept with each prediction that comes in, as
   * `PredictionSlot.baseline`. Asked once a batch. `undefined` before a truth, and for classes.
   */
  baseline(): readonly number[] | undefined;
  /**
   * Brings the log to its committed place. The ledger stores the cursor that comes back before anything else.
   *
   * @param cursor what the last commit stored; `undefined` for a ledger that never committed
   * @param outcomesFrom every outcome that is kept, from a number on, in order
   */
  reopen(
    cursor: LogCursor | undefined,
    outcomesFrom: (number: number) => AsyncIterable<Outcome>,
    options?: ReopenOptions,
  ): Promise<LogCursor>;
  /** The cursor of `reopen` is stored. */
  reopened(): void;
}

/** How a log is opened again. */
export interface ReopenOptions {
  /**
   * Another process may still have the file open, and write to it late: the committed part goes into a new file that takes
   * its place. Default: it is used as it is.
   */
  readonly isolate?: boolean;
}

/** Up to where the log is committed. */
export interface LogCursor {
  readonly bytes: number;
  /** Rows in the file, without the header. */
  readonly rows: number;
  /** Outcomes before this one are in no row of this file. */
  readonly first: number;
  /** The number of the last outcome that was offered to the log, whether or not it has a row. */
  readonly number: number;
}

/** What a ledger is told, whatever keeps it. */
export interface LedgerRulesSettings {
  readonly horizonMs: number;
  readonly retentionMs: number;
  readonly task: LedgerTask | undefined;
  /** Which of several outputs is scored; `undefined`: the first. */
  readonly output: string | undefined;
  /** Tags by whose values predictions are counted, and how many values of each at most have a count of their own. */
  readonly slices: readonly string[];
  readonly slicesMax: number;
}
