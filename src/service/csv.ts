import type { ReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import Papa from 'papaparse';
import { AftermathError, codeOf, messageOf, whyUnreadable } from './errors.ts';

/** One row as it stands in the file. */
export interface CsvRow {
  /** Line on which it begins; the first line of the file is 1. */
  readonly line: number;
  readonly cells: readonly string[];
  /** Why it cannot be read as a row, though its line can be told. */
  readonly problem: string | undefined;
}

/** What tells whether a file is still the one that was read before. */
export interface FileVersion {
  readonly bytes: number;
  readonly modifiedMs: number;
}

/**
 * The rows of a CSV file, header included, a chunk of the file at a time: never the whole file in memory.
 * Plain or gzip (told by its first bytes); UTF-8 with or without a byte-order mark; any line ends; quoted
 * cells with separators, quotes and line ends in them. Commas separate, or semicolons, tabs or bars where
 * the first line has more of them. Blank lines are no rows.
 *
 * A quote that is never closed costs its own line only.
 *
 * @param onBytes told how many bytes of the file, as it lies on the disk, were read so far
 * @throws {AftermathError} `stop` when the file cannot be read or is something else than CSV text
 */
export async function* readCsv(
  path: string,
  onBytes?: (bytes: number) => void,
): AsyncGenerator<readonly CsvRow[], void, void> {
  const file = await openFile(path);
  try {
    const { source, chunks } = await openText(file, path);
    let parser: ChunkParser | undefined;
    let head = '';
    const decoder = new TextDecoder('utf-8');
    for await (const bytes of chunks as AsyncIterable<Uint8Array>) {
      onBytes?.(source.bytesRead);
      const text = head + decoder.decode(bytes, { stream: true });
      // The first line tells separator and line ends: wait until it is whole
      if (parser === undefined && !/[\r\n]./s.test(text) && text.length < ROW_LENGTH_MAX) {
        head = text;
        continue;
      }
      head = '';
      parser ??= new ChunkParser(text);
      const rows = parser.push(text);
      if (rows.length > 0) yield rows;
    }
    const rest = head + decoder.decode();
    parser ??= new ChunkParser(rest);
    const rows = parser.end(rest);
    if (rows.length > 0) yield rows;
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    await file.close();
  }
}

/**
 * Size and time of change of a file.
 *
 * @throws {AftermathError} `stop` when there is no such file, or when it is a folder
 */
export async function versionOf(path: string): Promise<FileVersion> {
  const file = await openFile(path);
  try {
    const { size, mtimeMs } = await file.stat();
    return { bytes: size, modifiedMs: mtimeMs };
  } finally {
    await file.close();
  }
}

/** A row may be so long, in characters. */
const ROW_LENGTH_MAX = 1_048_576;

/** Bytes of the file read at once. */
const CHUNK_BYTES = 262_144;

async function openFile(path: string): Promise<FileHandle> {
  let file: FileHandle;
  try {
    file = await open(path);
  } catch (error) {
    throw unreadable(path, error);
  }
  const stat = await file.stat();
  if (stat.isFile()) return file;
  await file.close();
  const found = stat.isDirectory() ? 'it is a folder' : 'it is not a regular file';
  throw new AftermathError('stop', `Cannot read data file ${path}: ${found}. Name a CSV file.`);
}

async function openText(
  file: FileHandle,
  path: string,
): Promise<{ source: Pick<ReadStream, 'bytesRead'>; chunks: Readable }> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
  if (bytesRead === 0) throw new AftermathError('stop', `Cannot read data file ${path}: it is empty.`);
  const magic = buffer.toString('latin1', 0, bytesRead);
  for (const [start, kind] of OTHER_KINDS) {
    if (!magic.startsWith(start)) continue;
    throw new AftermathError(
      'stop',
      `Cannot read data file ${path}: it is ${kind}, expected CSV in UTF-8, plain or gzip.`,
    );
  }
  const source = file.createReadStream({ start: 0, highWaterMark: CHUNK_BYTES, autoClose: false });
  if (!magic.startsWith('\x1f\x8b')) return { source, chunks: source };
  // An error of either stream surfaces where the last one is read
  const chunks = pipeline(source, createGunzip({ chunkSize: CHUNK_BYTES }), () => undefined);
  return { source, chunks };
}

const OTHER_KINDS = [
  ['PK\x03\x04', 'a zip archive'],
  ['PAR1', 'a Parquet file'],
  ['\x28\xb5\x2f\xfd', 'compressed with zstd'],
  ['BZh', 'compressed with bzip2'],
  ['\xff\xfe', 'text in UTF-16'],
  ['\xfe\xff', 'text in UTF-16'],
] as const;

function unreadable(path: string, error: unknown): unknown {
  if (error instanceof AftermathError) return error;
  const code = codeOf(error);
  if (code === undefined) return error;
  const found = code.startsWith('Z_')
    ? `its gzip data is damaged or cut off (${messageOf(error)})`
    : whyUnreadable(error);
  return new AftermathError('stop', `Cannot read data file ${path}: ${found}.`, { cause: error });
}

/** Parses chunks of text that end anywhere; what is not a whole row yet is kept for the next one. */
class ChunkParser {
  readonly #separator: string;
  readonly #lineEnd: '\n' | '\r';
  #carry = '';
  #line = 1;

  constructor(beginning: string) {
    const firstLine = /^[^\r\n]*/.exec(beginning.trimStart())?.[0] ?? '';
    this.#separator = separatorOf(firstLine);
    // With "\n" a "\r" before it is cut off below, so that files with both are read as well
    this.#lineEnd = beginning.includes('\n') ? '\n' : beginning.includes('\r') ? '\r' : '\n';
  }

  push(text: string): CsvRow[] {
    const rows: CsvRow[] = [];
    this.#carry = this.#parse(this.#carry + text, false, rows);
    while (this.#carry.length > ROW_LENGTH_MAX) this.#carry = this.#skipLine(this.#carry, false, rows);
    return rows;
  }

  end(text: string): CsvRow[] {
    const rows: CsvRow[] = [];
    let rest = this.#parse(this.#carry + text, true, rows);
    while (rest !== '') rest = this.#skipLine(rest, true, rows);
    return rows;
  }

  /** Adds the whole rows of the text; returns what is left: the last, unfinished one. */
  #parse(text: string, last: boolean, rows: CsvRow[]): string {
    // An open quote at the end of the file would swallow the rows after it: parse as if more came, then see
    let rest = last && text !== '' && !text.endsWith(this.#lineEnd) ? text + this.#lineEnd : text;
    for (;;) {
      if (rest === '') return '';
      const parser = new Papa.Parser({ delimiter: this.#separator, newline: this.#lineEnd });
      const { data, errors, meta } = parser.parse(rest, 0, true) as Papa.ParseResult<string[]>;
      // A quote that is not closed runs on to the next one: its row and all after it are parsed wrongly
      const wrong = errors[0];
      const wholeRows = wrong?.row === undefined ? data : data.slice(0, wrong.row);
      const start = this.#line;
      const quoted = rest.includes('"');
      const damaged = rest.includes('\uFFFD');
      for (const cells of wholeRows) this.#add(cells, { quoted, damaged }, rows);
      if (wrong?.index === undefined || wholeRows === data) return rest.slice(meta.cursor);
      rows.push({ line: this.#line, cells: [], problem: MALFORMED });
      const end = rest.indexOf(this.#lineEnd, wrong.index) + 1;
      this.#line = start + countOf(rest.slice(0, end), this.#lineEnd);
      rest = rest.slice(end);
    }
  }

  /** Refuses the first line of the text, whose quotes do not close, and parses on after it. */
  #skipLine(text: string, last: boolean, rows: CsvRow[]): string {
    const end = text.indexOf(this.#lineEnd);
    if (end < 0 || end === text.length - 1) {
      rows.push({ line: this.#line, cells: [], problem: end < 0 ? TOO_LONG : UNCLOSED });
      this.#line += 1;
      return '';
    }
    rows.push({ line: this.#line, cells: [], problem: UNCLOSED });
    this.#line += 1;
    return this.#parse(text.slice(end + 1), last, rows);
  }

  #add(cells: string[], text: { quoted: boolean; damaged: boolean }, rows: CsvRow[]): void {
    const line = this.#line;
    this.#line += 1;
    if (text.quoted) for (const cell of cells) this.#line += countOf(cell, this.#lineEnd);
    const end = cells.length - 1;
    const lastCell = cells[end] ?? '';
    if (lastCell.endsWith('\r')) cells[end] = lastCell.slice(0, -1);
    if (end === 0 && cells[0]?.trim() === '') return;
    const isDamaged = text.damaged && cells.some((cell) => cell.includes('\uFFFD'));
    rows.push({ line, cells, problem: isDamaged ? 'it is not text in UTF-8' : undefined });
  }
}

const UNCLOSED = 'a quote that is opened on it is not closed';
const MALFORMED = 'a quoted cell on it is not closed, or has a quote in it that is not written twice';
const TOO_LONG = `it is longer than ${ROW_LENGTH_MAX} characters, or a quote on it is not closed`;

function separatorOf(line: string): string {
  const bare = line.replaceAll(/"[^"]*"/g, '');
  let best = ',';
  for (const other of [';', '\t', '|']) if (countOf(bare, other) > countOf(bare, best)) best = other;
  return best;
}

function countOf(text: string, character: string): number {
  let count = 0;
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) count += 1;
  return count;
}
