import {
  closeSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { AftermathError, codeOf } from '../../service/errors.ts';
import type { LogCursor } from '../ledger/ledger.ts';
import { writeAll } from './log-rebuild.ts';

/** A log without the lines of an id, written aside. */
export interface ErasedLog {
  readonly cursor: LogCursor;
  /** Lines that are not in it. */
  readonly lines: number;
}

/**
 * Writes the committed part of a log aside, without the lines of some ids. It takes the log's place only when its cursor is
 * stored (`adoptErased`): until then the ledger counts the lines.
 *
 * @param isErased whether a line goes, by its first cell
 * @returns `undefined` where no line goes: then nothing is written
 * @throws {AftermathError} `stop` when there is no such log, or it is shorter than its cursor
 */
export function writeErased(
  path: string,
  cursor: LogCursor,
  isErased: (id: string) => boolean,
): ErasedLog | undefined {
  const from = opened(path);
  const aside = asidePath(path);
  const to = openSync(aside, 'w', 0o644);
  let made: ErasedLog;
  try {
    if (fstatSync(from).size < cursor.bytes) {
      throw new AftermathError(
        'stop',
        `Cannot erase from the log ${path}: it is shorter than the ledger says. Start metric once: it writes again what is missing.`,
      );
    }
    const { bytes, lines } = copyWithout({ from, to, bytes: cursor.bytes }, isErased);
    fsyncSync(to);
    made = { cursor: { ...cursor, bytes, rows: cursor.rows - lines }, lines };
  } catch (error) {
    unlinkSync(aside);
    throw error;
  } finally {
    closeSync(from);
    closeSync(to);
  }
  if (made.lines > 0) return made;
  unlinkSync(aside);
  return undefined;
}

/** Puts a log without some lines into place when it is the one that the cursor means, which is always a shorter one; else it goes. */
export function adoptErased(path: string, bytes: number): void {
  const aside = asidePath(path);
  const size = statSync(aside, { throwIfNoEntry: false })?.size;
  if (size === undefined) return;
  if (size === bytes) renameSync(aside, path);
  else unlinkSync(aside);
}

function asidePath(path: string): string {
  return `${path}.erased`;
}

function opened(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    throw new AftermathError(
      'stop',
      `Cannot erase from the log ${path}: there is no such file. Name the log with --log; where there is none any more, give --no-log.`,
    );
  }
}

function copyWithout(
  file: { readonly from: number; readonly to: number; readonly bytes: number },
  isErased: (id: string) => boolean,
): { readonly bytes: number; readonly lines: number } {
  let rest: Buffer = Buffer.alloc(0);
  let [bytes, lines, read, isHeader] = [0, 0, 0, true];
  while (read < file.bytes) {
    const piece = Buffer.alloc(rest.length + Math.min(PIECE_BYTES, file.bytes - read));
    rest.copy(piece);
    const length = readSync(file.from, piece, rest.length, piece.length - rest.length, read);
    if (length === 0) throw new RangeError('The log became shorter while it was read');
    read += length;
    const here = piece.subarray(0, rest.length + length);
    let keptFrom = 0;
    let start = 0;
    for (let end = rowEnd(here, start); end > 0; end = rowEnd(here, start)) {
      if (!isHeader && isErased(firstCell(here, start, end))) {
        bytes += put(file.to, here.subarray(keptFrom, start));
        keptFrom = end;
        lines++;
      }
      isHeader = false;
      start = end;
    }
    bytes += put(file.to, here.subarray(keptFrom, start));
    rest = here.subarray(start);
  }
  return { bytes: bytes + put(file.to, rest), lines };
}

/** Where the row that begins at `start` has ended; 0 where it goes on behind the piece. A line end within quotes ends none. */
function rowEnd(bytes: Buffer, start: number): number {
  let quoted = false;
  for (let i = start; i < bytes.length; i++) {
    if (bytes[i] === QUOTE) quoted = !quoted;
    else if (bytes[i] === LINE_END && !quoted) return i + 1;
  }
  return 0;
}

function firstCell(bytes: Buffer, start: number, end: number): string {
  if (bytes[start] !== QUOTE) {
    const comma = bytes.indexOf(COMMA, start);
    return bytes.toString('utf8', start, comma < 0 || comma >= end ? end - 1 : comma);
  }
  let at = start + 1;
  while (at < end && !(bytes[at] === QUOTE && bytes[at + 1] !== QUOTE)) at += bytes[at] === QUOTE ? 2 : 1;
  return bytes.toString('utf8', start + 1, at).replaceAll('""', '"');
}

/** @returns how much that was */
function put(fd: number, bytes: Buffer): number {
  writeAll(fd, bytes);
  return bytes.length;
}

const PIECE_BYTES = 1 << 20;
const QUOTE = 34;
const LINE_END = 10;
const COMMA = 44;
