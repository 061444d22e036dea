import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { idKey, idText, idToken } from '../../src/wire/id.ts';

test('idKey() is one for tokens of the same exact decimal value', () => {
  const groups = [
    ['1700000000.0', '1700000000', '1.7e9', '17e8', '1700000000.000', '0.17E+10', '1.7e0009'],
    ['0', '-0', '0.0', '-0.00', '0e5', '-0E-7', '0e999999999999999999999'],
    ['1e-05', '0.00001', '1E-5', '0.1e-4', '10e-6'],
    ['-12.50', '-12.5', '-1.25e1', '-1250e-2'],
    ['12345678901234567890', '12345678901234567890.0', '1234567890123456789e1'],
    [`1${'0'.repeat(60)}`, '1e60', `1${'0'.repeat(60)}.0`, '0.1e61'],
    [`0.${'0'.repeat(60)}1`, '1e-61', '10e-62'],
    [`${'9'.repeat(50)}.5`, `${'9'.repeat(50)}5e-1`],
    [`-${'9'.repeat(40)}`, `-${'9'.repeat(40)}.0`, `-${'9'.repeat(39)}.9e1`.replace('.9e1', '9')],
    ['1e999999999', '10e999999998', '0.1e1000000000'],
    ['1e-999999999999999999999', '10e-1000000000000000000000'],
  ];
  const keys = groups.map((tokens) => new Set(tokens.map(idKey)));
  for (const [n, key] of keys.entries()) assert.equal(key.size, 1, `group ${n}: ${[...key].join(' ')}`);
  assert.equal(new Set(keys.flatMap((key) => [...key])).size, groups.length);
});

test('idKey() tells numbers apart that a double cannot', () => {
  assert.notEqual(idKey('12345678901234567890'), idKey('12345678901234567891'));
  assert.notEqual(idKey('0.1'), idKey('0.10000000000000000001'));
  assert.notEqual(idKey('1e400'), idKey('1e401'));
  assert.notEqual(idKey('1'), idKey('-1'));
});

test('idKey() takes text by what it says, however it was escaped, and never for a number', () => {
  assert.equal(idKey('"caf\\u00e9"'), idKey('"café"'));
  assert.equal(idKey('"a\\/b"'), idKey('"a/b"'));
  assert.equal(idKey('"\\ud83d\\ude00"'), idKey('"😀"'));
  assert.notEqual(idKey('"1"'), idKey('1'));
  assert.notEqual(idKey('"a"'), idKey('"A"'));
  assert.notEqual(idKey('"1.0"'), idKey('"1"'));
  assert.equal(idKey('"a"'), '"a"');
});

test('idKey() of any two texts is equal exactly when the texts are', () => {
  const escaped = (text: string) => `"${[...Array(text.length).keys()].map((n) => unit(text, n)).join('')}"`;
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      assert.equal(idKey(JSON.stringify(a)), idKey(escaped(a)));
      assert.equal(idKey(JSON.stringify(a)) === idKey(escaped(b)), a === b);
    }),
    { seed: 1 },
  );
});

test('idKey() of decimals is equal exactly when their values are', () => {
  const decimal = fc.record({
    digits: fc.bigInt({ min: -9999n, max: 9999n }),
    scale: fc.integer({ min: -6, max: 6 }),
    zeros: fc.nat(50),
  });
  const token = ({ digits, scale, zeros }: { digits: bigint; scale: number; zeros: number }) =>
    `${digits * 10n ** BigInt(zeros)}e${scale - zeros}`;
  const exact = ({ digits, scale }: { digits: bigint; scale: number }) => digits * 10n ** BigInt(scale + 6);
  fc.assert(
    fc.property(decimal, decimal, (a, b) => {
      assert.equal(idKey(token(a)) === idKey(token(b)), exact(a) === exact(b));
      assert.equal(idKey(token(a)), idKey(plain(a)));
    }),
    { seed: 1 },
  );
});

test('idKey() of a number with an absurd exponent is short', () => {
  assert.ok(idKey(`1e${'9'.repeat(1000)}`).length < 1100);
  assert.equal(idKey('1e999999999'), '1e999999999');
});

test('idText() leaves a number as it stood and decodes text', () => {
  assert.equal(idText('1700000000.0'), '1700000000.0');
  assert.equal(idText('1e-05'), '1e-05');
  assert.equal(idText('"a b"'), 'a b');
  assert.equal(idText('"caf\\u00e9 \\"x\\""'), 'café "x"');
  assert.equal(idText('""'), '');
});

test('idToken() makes the JSON of an id', () => {
  assert.equal(idToken('run-7'), '"run-7"');
  assert.equal(idToken('a"b\\'), '"a\\"b\\\\"');
  assert.equal(idToken(42), '42');
  assert.throws(() => idToken(Number.NaN), RangeError);
  assert.throws(() => idToken(-Infinity), RangeError);
});

function unit(text: string, n: number): string {
  return `\\u${text.charCodeAt(n).toString(16).padStart(4, '0')}`;
}

/** The same value written with a point, or with the zeros it has. */
function plain({ digits, scale }: { digits: bigint; scale: number }): string {
  if (scale >= 0) return String(digits * 10n ** BigInt(scale));
  const text = String(digits < 0n ? -digits : digits).padStart(1 - scale, '0');
  return `${digits < 0n ? '-' : ''}${text.slice(0, scale)}.${text.slice(scale)}`;
}
