import {
  type TruthKind,
  isJsonNumber,
  isMissing,
  numberOf,
  truthKindOf,
  truthOf,
} from '../../service/cells.ts';
import { type CsvRow, readCsv } from '../../service/csv.ts';
import { AftermathError } from '../../service/errors.ts';
import { ID_LENGTH_MAX, idToken } from '../../wire/id.ts';
import { readProba } from '../../wire/predictions.ts';
import type { Carried, PredictionRecord, Value } from '../../wire/records.ts';
import { Problem } from '../../wire/refusal.ts';
import { parseTime } from '../../wire/time.ts';

/** Which columns of a file mean what. A name that is `undefined` is looked for, where that says so. */
export interface RecordColumns {
  readonly id: string;
  /** `undefined`: the first of `VALUE_COLUMNS` that is there. */
  readonly value: string | undefined;
  /** `undefined`: `time`, where it is there. */
  readonly time: string | undefined;
  readonly tags: readonly string[];
}

/** What the column with the value is called in files that people have, the likeliest first. */
export const VALUE_COLUMNS = {
  predictions: ['y_pred', 'prediction', 'predicted', 'y_hat', 'body', 'value'],
  truth: ['y_true', 'truth', 'actual', 'target', 'label', 'body', 'value', 'y'],
} as const;

/** One usable row, with what a prediction carries beside. */
export interface FileRecord extends Carried {
  readonly value: Value;
  readonly model: string | undefined;
  readonly version: string | undefined;
  /** Of each class, 0..1. */
  readonly proba: PredictionRecord['proba'];
}

/** A piece of a file. */
export interface FilePiece {
  readonly records: readonly FileRecord[];
  /** Rows that cannot be used, why, a sentence each. */
  readonly refused: readonly string[];
  /** Rows that have no value: a truth that is not known, a prediction that was not made. */
  readonly empty: number;
}

/**
 * The records of a CSV file, plain or gzip, a piece at a time. Columns `model`, `version` and `proba` (JSON, as the log has
 * it) are used where they are there. Values are all numbers, all booleans or all texts, as the first one is.
 *
 * @param onBytes as of `readCsv`
 * @throws {AftermathError} `stop` when the file cannot be read, or a column is not there: the error lists those that are
 */
export async function* readRecords(
  path: string,
  what: keyof typeof VALUE_COLUMNS,
  columns: RecordColumns,
  onBytes?: (bytes: number) => void,
): AsyncGenerator<FilePiece, void, void> {
  let reader: RowReader | undefined;
  for await (const rows of readCsv(path, onBytes)) {
    const records: FileRecord[] = [];
    const refused: string[] = [];
    let empty = 0;
    for (const row of rows) {
      if (reader === undefined) {
        reader = new RowReader(placesIn(path, row.cells, what, columns));
        continue;
      }
      const read = reader.read(row);
      if (read === undefined) empty++;
      else if (typeof read === 'string') refused.push(`Line ${row.line} of ${path}: ${read}.`);
      else records.push(read);
    }
    yield { records, refused, empty };
  }
}

/** Where the columns stand; −1 for one that is not there. */
interface Places {
  readonly count: number;
  readonly id: number;
  readonly value: number;
  readonly time: number;
  readonly model: number;
  readonly version: number;
  readonly proba: number;
  readonly tags: readonly { readonly name: string; readonly place: number }[];
}

function placesIn(
  path: string,
  header: readonly string[],
  what: keyof typeof VALUE_COLUMNS,
  columns: RecordColumns,
): Places {
  const names = header.map((name) => name.trim());
  const find = (name: string, flag: string): number => {
    const place = names.indexOf(name);
    if (place >= 0) return place;
    throw new AftermathError(
      'stop',
      `Cannot read ${path}: it has no column "${name}". Its columns are ${names.join(', ')}; ${flag} names another.`,
    );
  };
  const flag = what === 'truth' ? '--truth-column' : '--prediction-column';
  const likely = VALUE_COLUMNS[what].find((name) => name !== columns.id && names.includes(name));
  return {
    count: names.length,
    id: find(columns.id, '--on'),
    value: find(columns.value ?? likely ?? VALUE_COLUMNS[what][0], flag),
    time: columns.time === undefined ? names.indexOf('time') : find(columns.time, '--time'),
    model: names.indexOf('model'),
    version: names.indexOf('version'),
    proba: names.indexOf('proba'),
    tags: columns.tags.map((name) => ({ name, place: find(name, '--tags') })),
  };
}

class RowReader {
  readonly #places: Places;
  #kind: TruthKind | undefined;

  constructor(places: Places) {
    this.#places = places;
  }

  /** The record of a row; `undefined` where it has no value; why it cannot be used. */
  read({ cells, problem }: CsvRow): FileRecord | undefined | string {
    const places = this.#places;
    if (problem !== undefined) return problem;
    if (cells.length !== places.count) return `it has ${cells.length} cells, the header ${places.count}`;
    const [id, text] = [cells[places.id]!.trim(), cells[places.value]!];
    if (isMissing(text)) return undefined;
    if (id === '') return 'it has no id';
    if (id.length > ID_LENGTH_MAX) return `its id is longer than ${ID_LENGTH_MAX} characters`;
    this.#kind ??= truthKindOf(text);
    const value = this.#kind === undefined ? undefined : truthOf(text, this.#kind);
    if (value === undefined || value === null)
      return `its value is ${shown(text)}, the first one of the file is a ${this.#kind}`;
    const timeMs = timeOf(cells[places.time]);
    if (typeof timeMs === 'string') return timeMs;
    const proba = probaOf(cells[places.proba]);
    if (typeof proba === 'string') return proba;
    return {
      id: isJsonNumber(id) ? id : idToken(id),
      timeMs,
      // A log has no weights, and the report is made from one.
      weight: undefined,
      value,
      tags: places.tags.length === 0 ? undefined : this.#tags(cells),
      model: optionalOf(cells[places.model]),
      version: optionalOf(cells[places.version]),
      proba,
    };
  }

  #tags(cells: readonly string[]): FileRecord['tags'] {
    return Object.fromEntries(
      this.#places.tags
        .filter(({ place }) => !isMissing(cells[place]!))
        .map(({ name, place }) => [name, cells[place]!]),
    );
  }
}

function optionalOf(cell: string | undefined): string | undefined {
  return cell === undefined || isMissing(cell) ? undefined : cell.trim();
}

function probaOf(cell: string | undefined): PredictionRecord['proba'] | string {
  const text = optionalOf(cell);
  if (text === undefined) return undefined;
  try {
    const proba = readProba({ proba: JSON.parse(text) as unknown });
    return proba instanceof Problem ? proba.reason : proba;
  } catch {
    return `its proba is ${shown(text)}, a JSON object of a probability for each class is expected`;
  }
}

function timeOf(cell: string | undefined): number | undefined | string {
  const text = optionalOf(cell);
  if (text === undefined) return undefined;
  const time = parseTime(numberOf(text) ?? text, Date.now());
  return typeof time === 'object' ? time.reason : time;
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 60));
}
