import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { idTokens } from '../../src/wire/idtokens.ts';
import { JsonReader } from '../../src/wire/json.ts';
import { Payload } from '../../src/wire/payload.ts';
import { decodeTruth } from '../../src/wire/truth.ts';

type Raw = Readonly<Record<string, unknown>>;

test('idTokens() finds the token of every record, wherever the text says "id" besides', () => {
  const token = fc.constantFrom(
    '1700000000.0',
    '1e-05',
    '-7',
    '12345678901234567890',
    '"id"',
    '"a\\"b"',
    '"caf\\u00e9"',
    '"é"',
    '"a\\\\"',
  );
  const key = fc.constantFrom('"id"', '"\\u0069d"', '"x"', '"ids"', '"\\\\id"', '"\\"id\\""');
  const value = fc.oneof(
    token,
    fc.constantFrom(
      '"id"',
      '{"id":1.50}',
      '[{"id":2},"id"]',
      '":"',
      '"{\\"id\\":9}"',
      '[]',
      '{}',
      'null',
      '"\\\\"',
      '{"a":{"id":3}}',
    ),
  );
  const space = fc.constantFrom('', ' ', '\n\t');
  const member = fc
    .tuple(key, space, space, value)
    .map(([k, a, b, v]) => ({ k, text: `${k}${a}:${b}${v}${a}` }));
  const record = fc
    .tuple(fc.array(member, { maxLength: 4 }), token, fc.nat(4), space)
    .map(([members, t, at, s]) => {
      const rest = members.filter(({ k, text }) => !/^"(id|\\u0069d)"$/.test(k) || !/:\s*[[{n]/.test(text));
      return `{${[...rest.slice(0, at), { text: `"id":${s}${t}` }, ...rest.slice(at)].map(({ text }) => text).join(',')}}`;
    });
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 5 }), fc.boolean(), (records, single) => {
      const message = single ? (records[0] ?? '') : `[${records.join(',')}]`;
      const parsed = JSON.parse(message) as Raw | Raw[];
      const expected = (single ? records.slice(0, 1) : records).map((text) => {
        const reader = new JsonReader(text);
        reader.record();
        return reader.idToken;
      });
      assert.deepEqual(idTokens(message, Array.isArray(parsed) ? parsed : [parsed]), expected, message);
    }),
    { seed: 1, numRuns: 3000 },
  );
});

test('an id keeps nothing of the message it came in', () => {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  const pad = 'p'.repeat(500_000);
  const escaped = (n: number) => (n % 2 === 0 ? '' : '\\n');
  const messages = (form: (n: number) => string) => (n: number) =>
    Buffer.from(`[{"id":${form(n)},"body":"a label that is long","x":"${pad}${escaped(n)}"}]`);
  const kept: unknown[] = [];
  const keep = (message: Buffer) => {
    const { records } = decodeTruth(Payload.ofBytes(message), { nowMs: 0 });
    assert.equal(records.length, 1);
    kept.push(records[0]);
  };
  gc();
  const before = process.memoryUsage().heapUsed;
  for (const form of [(n: number) => `1700000000.12345${n}`, (n: number) => `"a name that is long ${n}"`]) {
    for (let n = 0; n < 40; n++) {
      keep(messages(form)(n));
      keep(Buffer.concat([messages(form)(n).subarray(0, -2), Buffer.from(',"y":NaN}]')]));
    }
  }
  gc();
  const grown = process.memoryUsage().heapUsed - before;
  assert.ok(grown < 5_000_000, `${kept.length} records keep ${grown} bytes`);
});
