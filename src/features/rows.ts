import { isSpace, ownText } from '../wire/json.ts';
import type { Cell, IdToken, Tags, Value } from '../wire/records.ts';
import { Problem } from '../wire/refusal.ts';
import { parseTime } from '../wire/time.ts';
import {
  featureOf,
  isJsonNumber,
  isMissing,
  truthKindOf,
  truthOf,
  type TruthKind,
} from '../service/cells.ts';
import type { Columns } from './columns.ts';
import type { CsvRow } from '../service/csv.ts';

/** A row of the data, ready to be published any number of times. */
export interface Row {
  /** In the order of the features' columns. */
  readonly body: readonly Cell[];
  readonly label: Label;
}

/** What is kept of a row until its truth has been sent. */
export interface Label {
  /** The row's place in the file; the first after the header is 1. */
  readonly number: number;
  /** `undefined` when the file has no column of ids. */
  readonly id: IdToken | undefined;
  /** `undefined` when the target cell is empty: no truth will come. */
  readonly truth: Value | undefined;
  readonly timeMs: number | undefined;
  readonly truthTimeMs: number | undefined;
  readonly tags: Tags | undefined;
}

/** A row that cannot be used. It keeps its number, so that those of the others do not depend on it. */
export interface RefusedRow {
  readonly line: number;
  readonly reason: string;
}

/** Tells a row that cannot be used from one that can. */
export function isRefused(row: Row | RefusedRow): row is RefusedRow {
  return 'reason' in row;
}

/** Makes rows from the cells of one pass over a file, in order; the first row of the pass gets number 1. */
export class RowMaker {
  readonly #columns: Columns;
  readonly #needsTime: boolean;
  readonly #texts = new Map<string, string>();
  readonly #tags = new Map<string, Tags>();
  #number = 0;
  #truthKind: TruthKind | undefined;

  /** @param options.needsTime a row without an event time is refused */
  constructor(columns: Columns, options: { needsTime: boolean }) {
    this.#columns = columns;
    this.#needsTime = options.needsTime;
  }

  make(row: CsvRow): Row | RefusedRow {
    this.#number += 1;
    const made = row.problem ?? this.#make(row.cells);
    return typeof made === 'string' ? { line: row.line, reason: made } : made;
  }

  /**
   * The JSON of a row's body, its numbers as they stand in the file where JSON takes them so.
   *
   * @param row made from these cells
   */
  bodyJson(row: Row, cells: readonly string[]): string {
    const { features } = this.#columns;
    const texts = row.body.map((cell, i) => {
      const text = cells[features[i]?.place ?? 0] as string;
      return typeof cell === 'number' && isJsonNumber(text) ? text : JSON.stringify(cell);
    });
    // One flat string, not a view on the file's text
    return `[${texts.join(',')}]`;
  }

  /** The row, or why it cannot be used. */
  #make(cells: readonly string[]): Row | string {
    const { count, features } = this.#columns;
    if (cells.length !== count)
      return `it has ${cells.length} ${cells.length === 1 ? 'cell' : 'cells'}, the header has ${count}`;
    const body: Cell[] = [];
    for (const { name, place } of features) {
      const text = cells[place] as string;
      const cell = featureOf(text);
      if (cell === undefined) return `column "${name}" is ${clipped(text)}, which is not a finite number`;
      body.push(typeof cell === 'string' ? this.#kept(cell) : cell);
    }
    const label = this.#label(cells);
    return typeof label === 'string' ? label : { body, label };
  }

  #label(cells: readonly string[]): Label | string {
    const { id: idPlace, target, time, truthTime } = this.#columns;
    let id: IdToken | undefined;
    if (idPlace !== undefined) {
      id = idOf(cells[idPlace] as string);
      if (id === undefined) return 'its id is empty';
    }
    const timeMs = timeOf(cells, time);
    if (typeof timeMs === 'string') return timeMs;
    if (timeMs === undefined && this.#needsTime) return 'it has no time';
    const truthTimeMs = timeOf(cells, truthTime);
    if (typeof truthTimeMs === 'string') return `truth ${truthTimeMs}`;
    const truth = target === undefined ? null : this.#truth(cells[target] as string);
    if (truth === undefined)
      return `the target is ${clipped(cells[target as number] as string)}, ${this.#expected()}`;
    const tags = this.#tagsOf(cells);
    return { number: this.#number, id, truth: truth ?? undefined, timeMs, truthTimeMs, tags };
  }

  #truth(text: string): Value | null | undefined {
    this.#truthKind ??= truthKindOf(text);
    if (this.#truthKind === undefined) return null;
    const truth = truthOf(text, this.#truthKind);
    return typeof truth === 'string' ? this.#kept(truth) : truth;
  }

  #expected(): string {
    return this.#truthKind === 'boolean'
      ? 'where other rows have True or False'
      : 'where other rows have a number; expected a finite number';
  }

  #tagsOf(cells: readonly string[]): Tags | undefined {
    const { tags } = this.#columns;
    if (tags.length === 0) return undefined;
    const texts = tags.map(({ place }) => cells[place] as string);
    const key = texts.join('\0');
    let found = this.#tags.get(key);
    if (found === undefined) {
      found = Object.fromEntries(
        tags.flatMap(({ name }, i) => (texts[i] === '' ? [] : [[name, this.#kept(texts[i] as string)]])),
      );
      if (this.#tags.size < KEPT_MAX) this.#tags.set(ownText(key), found);
    }
    return found;
  }

  /** The same text once: labels and categories repeat, and a cell would keep its whole chunk of the file alive. */
  #kept(text: string): string {
    let kept = this.#texts.get(text);
    if (kept === undefined) {
      kept = ownText(text);
      if (this.#texts.size < KEPT_MAX) this.#texts.set(kept, kept);
    }
    return kept;
  }
}

/** Different texts and combinations of tags that are kept once; more are copied each time. */
const KEPT_MAX = 10_000;

/** A number as it stands where JSON takes it so, else the text. */
function idOf(text: string): IdToken | undefined {
  const bare = isSpace(text.charCodeAt(0)) || isSpace(text.charCodeAt(text.length - 1)) ? text.trim() : text;
  if (bare === '') return undefined;
  return isJsonNumber(bare) ? ownText(bare) : JSON.stringify(text);
}

/** The time in that cell, what is wrong with it as text, or `undefined` where there is none. */
function timeOf(cells: readonly string[], place: number | undefined): number | string | undefined {
  if (place === undefined) return undefined;
  const text = (cells[place] as string).trim();
  if (isMissing(text) || text === 'NaT') return undefined;
  // A file may hold tomorrow's rows: only a replay's clock says what lies ahead
  const time = parseTime(isJsonNumber(text) ? Number(text) : text, Infinity);
  return time instanceof Problem ? time.reason : time;
}

function clipped(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40).toWellFormed()}…` : text);
}
