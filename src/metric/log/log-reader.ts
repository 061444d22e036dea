import { createReadStream } from 'node:fs';
import Papa from 'papaparse';
import { AftermathError, codeOf, messageOf } from '../../service/errors.ts';
import { VALUE_MAX } from '../../stats/outcome-limits.ts';

/** One line of a log. */
export interface LogRow {
  /** The first line of the file is 1. */
  readonly line: number;
  /** Its text: equal text is the same id. */
  readonly id: string;
  /** A number where the cell reads as one, else the label. */
  readonly truth: number | string;
  readonly prediction: number | string;
  readonly absoluteError: number;
  /** From a column of that name, else `undefined`. */
  readonly model: string | undefined;
  /** From a column of that name: ISO 8601 text, else `undefined`. */
  readonly time: string | undefined;
  /** From columns of these names as they stand there, else `undefined`. */
  readonly version: string | undefined;
  readonly tags: string | undefined;
  readonly proba: string | undefined;
  /** The values by which it is to be told apart, in the order they were asked for, where it has them. */
  readonly slices: readonly (string | undefined)[];
}

/** How a log is read. */
export interface ReadLogOptions {
  /** The columns, or tags in a column `tags`, by which rows are to be told apart. */
  readonly slices?: readonly string[] | undefined;
  /** Told how many bytes were read so far. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** What reading a log has to tell beside its rows. */
export interface LogEnd {
  /** The last line was left out because it is not finished: the log is being written, or was cut. */
  readonly tornLine: number | undefined;
}

/** The columns that every log has; others may stand between them. */
export const LOG_HEADER = ['id', 'y_true', 'y_pred', 'absolute_error'] as const;

/**
 * The rows of a log, ours or that of any service which writes this header, in the order of the file and a
 * chunk at a time. Columns in any order, further ones allowed, separated by comma, semicolon or tab, UTF-8.
 * The generator returns what it left out.
 *
 * A last line without its line end is taken when its absolute_error is that of its values, else left out.
 *
 * @throws {AftermathError} `stop` when the file cannot be read, has another header, or a line that is none
 */
export async function* readLog(
  path: string,
  options: ReadLogOptions = {},
): AsyncGenerator<readonly LogRow[], LogEnd, void> {
  let parser: RowParser | undefined;
  let text = '';
  for await (const chunk of textOf(path, options.onBytes)) {
    text += chunk;
    if (parser === undefined && !/[\r\n]./s.test(text) && text.length < ROW_LENGTH_MAX) continue;
    parser ??= new RowParser(path, text, options.slices);
    const parsed = parser.push(text);
    text = text.slice(parsed.taken);
    if (text.length > ROW_LENGTH_MAX) {
      throw parser.malformed(`it is longer than ${ROW_LENGTH_MAX} characters: is a quote never closed?`);
    }
    if (parsed.rows.length > 0) yield parsed.rows;
  }
  parser ??= new RowParser(path, text, options.slices);
  const { rows, tornLine } = parser.end(text);
  if (rows.length > 0) yield rows;
  return { tornLine };
}

/** A row's line, and whatever cells stand on it, longer than this is no row. */
const ROW_LENGTH_MAX = 1 << 20;
/** The rows of a chunk live at the same time: of larger ones the garbage collector moves more than reading gains. */
const CHUNK_BYTES = 1 << 16;

async function* textOf(
  path: string,
  onBytes: ((bytes: number) => void) | undefined,
): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let read = 0;
  try {
    for await (const bytes of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
      onBytes?.((read += (bytes as Uint8Array).length));
      yield decoder.decode(bytes as Uint8Array, { stream: true });
    }
  } catch (error) {
    if (error instanceof AftermathError) throw error;
    const why =
      codeOf(error) === 'ENOENT'
        ? 'there is no such file'
        : codeOf(error) === 'ERR_ENCODING_INVALID_ENCODED_DATA'
          ? 'it is not UTF-8 text'
          : messageOf(error);
    throw new AftermathError('stop', `Cannot read the log ${path}: ${why}`, { cause: error });
  }
}

/** Turns text into rows; holds what it knows of the file. */
class RowParser {
  readonly #path: string;
  readonly #slices: readonly string[];
  readonly #csv: Papa.Parser;
  readonly #newline: string;
  readonly #delimiter: string;
  #columns: Columns | undefined;
  #line = 0;

  constructor(path: string, head: string, slices: readonly string[] = []) {
    this.#slices = slices;
    this.#path = path;
    const firstLine = /^[^\r\n]*/.exec(head)![0];
    this.#newline = /\r\n|\n|\r/.exec(head)?.[0] ?? '\n';
    this.#delimiter = delimiterOf(firstLine);
    this.#csv = new Papa.Parser({ delimiter: this.#delimiter, newline: this.#newline as '\n' });
  }

  /** The rows of the whole lines in `text`; the first `taken` characters are done with. */
  push(text: string): { rows: LogRow[]; taken: number } {
    // A quote may hold what else ends a cell; without one a line is told by its end alone, which is twice as fast.
    if (this.#columns !== undefined && this.#newline !== '\r' && !text.includes('"')) {
      return this.#plain(text, this.#columns);
    }
    const { data, meta } = this.#csv.parse(text, 0, true) as Papa.ParseResult<string[]>;
    return { rows: this.#rows(data), taken: meta.cursor };
  }

  #plain(text: string, columns: Columns): { rows: LogRow[]; taken: number } {
    const rows: LogRow[] = [];
    const cells: string[] = [];
    const delimiter = this.#delimiter;
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; start = end + 1, end = text.indexOf('\n', start)) {
      this.#line++;
      const stop = text.charCodeAt(end - 1) === 13 && end > start ? end - 1 : end;
      cells.length = 0;
      let from = start;
      for (let at = text.indexOf(delimiter, from); at >= 0 && at < stop; at = text.indexOf(delimiter, from)) {
        cells.push(text.slice(from, at));
        from = at + 1;
      }
      const last = text.slice(from, stop);
      if (cells.length === 0 && last.trim() === '') continue;
      cells.push(last);
      rows.push(this.#row(cells, columns));
    }
    return { rows, taken: start };
  }

  /** The rows of the rest of the file. */
  end(text: string): { rows: LogRow[]; tornLine: number | undefined } {
    const { rows, taken } = this.push(text);
    const rest = text.slice(taken);
    if (rest.trim() === '' && this.#columns !== undefined) return { rows, tornLine: undefined };
    const [cells] = (this.#csv.parse(rest, 0, false) as Papa.ParseResult<string[]>).data;
    if (this.#columns === undefined) return { rows: this.#rows([cells ?? []]), tornLine: undefined };
    const line = this.#line + 1;
    const row = wholeRow(() => this.#rows([cells ?? []])[0]);
    return row === undefined ? { rows, tornLine: line } : { rows: [...rows, row], tornLine: undefined };
  }

  malformed(found: string): AftermathError {
    return new AftermathError('stop', `Cannot read line ${this.#line} of the log ${this.#path}: ${found}`);
  }

  #rows(data: readonly string[][]): LogRow[] {
    const rows: LogRow[] = [];
    for (const cells of data) {
      this.#line++;
      if (cells.length === 1 && cells[0]!.trim() === '' && this.#columns !== undefined) continue;
      if (this.#columns === undefined) this.#columns = this.#header(cells);
      else rows.push(this.#row(cells, this.#columns));
      for (const cell of cells) if (cell.includes('\n')) this.#line += cell.split('\n').length - 1;
    }
    return rows;
  }

  #header(cells: readonly string[]): Columns {
    const names = cells.map((cell) => cell.trim());
    const missing = LOG_HEADER.filter((name) => !names.includes(name));
    if (missing.length > 0) {
      const found = names.join(',').slice(0, 200);
      throw new AftermathError(
        'stop',
        `Cannot read ${this.#path} as a log: its header has no ${missing.join(', no ')}; expected ${LOG_HEADER.join(',')}, found ${found === '' ? 'nothing' : found}`,
      );
    }
    const twice = LOG_HEADER.find((name) => names.indexOf(name) !== names.lastIndexOf(name));
    if (twice !== undefined) {
      throw new AftermathError('stop', `Cannot read ${this.#path} as a log: its header has ${twice} twice`);
    }
    const [id, truth, prediction, absoluteError] = LOG_HEADER.map((name) => names.indexOf(name));
    return {
      count: names.length,
      id: id!,
      truth: truth!,
      prediction: prediction!,
      absoluteError: absoluteError!,
      model: names.indexOf('model'),
      time: names.indexOf('time'),
      version: names.indexOf('version'),
      tags: names.indexOf('tags'),
      proba: names.indexOf('proba'),
      slices: this.#slices.map((name) => ({ name, place: names.indexOf(name) })),
    };
  }

  #row(cells: readonly string[], columns: Columns): LogRow {
    if (cells.length !== columns.count) {
      throw this.malformed(
        `${columns.count} cells are expected, as in the header, ${cells.length} are there`,
      );
    }
    return {
      line: this.#line,
      id: cells[columns.id]!,
      truth: this.#value(cells[columns.truth]!, 'y_true'),
      prediction: this.#value(cells[columns.prediction]!, 'y_pred'),
      absoluteError: this.#error(cells[columns.absoluteError]!),
      model: cellAt(cells, columns.model),
      time: cellAt(cells, columns.time),
      version: cellAt(cells, columns.version),
      tags: cellAt(cells, columns.tags),
      proba: cellAt(cells, columns.proba),
      slices: columns.slices.length === 0 ? NO_SLICES : slicesIn(cells, columns),
    };
  }

  #value(cell: string, name: string): number | string {
    const value = numberOf(cell);
    if (value === undefined) {
      const text = cell.trim();
      if (text !== '' && !NOT_FINITE.test(text)) return text;
    } else if (value <= VALUE_MAX && value >= -VALUE_MAX) return value;
    throw this.malformed(`${name} is ${shown(cell)}: a number from −1e100 to 1e100 or a label is expected`);
  }

  #error(cell: string): number {
    const value = numberOf(cell);
    if (value !== undefined && value >= 0 && value <= 2 * VALUE_MAX) return value;
    throw this.malformed(`absolute_error is ${shown(cell)}: a number of at least 0 is expected`);
  }
}

/** Where the columns stand; −1 for one that is not there. */
interface Columns {
  readonly count: number;
  readonly id: number;
  readonly truth: number;
  readonly prediction: number;
  readonly absoluteError: number;
  readonly model: number;
  readonly time: number;
  readonly version: number;
  readonly tags: number;
  readonly proba: number;
  readonly slices: readonly { readonly name: string; readonly place: number }[];
}

/** The cell in a column that not every log has. V8 takes `cells[-1]` for a property that it has to look for by name. */
function cellAt(cells: readonly string[], place: number): string | undefined {
  return place < 0 ? undefined : cells[place];
}

const NO_SLICES: readonly undefined[] = [];

function slicesIn(cells: readonly string[], { slices, tags }: Columns): (string | undefined)[] {
  return slices.map(({ name, place }) => cellAt(cells, place) ?? tagOf(cellAt(cells, tags), name));
}

/** The value of a tag in a cell of `tags`; `undefined` where it is not there. */
function tagOf(tags: string | undefined, tag: string): string | undefined {
  if (tags === undefined || tags === '') return undefined;
  try {
    const found: unknown = (JSON.parse(tags) as Record<string, unknown> | null)?.[tag];
    return typeof found === 'string' ? found : undefined;
  } catch {
    return undefined;
  }
}

/** What Python and pandas write where there is no finite number; other text is a label. */
const NOT_FINITE = /^[+-]?(nan|inf|infinity)$/i;

function delimiterOf(firstLine: string): string {
  const counts = [',', ';', '\t'].map((delimiter) => ({
    delimiter,
    count: firstLine.split(delimiter).length,
  }));
  return counts.reduce((best, each) => (each.count > best.count ? each : best)).delimiter;
}

/** The number a cell holds, or `undefined` when it is none. Hexadecimal and the like are text. */
function numberOf(cell: string): number | undefined {
  const value = Number(cell);
  if (!Number.isFinite(value)) return undefined;
  if (value === 0 && cell.trim() === '') return undefined;
  const first = cell.charCodeAt(0);
  // Only what begins with 0, or with a space before it, can have another base: most cells are not looked at twice.
  const mayHaveBase = first === DIGIT_0 ? cell.length > 2 : first < DIGIT_0 - 3 || first > DIGIT_9;
  return mayHaveBase && /^\s*[+-]?0[xob]/i.test(cell) ? undefined : value;
}

const [DIGIT_0, DIGIT_9] = [48, 57];

/** The row where its absolute_error proves that nothing is cut off, else `undefined`. */
function wholeRow(read: () => LogRow | undefined): LogRow | undefined {
  let row;
  try {
    row = read();
  } catch (error) {
    if (error instanceof AftermathError) return undefined;
    throw error;
  }
  if (row === undefined) return undefined;
  const { truth, prediction, absoluteError } = row;
  const expected =
    typeof truth === 'number' && typeof prediction === 'number'
      ? Math.abs(truth - prediction)
      : Number(truth !== prediction);
  return expected === absoluteError ? row : undefined;
}

function shown(cell: string): string {
  return cell.trim() === '' ? 'empty' : JSON.stringify(cell.slice(0, 80));
}
