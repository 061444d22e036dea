import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { codeOf } from '../../service/errors.ts';
import type { LogCursor, Outcome } from '../ledger/ledger.ts';

/** A log that is shorter than its cursor. */
export interface ShortLog {
  readonly path: string;
  readonly fd: number;
  readonly size: number;
  readonly header: string;
  readonly cursor: LogCursor;
}

/** What the ledger still knows, and how it stands in the log. */
export interface KeptOutcomes {
  readonly outcomesFrom: (number: number) => AsyncIterable<Outcome>;
  /** Whether an outcome has a row. */
  readonly keep: (outcome: Outcome) => boolean;
  readonly line: (outcome: Outcome) => string;
}

/** How a log was written again: rows that it had, rows that came from the ledger, rows that nobody has any more. */
export interface Rebuilt {
  readonly cursor: LogCursor;
  readonly kept: number;
  readonly written: number;
  readonly lost: number;
  /** Event time of the oldest outcome that was there to write, ISO 8601. */
  readonly backTo: string;
}

/**
 * Writes a short log again, aside: the whole rows that it has, then those that the ledger still knows. The
 * file takes the log's place only when its cursor is stored (`adoptRebuilt`): a crash in between must
 * not count rows twice.
 */
export async function rebuild(log: ShortLog, outcomes: KeptOutcomes): Promise<Rebuilt> {
  const { cursor, header } = log;
  const intact = wholeRows(log.fd, log.size);
  let available = 0;
  for await (const outcome of wanted(cursor, outcomes)) available += outcome === undefined ? 0 : 1;
  const missing = cursor.rows - intact.rows;
  const written = Math.min(missing, available);
  const fd = openSync(asidePath(log.path), 'w', 0o644);
  try {
    let bytes = intact.rows === 0 ? writeText(fd, header) : copy(log.fd, fd, intact.bytes);
    let skip = available - written;
    let oldestMs = Infinity;
    let text = '';
    for await (const outcome of wanted(cursor, outcomes)) {
      if (skip-- > 0) continue;
      oldestMs = Math.min(oldestMs, outcome.prediction.atMs);
      text += outcomes.line(outcome);
      if (text.length < PIECE_BYTES) continue;
      bytes += writeText(fd, text);
      text = '';
    }
    bytes += writeText(fd, text);
    fsyncSync(fd);
    return {
      cursor: { ...cursor, bytes, rows: intact.rows + written },
      kept: intact.rows,
      written,
      lost: missing - written,
      backTo: Number.isFinite(oldestMs) ? new Date(oldestMs).toISOString() : 'nothing',
    };
  } finally {
    closeSync(fd);
  }
}

/**
 * Puts a log that was written again into place when it is the one that the cursor means; all others go. One that another process is
 * still writing, because it was held up for longer than its lease, goes too: nobody may store its cursor.
 */
export function adoptRebuilt(path: string, bytes: number): void {
  const folder = dirname(path);
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(asidePrefix(path))) continue;
    const aside = join(folder, name);
    const size = statSync(aside, { throwIfNoEntry: false })?.size;
    const isShort = (statSync(path, { throwIfNoEntry: false })?.size ?? 0) < bytes;
    try {
      if (size === bytes && isShort) renameSync(aside, path);
      else unlinkSync(aside);
    } catch (error) {
      // Another process has taken it away.
      if (codeOf(error) !== 'ENOENT') throw error;
    }
  }
}

/** Each has a name of its own: two that write at once must not write into one file. */
function asidePath(path: string): string {
  return join(dirname(path), `${asidePrefix(path)}-${randomUUID()}`);
}

function asidePrefix(path: string): string {
  return `${basename(path)}.rebuilt`;
}

async function* wanted(cursor: LogCursor, { outcomesFrom, keep }: KeptOutcomes): AsyncIterable<Outcome> {
  for await (const outcome of outcomesFrom(cursor.first)) {
    if (outcome.number > cursor.number) return;
    if (keep(outcome)) yield outcome;
  }
}

/**
 * The rows in the first `size` bytes of a log that are whole, the header aside: their number, and where the last of
 * them ends. A line end within quotes ends no row.
 */
export function wholeRows(fd: number, size: number): { readonly rows: number; readonly bytes: number } {
  const piece = Buffer.alloc(PIECE_BYTES);
  let [lines, bytes, quoted] = [0, 0, false];
  for (let at = 0; at < size;) {
    const length = readSync(fd, piece, 0, Math.min(piece.length, size - at), at);
    if (length === 0) break;
    for (let i = 0; i < length; i++) {
      if (piece[i] === QUOTE) quoted = !quoted;
      else if (piece[i] === LINE_END && !quoted) [lines, bytes] = [lines + 1, at + i + 1];
    }
    at += length;
  }
  return { rows: Math.max(0, lines - 1), bytes };
}

function copy(from: number, to: number, bytes: number): number {
  const piece = Buffer.alloc(PIECE_BYTES);
  for (let at = 0; at < bytes;) {
    const length = readSync(from, piece, 0, Math.min(piece.length, bytes - at), at);
    if (length === 0) throw new RangeError('The log became shorter while it was read');
    writeAll(to, piece.subarray(0, length));
    at += length;
  }
  return bytes;
}

function writeText(fd: number, text: string): number {
  const bytes = Buffer.from(text);
  writeAll(fd, bytes);
  return bytes.length;
}

/** Writes all of it where the file stands: one call may take less. */
export function writeAll(fd: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
}

const PIECE_BYTES = 1 << 20;
const QUOTE = 34;
const LINE_END = 10;
