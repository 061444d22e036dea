import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Payload } from '../../src/wire/payload.ts';
import { decodeSnapshot } from '../../src/wire/snapshot-reader.ts';
import { type Snapshot, encodeSnapshot } from '../../src/wire/snapshot.ts';

const SNAPSHOT: Snapshot = {
  kind: 'metric',
  schema: 1,
  publisher: 'a1b2',
  publishedAtMs: 1_770_000_000_000,
  sinceMs: 1_769_999_000_000.5,
  models: [
    {
      model: 'forest',
      role: 'champion',
      version: '0123456789ab',
      task: 'regression',
      books: books(),
      figures: {
        mae: { value: 43.2775, low: 40, high: 46.5, level: 0.95, method: 'empirical Bernstein' },
        bias: { value: -0.5 },
      },
      errors: { width: 5, counts: [1, 0, 7], above: 2 },
      history: [{ atMs: 1, scored: 2, mae: 3.5, recentMae: 4 }],
      labelLag: { median: 5, p95: 9.5 },
    },
    {
      model: 'young',
      role: 'challenger',
      version: undefined,
      task: undefined,
      books: books(),
      figures: {},
      errors: undefined,
      history: [],
      labelLag: undefined,
    },
  ],
  truths: {
    received: 9,
    matched: 1,
    waiting: 1,
    orphan: 1,
    late: 1,
    revision: 1,
    duplicate: 1,
    unknown: 1,
    refused: 2,
  },
  deadLetters: { 'not-json': 2 },
  rowsPerSecond: 1234.5,
  logPath: 'logs/metric_log.csv',
};

test('a snapshot arrives as it was sent, over bytes and inside the process', () => {
  const payload = encodeSnapshot(SNAPSHOT);
  assert.equal(decodeSnapshot(payload), SNAPSHOT);
  assert.deepEqual(decodeSnapshot(Payload.ofBytes(payload.bytes())), SNAPSHOT);
  const first = { ...SNAPSHOT, sinceMs: undefined, models: [] };
  assert.deepEqual(decodeSnapshot(Payload.ofBytes(encodeSnapshot(first).bytes())), first);
});

test('a snapshot of a newer schema is refused with what to do', () => {
  assert.throws(() => decodeSnapshot(Payload.ofJson({ ...SNAPSHOT, schema: 2 })), {
    consequence: 'refused',
    message:
      'Cannot read the snapshot: it has schema 2, and this version reads up to 1; update this service to the version of the one that publishes it.',
  });
});

test('fields that a later version adds are kept out of the way', () => {
  const [model, ...more] = SNAPSHOT.models;
  const later = { ...SNAPSHOT, drift: {}, models: [{ ...model, drift: 1 }, ...more] };
  assert.deepEqual(decodeSnapshot(Payload.ofJson(later)), SNAPSHOT);
});

test('what is no snapshot is refused, and the place is named', () => {
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [{ ...SNAPSHOT, kind: 'model' }, /kind: .*"metric"/],
    [{ ...SNAPSHOT, schema: undefined }, /schema: /],
    [{ ...SNAPSHOT, rowsPerSecond: null }, /rowsPerSecond: .*expected number/],
    [{ ...SNAPSHOT, truths: { ...SNAPSHOT.truths, late: -1 } }, /truths\.late: /],
    [{ ...SNAPSHOT, models: [{ ...SNAPSHOT.models[0], history: [{}] }] }, /models\.0\.history\.0\.atMs: /],
    [[SNAPSHOT], /found an array, expected an object/],
  ];
  for (const [value, message] of cases) {
    assert.throws(() => decodeSnapshot(Payload.ofJson(value)), { consequence: 'refused', message });
  }
  assert.throws(() => decodeSnapshot(Payload.ofBytes(Buffer.from('{"kind":'))), {
    message: 'Cannot read the snapshot: not JSON: found the end at character 8, expected a value.',
  });
});

function books() {
  return {
    received: 8,
    scored: 1,
    pending: 1,
    expired: 1,
    duplicate: 1,
    conflict: 1,
    unknown: 1,
    refused: 2,
  };
}
