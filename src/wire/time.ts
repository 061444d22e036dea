import { Problem, kindOf } from './refusal.ts';

/** An epoch time above this is in milliseconds by mistake: as seconds it would be the year 5138. */
export const EPOCH_SECONDS_MAX = 1e11;

/** An event may lie so far ahead of the clock: time zones and clocks that are not set. */
export const AHEAD_MS_MAX = 86_400_000;

/**
 * An event time as milliseconds since 1970-01-01 UTC, rounded to whole ones.
 *
 * @param time ISO 8601 text (`2026-03-01`, `2026-03-01T12:00:00.5+01:00`; without a zone: UTC), or epoch seconds
 * @param nowMs the clock: a time more than a day ahead of it is refused
 * @returns the problem where it is neither, where it is in milliseconds, or where it lies ahead
 */
export function parseTime(time: unknown, nowMs: number): number | Problem {
  const timeMs = typeof time === 'number' ? fromSeconds(time) : fromText(time);
  if (typeof timeMs === 'number' && timeMs > nowMs + AHEAD_MS_MAX) {
    const [found, clock] = [isoOf(timeMs), isoOf(nowMs)];
    return new Problem('bad-time', `time is ${found}, expected at most a day ahead of the clock (${clock})`);
  }
  return timeMs;
}

function fromSeconds(seconds: number): number | Problem {
  if (Math.abs(seconds) <= EPOCH_SECONDS_MAX) return Math.round(seconds * 1000) + 0;
  if (!Number.isFinite(seconds)) return new Problem('bad-time', `time is ${kindOf(seconds)}, ${EXPECTED}`);
  return new Problem(
    'bad-time',
    `time is ${kindOf(seconds)}, which is in milliseconds; expected epoch seconds (divide by 1000)`,
  );
}

function fromText(time: unknown): number | Problem {
  const match = typeof time === 'string' ? ISO.exec(time) : null;
  if (match === null) {
    const hint = typeof time === 'string' && NUMERIC.test(time) ? ' (a number without quotes)' : '';
    return new Problem('bad-time', `time is ${kindOf(time)}, ${EXPECTED}${hint}`);
  }
  const [, date, hour = 0, minute = 0, second = 0, fraction = 0, sign, zoneHour = 0, zoneMinute = 0] = match;
  const dayMs = Date.parse(`${date}T00:00:00Z`);
  const exists = Number.isFinite(dayMs) && new Date(dayMs).toISOString().startsWith(`${date}T`);
  const [hours, minutes] = [
    Math.max(Number(hour), Number(zoneHour)),
    Math.max(Number(minute), Number(zoneMinute)),
  ];
  if (!exists || hours > 23 || minutes > 59 || Number(second) > 60) {
    return new Problem('bad-time', `time is ${kindOf(time)}, which is not a date; ${EXPECTED}`);
  }
  const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second);
  const zoneMs = (Number(zoneHour) * 60 + Number(zoneMinute)) * (sign === '-' ? -60_000 : 60_000);
  return dayMs + seconds * 1000 + Math.round(Number(`0.${fraction}`) * 1000) - zoneMs;
}

const EXPECTED = 'expected epoch seconds or ISO 8601';
const NUMERIC = /^\s*[+-]?\d+(\.\d*)?(e[+-]?\d+)?\s*$/i;
const ISO =
  /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9})\d*)?)?\s?(?:[Zz]|([+-])(\d\d)(?::?(\d\d))?)?)?$/;

function isoOf(timeMs: number): string {
  return Math.abs(timeMs) <= 8.64e15 ? new Date(timeMs).toISOString() : `${timeMs} ms`;
}
