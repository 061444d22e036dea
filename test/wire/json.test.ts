import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DEPTH_MAX, JsonError, JsonReader, ownText } from '../../src/wire/json.ts';

test('JsonReader gives what JSON.parse gives, for any JSON', () => {
  fc.assert(
    fc.property(
      fc.json({ maxDepth: 6, stringUnit: 'binary' }),
      fc.constantFrom(undefined, 1, '\t'),
      (json, space) => {
        const text = JSON.stringify(JSON.parse(json), null, space);
        assert.deepEqual(read(text), JSON.parse(text));
      },
    ),
    { seed: 1, numRuns: 300 },
  );
});

test('JsonReader takes exactly what JSON.parse takes, also after any damage', () => {
  const damaged = fc
    .tuple(
      fc.json({ maxDepth: 3 }),
      fc.nat(),
      fc.nat(2),
      fc.constantFrom(...'{ } [ ] " , : \\ 0 - + . e E 1 t u \n \u0001 \u00a0'.split(' '), ' '),
    )
    .map(([json, at, cut, put]) => {
      const where = at % (json.length + 1);
      return json.slice(0, where) + put + json.slice(where + cut);
    });
  fc.assert(
    fc.property(damaged, (text) => {
      assert.deepEqual(
        attempt(() => read(text)),
        attempt(() => JSON.parse(text) as unknown),
        text,
      );
    }),
    { seed: 1, numRuns: 5000 },
  );
});

test('JsonReader gives the bare words of Python as numbers, and only those', () => {
  assert.deepEqual(read('[NaN, Infinity, -Infinity]'), [Number.NaN, Infinity, -Infinity]);
  for (const text of ['nan', '-NaN', '+Infinity', 'inf', 'None', 'True', 'NaNa', '-Infinit', 'Infinity1']) {
    assert.throws(() => read(text), JsonError, text);
  }
});

test('JsonReader keeps the id token as it stood, the last one where it comes twice', () => {
  const tokens = {
    '{"id":1700000000.0,"body":1}': '1700000000.0',
    '{"id" :\t1e-05 }': '1e-05',
    '{"id":12345678901234567890}': '12345678901234567890',
    '{"id":"caf\\u00e9"}': '"caf\\u00e9"',
    '{"\\u0069d":7}': '7',
    '{"id":1,"x":{"id":2},"id":3.0}': '3.0',
    '{"x":{"id":2}}': undefined,
    '[{"id":2}]': undefined,
  };
  for (const [text, token] of Object.entries(tokens)) {
    const reader = new JsonReader(text);
    reader.record();
    assert.equal(reader.idToken, token, text);
  }
});

test('JsonReader says where, what was found and what was expected', () => {
  const messages = {
    '': 'not JSON: found the end at character 0, expected a value',
    '{"id":1': 'not JSON: found the end at character 7, expected "," or "}"',
    '[1 2]': 'not JSON: found "2]" at character 3, expected "," or "]"',
    "{'id':1}": 'not JSON: found "\'id\':1}" at character 1, expected a name in quotes',
    '{"id" 1}': 'not JSON: found "1}" at character 6, expected ":"',
    '"a\nb"': 'not JSON: found "\\nb\\"" at character 2, expected a control character as an escape',
    '"\\x"': 'not JSON: found "\\"\\\\x\\"" at character 0, expected text with valid escapes',
    '"abc': 'not JSON: found the end at character 4, expected the closing quote',
    '-a': 'not JSON: found "-a" at character 0, expected a number',
  };
  for (const [text, message] of Object.entries(messages)) assert.throws(() => read(text), { message });
});

test('JsonReader takes nesting up to its bound and refuses what is deeper by name', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  assert.deepEqual(read(nested(DEPTH_MAX)), JSON.parse(nested(DEPTH_MAX)));
  assert.throws(() => read(nested(DEPTH_MAX + 1)), { code: 'too-deep' });
  assert.throws(() => read('{"a":'.repeat(100_000)), { code: 'too-deep' });
});

test('JsonReader makes a member of __proto__, as JSON.parse does, and pollutes nothing', () => {
  const object = read(
    '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
  ) as object;
  assert.equal(Object.getPrototypeOf(object), Object.prototype);
  assert.deepEqual(Object.keys(object), ['__proto__', 'constructor']);
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
});

test('ownText() is the same text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => assert.equal(ownText(text), text)),
    { seed: 1 },
  );
});

function read(text: string): unknown {
  const reader = new JsonReader(text);
  const value = reader.record();
  reader.skipSpace();
  if (reader.at < text.length) throw reader.error('the end');
  return value;
}

/** What came of it: the value, or that it was refused. */
function attempt(parse: () => unknown): { value: unknown } | 'refused' {
  try {
    return { value: parse() };
  } catch {
    return 'refused';
  }
}
