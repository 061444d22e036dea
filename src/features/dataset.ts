import { AftermathError } from '../service/errors.ts';
import { cacheBodyJson } from '../wire/features.ts';
import { chooseColumns, type ColumnNames, type Columns } from './columns.ts';
import { readCsv, versionOf, type CsvRow, type FileVersion } from '../service/csv.ts';
import { RowMaker, type RefusedRow, type Row } from './rows.ts';

/** What to read, and what may be kept of it. */
export type DatasetOptions = ColumnNames & {
  readonly data: string;
  /** A row without an event time is refused. */
  readonly needsTime: boolean;
  /** Rows are kept between passes when all of them take no more than this. */
  readonly cacheBytesMax: number;
};

/**
 * The rows of one file, pass after pass. A small file is parsed once and its rows are kept; memory for a
 * larger one does not depend on its size.
 */
export class Dataset {
  readonly version: FileVersion;
  readonly columns: Columns;
  readonly #options: DatasetOptions;
  #kept: readonly (Row | RefusedRow)[] | undefined;
  #rowsPerPass: number | undefined;

  private constructor(options: DatasetOptions, version: FileVersion, columns: Columns) {
    this.#options = options;
    this.version = version;
    this.columns = columns;
  }

  /**
   * Opens the file and reads its header.
   *
   * @throws {AftermathError} `stop` when the file is not there, not readable, empty, not CSV, has no header,
   *   no row, or not the columns
   */
  static async open(options: DatasetOptions): Promise<Dataset> {
    const version = await versionOf(options.data);
    let header: CsvRow | undefined;
    for await (const rows of readCsv(options.data)) {
      header ??= rows[0];
      if (rows.length > 1 || rows[0] !== header)
        return new Dataset(options, version, columnsOf(header, options));
    }
    columnsOf(header, options);
    throw new AftermathError('stop', `Cannot use data file ${options.data}: it has a header and no rows.`);
  }

  /** Rows of the file, refused ones included; known once a pass has been read to its end. */
  get rowsPerPass(): number | undefined {
    return this.#rowsPerPass;
  }

  /** Whether the rows of every pass are the same objects. */
  get isKept(): boolean {
    return this.#kept !== undefined;
  }

  /**
   * The rows of one pass, in the order of the file.
   *
   * @throws {AftermathError} `stop` when the file cannot be read to its end, or has changed since it was opened
   */
  async *pass(): AsyncGenerator<readonly (Row | RefusedRow)[], void, void> {
    if (this.#kept) {
      yield this.#kept;
      return;
    }
    await this.#mustBeUnchanged();
    const maker = new RowMaker(this.columns, this.#options);
    const keeping = new Keeping(this.#options.cacheBytesMax);
    let count = 0;
    let isHeader = true;
    for await (const csvRows of readCsv(this.#options.data)) {
      const rows: (Row | RefusedRow)[] = [];
      for (const csvRow of csvRows) {
        if (isHeader) isHeader = false;
        else {
          const row = maker.make(csvRow);
          keeping.add(row, csvRow, maker);
          rows.push(row);
        }
      }
      count += rows.length;
      yield rows;
    }
    this.#rowsPerPass = count;
    this.#kept = keeping.rows;
  }

  async #mustBeUnchanged(): Promise<void> {
    const { bytes, modifiedMs } = await versionOf(this.#options.data);
    if (bytes === this.version.bytes && modifiedMs === this.version.modifiedMs) return;
    throw new AftermathError(
      'stop',
      `Cannot go on with data file ${this.#options.data}: it has changed since it was opened. Start a new run.`,
    );
  }
}

function columnsOf(header: CsvRow | undefined, options: DatasetOptions): Columns {
  const found = header === undefined ? 'it is empty' : header.problem && `in its header ${header.problem}`;
  if (header === undefined || found)
    throw new AftermathError(
      'stop',
      `Cannot use data file ${options.data}: ${found}. Put a line with the column names first.`,
    );
  return chooseColumns(header.cells, options, options.data);
}

/** The rows of a first pass as long as they are few. */
class Keeping {
  rows: (Row | RefusedRow)[] | undefined = [];
  #bytesLeft: number;

  constructor(bytesMax: number) {
    this.#bytesLeft = bytesMax;
  }

  add(row: Row | RefusedRow, { cells }: CsvRow, maker: RowMaker): void {
    if (this.rows === undefined) return;
    this.#bytesLeft -= ROW_BYTES;
    if ('body' in row) {
      const json = maker.bodyJson(row, cells);
      cacheBodyJson(row.body, json);
      this.#bytesLeft -= json.length + CELL_BYTES * row.body.length;
    }
    if (this.#bytesLeft < 0) this.rows = undefined;
    else this.rows.push(row);
  }
}

/** What a kept row takes beside its JSON: its objects and its entry in the table of JSON texts; and each cell. */
const ROW_BYTES = 300;
const CELL_BYTES = 16;
