import { Payload } from './payload.ts';
import type { Dialect } from './queues.ts';

/** How a record of one kind is written: `full` with its optional fields, `plain` as `{"id", "body"}`. */
export interface RecordJson<R> {
  /** The text of the value. */
  body(record: R): string;
  /** The optional members that are there, each with a comma before it. */
  optional(record: R): string;
  /** Names under which the superset repeats the value beside `body`. */
  readonly aliases: readonly string[];
  /** About how many values a record carries: decides how many records a message holds. */
  width(record: R): number;
}

/** A native message holds about so many values at most: some megabytes, well below `MESSAGE_BYTES_MAX`. */
export const VALUES_PER_MESSAGE_MAX = 100_000;

/**
 * The messages that carry these records, in order: native arrays, as many records to a message as its size
 * allows; classic and superset one message a record. None for no records.
 */
export function encodeRecords<R extends { readonly id: string }>(
  records: readonly R[],
  dialect: Dialect,
  json: RecordJson<R>,
): Payload[] {
  if (dialect !== 'native') {
    const write = dialect === 'classic' ? writePlain : writeSuperset;
    return records.map((record) => Payload.ofRecords([record], () => Buffer.from(write(record, json))));
  }
  const [first] = records;
  if (first === undefined) return [];
  const encode = (part: readonly R[]): Uint8Array => Buffer.from(writeArray(part, json));
  const perMessage = Math.max(1, Math.floor(VALUES_PER_MESSAGE_MAX / Math.max(1, json.width(first))));
  if (records.length <= perMessage) return [Payload.ofRecords(records, encode)];
  const payloads: Payload[] = [];
  for (let from = 0; from < records.length; from += perMessage) {
    payloads.push(Payload.ofRecords(records.slice(from, from + perMessage), encode));
  }
  return payloads;
}

/** A number, text or boolean as JSON. NaN and infinities as Python writes them: the reader refuses them by name. */
export function scalarJson(value: number | string | boolean): string {
  return typeof value === 'string' ? JSON.stringify(value) : `${value}`;
}

function writeArray<R extends { readonly id: string }>(records: readonly R[], json: RecordJson<R>): string {
  let text = '[';
  let separator = '';
  for (const record of records) {
    text += `${separator}{"id":${record.id},"body":${json.body(record)}${json.optional(record)}}`;
    separator = ',';
  }
  return `${text}]`;
}

function writePlain<R extends { readonly id: string }>(record: R, json: RecordJson<R>): string {
  return `{"id":${record.id},"body":${json.body(record)}}`;
}

function writeSuperset<R extends { readonly id: string }>(record: R, json: RecordJson<R>): string {
  const body = json.body(record);
  const aliases = json.aliases.map((name) => `,"${name}":${body}`).join('');
  return `{"id":${record.id},"body":${body}${aliases}${json.optional(record)}}`;
}
