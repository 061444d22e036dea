import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Problem } from '../../src/wire/refusal.ts';
import { parseTime } from '../../src/wire/time.ts';

const NOW = Date.UTC(2026, 2, 1, 12);

test('parseTime() reads epoch seconds, whole and broken', () => {
  assert.equal(parseTime(1_700_000_000, NOW), 1_700_000_000_000);
  assert.equal(parseTime(1_700_000_000.1234, NOW), 1_700_000_000_123);
  assert.equal(parseTime(0, NOW), 0);
  assert.equal(parseTime(-86_400, NOW), -86_400_000);
});

test('parseTime() reads ISO 8601, without a zone as UTC', () => {
  const expected = Date.UTC(2026, 1, 28, 23, 5, 7);
  for (const text of [
    '2026-02-28T23:05:07Z',
    '2026-02-28T23:05:07',
    '2026-02-28 23:05:07',
    '2026-02-28t23:05:07z',
    '2026-02-28T23:05:07.000000+00:00',
    '2026-03-01T00:05:07+01:00',
    '2026-02-28T17:35:07-0530',
    '2026-03-01T01:05:07 +02',
  ]) {
    assert.equal(parseTime(text, NOW), expected, text);
  }
  assert.equal(parseTime('2026-02-28', NOW), Date.UTC(2026, 1, 28));
  assert.equal(parseTime('2026-02-28T23:05', NOW), Date.UTC(2026, 1, 28, 23, 5));
  assert.equal(parseTime('2024-02-29T00:00:00.1239Z', NOW), Date.UTC(2024, 1, 29) + 124);
  assert.equal(parseTime('1969-12-31T23:59:59,5', NOW), -500);
});

test('parseTime() agrees with Date on every moment', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date('0001-01-01'), max: new Date(NOW), noInvalidDate: true }), (date) => {
      assert.equal(parseTime(date.toISOString(), NOW), date.getTime());
      assert.equal(parseTime(date.getTime() / 1000, NOW), date.getTime());
    }),
    { seed: 1 },
  );
});

test('parseTime() refuses milliseconds, and says so', () => {
  for (const time of [1_700_000_000_000, 100_000_000_001, -1_700_000_000_000]) {
    assert.match(reason(time), /is in milliseconds; expected epoch seconds \(divide by 1000\)/);
  }
});

test('parseTime() refuses what lies more than a day ahead of the clock, in either form', () => {
  assert.equal(parseTime(NOW / 1000 + 86_400, NOW), NOW + 86_400_000);
  assert.match(
    reason(NOW / 1000 + 86_401),
    /expected at most a day ahead of the clock \(2026-03-01T12:00:00/,
  );
  assert.match(reason('2026-03-02T12:00:01Z'), /time is 2026-03-02T12:00:01.000Z, expected at most a day/);
  assert.match(reason(99_999_999_999), /5138-11-16.*expected at most a day ahead/);
  assert.equal(parseTime('2026-03-02T14:00:00+02:00', NOW), NOW + 86_400_000);
});

test('parseTime() refuses a number as text, and says to leave the quotes away', () => {
  assert.match(reason('1700000000'), /is the text "1700000000", expected .*\(a number without quotes\)/);
  assert.match(reason('1.7e9'), /a number without quotes/);
});

test('parseTime() refuses dates that do not exist and what is no time', () => {
  for (const text of [
    '2026-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '2026-01-01T24:00',
    '2026-01-01T10:60',
    '2026-01-01T10:00+24:00',
  ]) {
    assert.match(reason(text), /is not a date/, text);
  }
  for (const time of ['yesterday', '', '2026-1-1', '28/02/2026', true, {}, [1], Number.NaN, Infinity]) {
    assert.match(reason(time), /^time is .*expected epoch seconds or ISO 8601/);
  }
});

function reason(time: unknown): string {
  const problem = parseTime(time, NOW);
  assert.ok(problem instanceof Problem, `${String(time)} was taken`);
  assert.equal(problem.code, 'bad-time');
  return problem.reason;
}
