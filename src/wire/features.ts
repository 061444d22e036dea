import { bodyProblem, carriedJson, readBody, readTags, readTime, readWeight } from './carried.ts';
import { type RecordJson, encodeRecords, scalarJson } from './encoding.ts';
import { type DecodeOptions, type RawRecord, decodeMessage } from './message.ts';
import type { Payload } from './payload.ts';
import type { Dialect } from './queues.ts';
import type { Cell, Decoded, FeatureRecord, Features, IdToken } from './records.ts';
import { Problem, kindOf } from './refusal.ts';

/** The records of one message: those that can be used, and those that cannot. Never throws. */
export function decodeFeatures(payload: Payload, options: DecodeOptions): Decoded<FeatureRecord> {
  return decodeMessage(payload, options, readFeatures);
}

/**
 * The messages that carry these records: native one array message (several where the rows are wide),
 * classic and superset one message a record. None for no records.
 */
export function encodeFeatures(records: readonly FeatureRecord[], dialect: Dialect): Payload[] {
  return encodeRecords(records, dialect, FEATURE_JSON);
}

/**
 * Keeps the JSON text of a body that will be sent more than once (a cached dataset): encoding it then costs
 * a string concat. Kept as long as the body itself is.
 *
 * @param json the JSON of exactly this array or object; absent: made from it
 */
export function cacheBodyJson(body: Features, json = bodyJson(body)): void {
  CACHED_JSON.set(body, json);
}

const BODY_FIELDS = ['body', 'features', 'x', 'value'] as const;
const EXPECTED = 'an array of values or an object of values by name';

const CACHED_JSON = new WeakMap<Features, string>();

const FEATURE_JSON: RecordJson<FeatureRecord> = {
  body: (record) => CACHED_JSON.get(record.body) ?? bodyJson(record.body),
  optional: carriedJson,
  aliases: BODY_FIELDS.slice(1),
  width: ({ body }) => (isArray(body) ? body.length : 2 * Object.keys(body).length),
};

function readFeatures(raw: RawRecord, id: IdToken, nowMs: number): FeatureRecord | Problem {
  const timeMs = readTime(raw, nowMs);
  if (timeMs instanceof Problem) return timeMs;
  const tags = readTags(raw);
  if (tags instanceof Problem) return tags;
  const weight = readWeight(raw);
  if (weight instanceof Problem) return weight;
  const body = readCells(unwrapped(readBody(raw, BODY_FIELDS)));
  if (body instanceof Problem) return body;
  return { id, timeMs, tags, weight, body };
}

/** One row as scikit-learn takes it is a table of one row: `[[1, 2]]` is `[1, 2]`. */
function unwrapped(body: unknown): unknown {
  if (!Array.isArray(body) || body.length !== 1) return body;
  const [only] = body as unknown[];
  return typeof only === 'object' && only !== null ? only : body;
}

/** The body itself, once every cell is checked; NaN becomes null in it. */
function readCells(body: unknown): Features | Problem {
  if (Array.isArray(body)) {
    const cells: unknown[] = body;
    for (let n = 0; n < cells.length; n++) {
      const cell = cells[n];
      if (typeof cell === 'number' && cell - cell === 0) continue;
      if (Number.isNaN(cell)) cells[n] = null;
      else if (!isCell(cell)) return cellProblem(`feature ${n + 1}`, cell);
    }
    return cells as Cell[];
  }
  if (typeof body !== 'object' || body === null) return bodyProblem(body, EXPECTED);
  const cells = body as Record<string, unknown>;
  for (const name of Object.keys(cells)) {
    const cell = cells[name];
    if (Number.isNaN(cell)) Object.defineProperty(cells, name, { value: null });
    else if (!isCell(cell)) return cellProblem(`feature ${JSON.stringify(name)}`, cell);
  }
  return cells as Record<string, Cell>;
}

function isCell(cell: unknown): cell is Cell {
  if (typeof cell === 'number') return Number.isFinite(cell);
  return cell === null || typeof cell === 'string' || typeof cell === 'boolean';
}

function cellProblem(name: string, cell: unknown): Problem {
  if (typeof cell === 'number')
    return new Problem('not-finite', `${name} is ${kindOf(cell)}, expected a finite number`);
  return new Problem('bad-body', `${name} is ${kindOf(cell)}, expected a number, text, boolean or null`);
}

function bodyJson(body: Features): string {
  if (isArray(body)) {
    let text = '';
    let separator = '[';
    for (const cell of body) {
      text += separator + cellJson(cell);
      separator = ',';
    }
    return text === '' ? '[]' : `${text}]`;
  }
  const members = Object.entries(body).map(([name, cell]) => `${JSON.stringify(name)}:${cellJson(cell)}`);
  return `{${members.join(',')}}`;
}

function cellJson(cell: Cell): string {
  return cell === null ? 'null' : scalarJson(cell);
}

/** `Array.isArray` does not narrow a readonly array away. */
function isArray(body: Features): body is readonly Cell[] {
  return Array.isArray(body);
}
