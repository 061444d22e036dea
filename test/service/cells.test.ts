import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { featureOf, isJsonNumber, numberOf, truthKindOf, truthOf } from '../../src/service/cells.ts';

test('featureOf() reads numbers as pandas and Python write them', () => {
  const numbers: [string, number][] = [
    ['0.038075906433423026', 0.038075906433423026],
    ['-1.5e-3', -0.0015],
    ['+7', 7],
    ['007', 7],
    ['.5', 0.5],
    ['5.', 5],
    [' 12 ', 12],
    ['-0', -0],
    ['12345678901234567890', 12345678901234567000],
  ];
  for (const [text, value] of numbers) assert.equal(featureOf(text), value, text);
});

test('featureOf() takes what is no number for text, also where Number() would read one', () => {
  for (const text of ['0x1f', '0b11', '0o7', 'low', '1,5', '1 000', '1_000', 'e5', '--1', 'Infinite']) {
    assert.equal(featureOf(text), text);
  }
});

test('featureOf() takes empty cells and the marks of pandas for missing', () => {
  for (const text of ['', ' ', 'NaN', 'nan', 'NA', 'N/A', '#N/A', 'null', 'NULL', 'None', '<NA>', ' NaN ']) {
    assert.equal(featureOf(text), null, JSON.stringify(text));
  }
});

test('featureOf() takes the booleans of Python and JSON for booleans', () => {
  assert.deepEqual(['True', 'true', 'False', 'false', 'TRUE'].map(featureOf), [
    true,
    true,
    false,
    false,
    'TRUE',
  ]);
});

test('featureOf() refuses infinite numbers', () => {
  for (const text of ['inf', '-inf', 'Infinity', '-Infinity', '+Inf', '1e400']) {
    assert.equal(featureOf(text), undefined, text);
  }
});

test('numberOf() reads back every double that JavaScript or JSON writes', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      // Written without the sign of zero
      assert.ok(numberOf(String(value)) === value);
      assert.ok(numberOf(value.toExponential(20)) === value);
    }),
    { seed: 1 },
  );
});

test('isJsonNumber() agrees with JSON.parse', () => {
  const texts = fc.oneof(
    fc.stringMatching(/^[-+0-9.eE ]{1,8}$/),
    fc.double({ noNaN: true }).map(String),
    fc.constantFrom('', '-', '01', '1.', '.1', '1e', '-0', 'NaN'),
  );
  fc.assert(
    fc.property(texts, (text) => assert.equal(isJsonNumber(text), isNumberForJson(text), text)),
    { seed: 1 },
  );
});

function isNumberForJson(text: string): boolean {
  try {
    return text.trim() === text && typeof JSON.parse(text) === 'number';
  } catch {
    return false;
  }
}

test('the first truth decides the kind: a number among labels stays a label, text among numbers is refused', () => {
  assert.equal(truthKindOf(''), undefined);
  assert.equal(truthKindOf('151.0'), 'number');
  assert.equal(truthKindOf('True'), 'boolean');
  assert.equal(truthKindOf('low'), 'text');
  assert.equal(truthOf('7', 'text'), '7');
  assert.equal(truthOf('True', 'text'), 'True');
  assert.equal(truthOf('low', 'number'), undefined);
  assert.equal(truthOf('True', 'number'), undefined);
  assert.equal(truthOf('inf', 'number'), undefined);
  assert.equal(truthOf('1', 'boolean'), undefined);
  assert.equal(truthOf('False', 'boolean'), false);
  for (const kind of ['number', 'boolean', 'text'] as const) assert.equal(truthOf('NaN', kind), null);
});
