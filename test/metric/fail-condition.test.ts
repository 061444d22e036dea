import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failuresOf, parseFailCondition } from '../../src/metric/report/fail-condition.ts';
import { AftermathError } from '../../src/service/errors.ts';

const REPORT = {
  rows: 120,
  figures: { mae: { value: 43.2775, low: 38.6, high: 47.9, level: 0.95, method: 'x' }, r2: { value: 0.5 } },
  repeated: 0,
  notes: [],
  coverage: 0.8,
} as const;

function failing(...texts: string[]): string[] {
  return failuresOf(REPORT, texts.map(parseFailCondition));
}

test('a condition that holds is told with by how much, one that does not is not', () => {
  assert.deepEqual(failing('mae > 40', 'mae>50', 'r2 <= 0.5', 'r2 < 0.5'), [
    'mae > 40: mae is 43.2775, 3.2775 above it',
    'r2 <= 0.5: r2 is 0.5, exactly that',
  ]);
});

test('an end of the interval asks for certainty, the value for what is seen', () => {
  assert.deepEqual(failing('mae.low > 40'), []);
  assert.deepEqual(failing('mae.high > 45', 'mae.value > 40'), [
    'mae.high > 45: the upper end of mae is 47.9, 2.9 above it',
    'mae.value > 40: mae is 43.2775, 3.2775 above it',
  ]);
});

test('the rows and the coverage of a join can be asked for too', () => {
  assert.deepEqual(failing('rows < 1e3', 'coverage < 0.95'), [
    'rows < 1e3: rows is 120, 880 below it',
    'coverage < 0.95: coverage is 0.8, 0.15 below it',
  ]);
});

for (const text of [
  'mae',
  'mae 50',
  'mae = 50',
  'mae > ',
  'mae > x',
  'mae > Infinity',
  'mae.mid > 5',
  '> 5',
  'a > 1 > 2',
]) {
  test(`${JSON.stringify(text)} is no condition, and the error says what one is`, () => {
    assert.throws(
      () => parseFailCondition(text),
      (error) =>
        error instanceof AftermathError &&
        error.consequence === 'usage' &&
        /expected FIGURE > NUMBER/.test(error.message),
    );
  });
}

test('what the report does not have is an error, never a pass', () => {
  assert.throws(() => failing('wmae > 40'), /no figure wmae; it has rows, mae, r2, coverage/);
  assert.throws(() => failing('r2.low < 0.4'), /r2 has no interval here, and these have: mae/);
});
