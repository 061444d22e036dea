import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { AftermathError, codeOf, messageOf } from '../../service/errors.ts';
import type { Logger } from '../../service/logging.ts';
import type { LedgerTask, LogCursor, Outcome, ReopenOptions } from '../ledger/ledger.ts';
import { adoptErased } from './log-erase.ts';
import { adoptRebuilt, rebuild } from './log-rebuild.ts';
import { putCopyInPlace } from './log-takeover.ts';
import { headerLine, rowLine } from './log-row.ts';
import type { LogColumn } from '../../wire/log-columns.ts';

/** Where the log is and what stands in it. */
export interface LogSettings {
  readonly logsDir: string;
  readonly columns: readonly LogColumn[];
  readonly challengers: boolean;
  /** For messages. */
  readonly ledgerPath: string;
}

/**
 * `metric_log.csv`: one line an outcome, for people who open it while it grows.
 *
 * Lines are written before the ledger's transaction commits and the cursor is stored in it. So the file may be
 * longer than the cursor after a crash, and is cut back; or shorter after a power cut or when somebody took
 * rows away, and is written again from the ledger. The file itself is never synced: the ledger is.
 */
export class MetricLog implements Disposable {
  readonly path: string;
  readonly #settings: LogSettings;
  readonly #log: Logger;
  readonly #header: string;
  #fd: number | undefined;
  #cursor: LogCursor = { bytes: 0, rows: 0, first: 1, number: 0 };
  /** What `write` wrote and no commit has confirmed yet begins here. */
  #rebuilt = false;

  constructor(settings: LogSettings, log: Logger) {
    this.path = join(settings.logsDir, 'metric_log.csv');
    this.#settings = settings;
    this.#log = log;
    this.#header = headerLine(settings.columns);
  }

  /**
   * Makes the file what the cursor says, and leaves it open.
   *
   * @returns the cursor to store, before `reopened` is called
   * @throws {AftermathError} `stop`: not writable, or a file that is not this ledger's; `retry`: no space
   */
  async reopen(
    cursor: LogCursor | undefined,
    task: LedgerTask | undefined,
    outcomesFrom: (number: number) => AsyncIterable<Outcome>,
    { isolate = false }: ReopenOptions = {},
  ): Promise<LogCursor> {
    this[Symbol.dispose]();
    try {
      mkdirSync(this.#settings.logsDir, { recursive: true });
      if (cursor !== undefined) adoptErased(this.path, cursor.bytes);
      if (isolate && cursor !== undefined) await putCopyInPlace(this.path, cursor.bytes);
      if (cursor !== undefined) adoptRebuilt(this.path, cursor.bytes);
      this.#fd = openSync(this.path, constants.O_RDWR | constants.O_CREAT, 0o644);
      if (cursor === undefined) this.#cursor = this.#begin(this.#fd);
      else this.#cursor = await this.#resume(this.#fd, cursor, task, outcomesFrom);
    } catch (error) {
      this[Symbol.dispose]();
      throw this.#explained(error);
    }
    return this.#cursor;
  }

  /** The cursor is stored: a file that was written again takes the place of the short one. */
  reopened(): void {
    if (!this.#rebuilt) return;
    this.#rebuilt = false;
    adoptRebuilt(this.path, this.#cursor.bytes);
    this[Symbol.dispose]();
    this.#fd = openSync(this.path, constants.O_RDWR);
  }

  /**
   * Appends a line for each outcome that belongs in the log. Without outcomes it only looks whether the file is still the one
   * that it writes: another process that was held up while it took the log over may put an older one in its place.
   *
   * @throws {AftermathError} `retry`: no space, or the file was taken away; the file is as before then
   */
  write(outcomes: readonly Outcome[], task: LedgerTask | undefined): LogCursor {
    const last = outcomes.at(-1);
    if (last === undefined) {
      if (this.#fd !== undefined) this.#mustBeInPlace(this.#fd);
      return this.#cursor;
    }
    if (task === undefined) throw new RangeError('There are outcomes, but no task');
    const fd = this.#usable();
    const { bytes, rows } = this.#lines(outcomes, task);
    try {
      writeAt(fd, bytes, this.#cursor.bytes);
    } catch (error) {
      ftruncateSync(fd, this.#cursor.bytes);
      throw this.#explained(error);
    }
    const { first } = this.#cursor;
    this.#cursor = {
      bytes: this.#cursor.bytes + bytes.length,
      rows: this.#cursor.rows + rows,
      first,
      number: last.number,
    };
    return this.#cursor;
  }

  [Symbol.dispose](): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  /** In pieces: a text that is put together from many is all in memory, in small parts, until it is bytes. */
  #lines(outcomes: readonly Outcome[], task: LedgerTask): { readonly bytes: Buffer; readonly rows: number } {
    const pieces: Buffer[] = [];
    let rows = 0;
    let text = '';
    for (const outcome of outcomes) {
      if (outcome.prediction.challenger && !this.#settings.challengers) continue;
      text += rowLine(outcome, task, this.#settings.columns);
      rows++;
      if (rows % PIECE_ROWS !== 0) continue;
      pieces.push(Buffer.from(text));
      text = '';
    }
    pieces.push(Buffer.from(text));
    return { bytes: Buffer.concat(pieces), rows };
  }

  /** The file as it is found by its path; a further one when somebody moved it away, as log rotation does. */
  #usable(): number {
    if (this.#fd === undefined) throw new RangeError('The log is not open');
    if (this.#mustBeInPlace(this.#fd)) return this.#fd;
    this.#log.info(`${this.path} was moved away: a new one begins with outcome ${this.#cursor.number + 1}.`);
    closeSync(this.#fd);
    this.#fd = openSync(this.path, constants.O_RDWR | constants.O_CREAT, 0o644);
    this.#cursor = { ...this.#begin(this.#fd), first: this.#cursor.number + 1, number: this.#cursor.number };
    return this.#fd;
  }

  /**
   * @returns false where the file was moved away, whole
   * @throws {AftermathError} `retry` where another one is in its place, or it is shorter than it was
   */
  #mustBeInPlace(fd: number): boolean {
    const open = fstatSync(fd);
    const named = statSync(this.path, { throwIfNoEntry: false });
    if (named?.ino === open.ino && open.size >= this.#cursor.bytes) return true;
    if (named === undefined && open.nlink > 0 && open.size >= this.#cursor.bytes) return false;
    const found = `Cannot append to ${this.path}: rows of it were taken away`;
    throw new AftermathError(
      'retry',
      `${found}. They are written again from the ledger. To rotate it, move it.`,
    );
  }

  /** A file for a ledger that has none: only what nobody could miss may be in it. */
  #begin(fd: number): LogCursor {
    const header = Buffer.from(this.#header);
    const found = Buffer.alloc(header.length + 1);
    const length = readSync(fd, found, 0, found.length, 0);
    if (length > header.length || !header.subarray(0, length).equals(found.subarray(0, length))) {
      throw new AftermathError(
        'stop',
        `Cannot begin the log ${this.path}: there is one already, and the ledger ${this.#settings.ledgerPath} is not the one it was written with. ` +
          'Name the ledger it belongs to with --ledger, or another folder with --logs, or move the log away.',
      );
    }
    writeAt(fd, header, 0);
    return { bytes: header.length, rows: 0, first: 1, number: 0 };
  }

  async #resume(
    fd: number,
    cursor: LogCursor,
    task: LedgerTask | undefined,
    outcomesFrom: (number: number) => AsyncIterable<Outcome>,
  ): Promise<LogCursor> {
    const { size } = fstatSync(fd);
    const header = Buffer.from(this.#header);
    const found = Buffer.alloc(header.length);
    const length = readSync(fd, found, 0, header.length, 0);
    if (!header.subarray(0, length).equals(found.subarray(0, length))) {
      const columns = found.toString('utf8', 0, length).split('\n')[0];
      throw new AftermathError(
        'stop',
        `Cannot continue the log ${this.path}: its first line is "${columns}", the settings ask for "${this.#header.trim()}". ` +
          'Give the same --log-columns as before, or move the log away.',
      );
    }
    if (size >= cursor.bytes) {
      if (size > cursor.bytes) {
        ftruncateSync(fd, cursor.bytes);
        this.#log.info(
          `${this.path} was cut back by ${size - cursor.bytes} bytes to its last committed line.`,
        );
      }
      return cursor;
    }
    const keep = (outcome: Outcome): boolean => this.#settings.challengers || !outcome.prediction.challenger;
    const line = (outcome: Outcome): string => rowLine(outcome, task ?? 'regression', this.#settings.columns);
    const made = await rebuild(
      { path: this.path, fd, size, header: this.#header, cursor },
      { outcomesFrom, keep, line },
    );
    this.#rebuilt = true;
    this.#log.warn(
      `${this.path} was shorter than the ledger says: ${made.kept} rows were there, ${made.written} were written again` +
        (made.lost > 0
          ? `, ${made.lost} are no longer in the ledger (it goes back to ${made.backTo}).`
          : '.'),
    );
    return made.cursor;
  }

  #explained(error: unknown): unknown {
    if (error instanceof AftermathError) return error;
    const code = codeOf(error);
    if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG' || code === 'EIO') {
      const found = `Cannot write to ${this.path}: ${messageOf(error)}`;
      return new AftermathError('retry', `${found}. It goes on when there is space again.`, { cause: error });
    }
    if (code === undefined) return error;
    const found = `Cannot write the log ${this.path}: ${messageOf(error)}`;
    return new AftermathError('stop', `${found}. Make the folder writable, or name another with --logs.`, {
      cause: error,
    });
  }
}

const PIECE_ROWS = 256;

/** Writes all of it: one call may take less. */
export function writeAt(fd: number, bytes: Buffer, position: number): void {
  for (let done = 0; done < bytes.length;)
    done += writeSync(fd, bytes, done, bytes.length - done, position + done);
}

/** Removes a file that may not be there. */
export function removeFile(path: string): void {
  if (existsSync(path)) unlinkSync(path);
}
