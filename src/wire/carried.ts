import type { RawRecord } from './message.ts';
import type { Carried, Tags } from './records.ts';
import { Problem, kindOf } from './refusal.ts';
import { parseTime } from './time.ts';

/** Text of a name (`model`, `version`) may have so many characters. */
export const NAME_LENGTH_MAX = 256;

/** `time` of a record, absent or null: `undefined`. */
export function readTime(raw: RawRecord, nowMs: number): number | undefined | Problem {
  const time = raw['time'];
  return time === undefined || time === null ? undefined : parseTime(time, nowMs);
}

/**
 * `tags` of a record: text by name. Numbers and booleans become text; null and NaN say that there is none.
 */
export function readTags(raw: RawRecord): Tags | undefined | Problem {
  const tags = raw['tags'];
  if (tags === undefined || tags === null) return undefined;
  if (typeof tags !== 'object' || Array.isArray(tags)) {
    return new Problem('bad-tags', `tags is ${kindOf(tags)}, expected an object of texts`);
  }
  const entries: [string, string][] = [];
  for (const [name, value] of Object.entries(tags)) {
    if (value === null || Number.isNaN(value)) continue;
    if (typeof value === 'object') {
      return new Problem('bad-tags', `tag ${JSON.stringify(name)} is ${kindOf(value)}, expected text`);
    }
    entries.push([name, String(value)]);
  }
  return Object.fromEntries(entries);
}

/** `weight` of a record: finite and at least 0. */
export function readWeight(raw: RawRecord): number | undefined | Problem {
  const weight = raw['weight'];
  if (weight === undefined || weight === null) return undefined;
  if (typeof weight === 'number' && weight >= 0 && weight < Infinity) return weight;
  return new Problem('bad-weight', `weight is ${kindOf(weight)}, expected a number of at least 0`);
}

/** The value of a record: the first of these fields that is there and not null. */
export function readBody(raw: RawRecord, fields: readonly string[]): unknown {
  let found: unknown;
  for (const field of fields) {
    const value = raw[field];
    if (value !== undefined && value !== null) return value;
    if (value === null) found = null;
  }
  return found;
}

/** What is wrong with a record that has no value, or another than its kind takes. */
export function bodyProblem(body: unknown, expected: string): Problem {
  if (body === undefined) return new Problem('no-body', `record has no body, expected ${expected}`);
  const code = typeof body === 'number' && !Number.isFinite(body) ? 'not-finite' : 'bad-body';
  return new Problem(code, `body is ${kindOf(body)}, expected ${expected}`);
}

/** The members of a JSON object after its value: `,"time":…,"tags":…,"weight":…`, those that are there. */
export function carriedJson(record: Carried): string {
  let json = '';
  if (record.timeMs !== undefined) json += `,"time":${record.timeMs / 1000}`;
  if (record.tags !== undefined) json += `,"tags":${JSON.stringify(record.tags)}`;
  if (record.weight !== undefined) json += `,"weight":${record.weight}`;
  return json;
}
