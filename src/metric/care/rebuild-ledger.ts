import { closeSync, existsSync, fstatSync, openSync, renameSync, statSync } from 'node:fs';
import { AftermathError, codeOf } from '../../service/errors.ts';
import type { Logger } from '../../service/logging.ts';
import { DEFAULT_MODEL } from '../../wire/predictions.ts';
import { inspectFile } from './inspect-file.ts';
import { putAside, removeDatabase } from './put-aside.ts';
import { SqliteLedger, type SqliteLedgerSettings } from '../ledger/sqlite.ts';
import { WriterLock } from '../ledger/writer-lock.ts';
import type { Books } from '../ledger/books.ts';
import type { Ledger, LedgerTask, LogCursor } from '../ledger/ledger.ts';
import { readLog } from '../log/log-reader.ts';
import { LogRecords } from '../log/log-records.ts';
import { wholeRows } from '../log/log-rebuild.ts';
import { FigureKeeper } from '../figures/figure-keeper.ts';
import { OutcomeKeeper } from '../ordered/outcome-keeper.ts';

/** Where the log is, and the settings that the ledger will be used with; a task that is `undefined`: as the log reads. */
export interface RebuildOptions extends UsedWith {
  readonly logPath: string;
  /** Whether an id that reads as a number was one: a log does not tell `"12"` from `12`. */
  readonly numericIds: boolean;
  /** Whose rows they are where the log does not say; `undefined`: the old file's champion, where it can still be read. */
  readonly model: string | undefined;
  readonly log: Logger;
}

type UsedWith = Pick<SqliteLedgerSettings, 'task' | 'horizonMs' | 'retentionMs' | 'recentIdsMax'>;

/** What became of it. Written as JSON it is the answer of `aftermath ledger rebuild --json`. */
export interface Rebuilt extends LedgerOfLog {
  /** The file, or the database without a password. */
  readonly path: string;
  /** Where the file, or the schema, is now that was there before; `undefined` when there was none. */
  readonly aside: string | undefined;
}

/** What a log has made. */
export interface LedgerOfLog {
  readonly task: LedgerTask | undefined;
  /** Rows of the log that are in the ledger now. */
  readonly rows: number;
  /** Of them: outcomes. The others repeat what is known, word for word. */
  readonly outcomes: number;
  readonly revisions: number;
  readonly models: readonly string[];
  /** What a log does not say, in whole sentences. */
  readonly unknown: readonly string[];
}

/**
 * Makes a ledger of what its log knows: every outcome, the figures, and the ids, so that what comes again is
 * recognised. It is made beside the old file, which is then moved aside; nothing is lost when this ends half-way.
 *
 * @throws {AftermathError} `stop`: somebody writes the ledger, there is no log, or a line of it cannot be read
 */
export async function rebuildFile(path: string, options: RebuildOptions): Promise<Rebuilt> {
  using _lock = WriterLock.take(path);
  const making = `${path}.rebuilding`;
  const made = await ledgerOfLog(making, { ...options, model: options.model ?? championOf(path) });
  const aside = putAside(path, 'damaged');
  renameSync(making, path);
  return { path, aside, ...made };
}

/** Makes a ledger file of what a log knows. @throws {AftermathError} `stop`: there is no log, or a line cannot be read; then nothing is left */
export async function ledgerOfLog(making: string, options: RebuildOptions): Promise<LedgerOfLog> {
  const { logPath } = options;
  const cursor = cursorOf(logPath);
  const task = options.task ?? (await taskOf(logPath, cursor.rows));
  removeDatabase(making);
  const records = new LogRecords({
    model: options.model ?? DEFAULT_MODEL,
    numericIds: options.numericIds,
    task,
  });
  try {
    let made: Pick<LedgerOfLog, 'outcomes' | 'revisions' | 'models'>;
    {
      const sinks = {
        linear: new FigureKeeper(options.log, { timesAreKnown: false }),
        ordered: new OutcomeKeeper(new WrittenLog(cursor), options.log, { arrivalIsKnown: false }),
      };
      await using ledger = await SqliteLedger.open({ ...MAKING, ...options, path: making, task }, sinks);
      made = await fill(ledger, { logPath, rows: cursor.rows, records });
    }
    removeDatabase(making, ['-lock', '-wal', '-shm']);
    return { task, rows: cursor.rows, ...made, unknown: records.unknown() };
  } catch (error) {
    removeDatabase(making);
    throw error;
  }
}

/** What a ledger that is made of a log has no use for. */
const MAKING = { durability: 'power-cut', output: undefined, slices: [], slicesMax: 1 } as const;

/** The whole rows of the log; a torn last one is cut off when metric starts. */
function cursorOf(logPath: string): LogCursor {
  let fd: number;
  try {
    fd = openSync(logPath, 'r');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    throw new AftermathError(
      'stop',
      `Cannot rebuild a ledger from ${logPath}: there is no such file. Name the log with --log.`,
    );
  }
  try {
    const { rows, bytes } = wholeRows(fd, fstatSync(fd).size);
    return { bytes, rows, first: 1, number: 0 };
  } finally {
    closeSync(fd);
  }
}

/** A log that has its lines already: only its cursor moves. */
class WrittenLog {
  #cursor: LogCursor;

  constructor(cursor: LogCursor) {
    this.#cursor = cursor;
  }

  write(outcomes: readonly { readonly number: number }[]): LogCursor {
    this.#cursor = { ...this.#cursor, number: outcomes.at(-1)?.number ?? this.#cursor.number };
    return this.#cursor;
  }

  async reopen(): Promise<LogCursor> {
    return this.#cursor;
  }

  reopened(): void {}
}

/** Labels make a classification, and so do numbers whose absolute_error is not their distance. */
async function taskOf(logPath: string, rowsMax: number): Promise<LedgerTask | undefined> {
  let rows = 0;
  for await (const piece of readLog(logPath)) {
    for (const { truth, prediction, absoluteError } of piece) {
      if (rows++ >= rowsMax) break;
      if (typeof truth === 'string' || typeof prediction === 'string') return 'classification';
      const distance = Math.abs(truth - prediction);
      if (Math.abs(distance - absoluteError) > 0.0051 * Math.max(1, distance)) return 'classification';
    }
  }
  return rows === 0 ? undefined : 'regression';
}

async function fill(
  ledger: Ledger,
  log: { readonly logPath: string; readonly rows: number; readonly records: LogRecords },
): Promise<Pick<LedgerOfLog, 'outcomes' | 'revisions' | 'models'>> {
  let [rows, outcomes, revisions] = [0, 0, 0];
  let durable: Promise<void> = Promise.resolve();
  const writtenMs = statSync(log.logPath).mtimeMs;
  for await (const piece of readLog(log.logPath)) {
    for (const batch of log.records.batches(piece.slice(0, log.rows - rows), writtenMs)) {
      const changes = await ledger.commit({ ...batch, refused: { predictions: 0, truths: 0 } });
      outcomes += changes.outcomes.length;
      revisions += changes.outcomes.filter(({ revision }) => revision > 0).length;
      ({ durable } = changes);
    }
    rows += piece.length;
  }
  await durable;
  forgetRepeats(ledger.books);
  return { outcomes, revisions, models: ledger.books.models.map(({ model }) => model) };
}

/** Each row names its prediction and its truth once more: what repeats them was never received. */
function forgetRepeats({ models, truths }: Readonly<Books>): void {
  for (const counts of [truths, ...models.map((model) => model.counts)]) {
    counts.received -= counts.duplicate;
    counts.duplicate = 0;
  }
}

function championOf(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const books = inspectFile(path).state?.rules.books;
  return books?.models.find(({ challenger }) => !challenger)?.model;
}
