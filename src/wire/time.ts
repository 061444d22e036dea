import { Problem } from './refusal.ts';

/**
 * An event time as milliseconds since 1970-01-01 UTC, rounded to whole ones.
 *
 * @param time ISO 8601 text (without a zone: UTC) or epoch seconds
 * @param nowMs the clock: more than a day ahead of it is refused
 */
export function parseTime(time: unknown, nowMs: number): number | Problem {
  return new Problem('bad-time', `not built yet: ${String(time)} ${nowMs}`);
}
