import assert from 'node:assert/strict';
import { test } from 'node:test';
import { progressLine } from '../../src/service/progress.ts';

test('progress says how much is done and how long the rest will take', () => {
  assert.equal(progressLine('reading log.csv', 0.25, 4_000), 'reading log.csv: 25 %, 12 s left');
  assert.equal(progressLine('reading log.csv', 0.01, 10_000), 'reading log.csv: 1 %, 17 min left');
  assert.equal(progressLine('reading log.csv', 0.001, 60_000), 'reading log.csv: 0 %, 16.6 h left');
  assert.equal(progressLine('reading log.csv', 1.2, 60_000), 'reading log.csv: 100 %, 0 s left');
  assert.equal(progressLine('reading log.csv', 0, 60_000), 'reading log.csv: 0 %');
});
