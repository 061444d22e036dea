import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeFeatures } from '../../src/wire/features.ts';
import { MESSAGE_BYTES_MAX } from '../../src/wire/message.ts';
import { Payload } from '../../src/wire/payload.ts';
import { decodePredictions } from '../../src/wire/predictions.ts';
import type { Decoded } from '../../src/wire/records.ts';
import { REFUSALS_PER_MESSAGE_MAX, REFUSED_TEXT_MAX } from '../../src/wire/refusal.ts';
import { decodeTruth } from '../../src/wire/truth.ts';

const NOW = { nowMs: Date.UTC(2026, 2, 1) };

const features = (message: string | Uint8Array) => decodeFeatures(payload(message), NOW);
const truth = (message: string | Uint8Array) => decodeTruth(payload(message), NOW);
const predictions = (message: string | Uint8Array) => decodePredictions(payload(message), NOW);

test('a message that is not JSON is one refusal with its text', () => {
  for (const message of [
    'hello',
    '{"id":1,"body":2',
    '',
    '  ',
    "{'id': 1, 'body': 2}",
    '{"id":1,"body":2} x',
    'None',
  ]) {
    const refusal = only(truth(message), 'not-json');
    assert.equal(refusal.text, message);
    assert.match(refusal.reason, /^not JSON: found .* at character \d+, expected .* \(record 1\)$/);
  }
});

test('a message that is not UTF-8 is one refusal that names the byte', () => {
  const message = Buffer.from('{"id":"é\uFFFD?","body":2}');
  message[message.indexOf('?')] = 0xe9;
  const refusal = only(truth(message), 'invalid-utf8');
  assert.equal(refusal.reason, `message is not UTF-8: found 0xe9 at byte ${message.indexOf(0xe9)}`);
  assert.equal(only(features(Buffer.from([0xff])), 'invalid-utf8').text, '\uFFFD');
});

test('a message of 10 MB is one refusal that says both sizes and keeps the beginning', () => {
  const message = `{"id":1,"body":"${'a'.repeat(10_000_000)}"}`;
  const refusal = only(truth(message), 'too-large');
  assert.equal(refusal.reason, `message is ${message.length} bytes, expected at most ${MESSAGE_BYTES_MAX}`);
  assert.equal(refusal.text, message.slice(0, REFUSED_TEXT_MAX));
  const exact = { ...NOW, bytesMax: message.length };
  assert.equal(decodeTruth(payload(message), exact).records.length, 1);
});

test('deep nesting is refused by name, in every place', () => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);
  only(truth(deep), 'too-deep');
  only(truth('['.repeat(100_000)), 'too-deep');
  only(features('{"a":'.repeat(100_000)), 'too-deep');
  only(features(`{"id":1,"body":${deep}}`), 'too-deep');
  only(predictions(`{"id":1,"body":${deep}}`), 'too-deep');
  only(predictions(`{"id":1,"body":1,"proba":${deep}}`), 'too-deep');
  const { records, refused } = truth(`[{"id":1,"body":1},{"id":2,"body":${deep}},{"id":3,"body":3}]`);
  assert.deepEqual([records.map((r) => r.id), refused.map((r) => r.code)], [['1', '3'], ['too-deep']]);
});

test('a record without an id, or with one that is neither text nor number, is refused', () => {
  only(truth('{"body":1}'), 'no-id');
  only(truth('{}'), 'no-id');
  for (const id of ['null', '{"a":1}', '[1]', 'true', 'false', 'NaN', 'Infinity', '-Infinity', '{"id":1}']) {
    const { reason } = only(truth(`{"id":${id},"body":1}`), 'bad-id');
    assert.match(
      reason,
      /^id is (null|an object|an array|the boolean|NaN|-?Infinity).*expected a string or a number/,
    );
  }
  assert.match(
    only(truth(`{"id":"${'a'.repeat(2000)}","body":1}`), 'bad-id').reason,
    /2002 characters.*at most 1024/,
  );
});

test('a record that is no object is refused', () => {
  for (const message of ['1', '"a"', 'null', 'NaN', 'true', '[[1]]', '[1]'])
    only(truth(message), 'not-a-record');
});

test('a record without a value is refused', () => {
  for (const decode of [features, truth, predictions]) {
    assert.match(
      only(decode('{"id":1}'), 'no-body').reason,
      /^record has no body, expected .* \(record 1, id 1\)$/,
    );
    assert.match(only(decode('{"id":1,"body":null}'), 'bad-body').reason, /^body is null, expected /);
  }
});

test('NaN and infinities are refused in truths and predictions, by name', () => {
  for (const decode of [truth, predictions]) {
    for (const number of ['NaN', 'Infinity', '-Infinity', '1e999', '[NaN]']) {
      assert.match(
        only(decode(`{"id":1,"body":${number}}`), 'not-finite').reason,
        /^body is (NaN|-?Infinity( .*)?), expected a number/,
      );
    }
  }
  assert.match(only(predictions('{"id":1,"body":[1,NaN]}'), 'not-finite').reason, /^output 2 is NaN/);
});

test('in features NaN is a missing value, and infinities are refused', () => {
  assert.deepEqual(features('{"id":1,"body":[NaN, 1, null]}').records[0]?.body, [null, 1, null]);
  assert.deepEqual(features('{"id":1,"body":{"a":NaN,"b":2}}').records[0]?.body, { a: null, b: 2 });
  assert.match(only(features('{"id":1,"body":[1,Infinity]}'), 'not-finite').reason, /^feature 2 is Infinity/);
  assert.match(only(features('{"id":1,"body":[1e999]}'), 'not-finite').reason, /^feature 1 is Infinity/);
  assert.match(
    only(features('{"id":1,"body":{"a":-Infinity}}'), 'not-finite').reason,
    /^feature "a" is -Infinity/,
  );
});

test('a value of the wrong kind is refused', () => {
  for (const body of ['1', '"[1,2]"', 'true']) only(features(`{"id":1,"body":${body}}`), 'bad-body');
  for (const body of ['[1,[2]]', '[[1],[2]]', '[{"a":1},2]', '{"a":[1]}', '{"a":{"b":1}}']) {
    assert.match(
      only(features(`{"id":1,"body":${body}}`), 'bad-body').reason,
      /^feature .* is an (array|object), expected/,
    );
  }
  for (const body of ['{}', '[]', '[1,2]', '[[1,2]]']) only(truth(`{"id":1,"body":${body}}`), 'bad-body');
  for (const body of ['{}', '[]', '[1,null]', '[1,[2]]', '[[[1]]]'])
    only(predictions(`{"id":1,"body":${body}}`), 'bad-body');
});

test('a malformed optional field is refused with what was expected', () => {
  const cases = {
    '"time":1700000000000': ['bad-time', /milliseconds/],
    '"time":"1700000000"': ['bad-time', /without quotes/],
    '"time":NaN': ['bad-time', /NaN/],
    '"time":4000000000': ['bad-time', /a day ahead/],
    '"tags":"LAS"': ['bad-tags', /^tags is the text "LAS", expected an object of texts/],
    '"tags":["LAS"]': ['bad-tags', /an array/],
    '"tags":{"a":{"b":1}}': ['bad-tags', /^tag "a" is an object, expected text/],
    '"weight":-1': ['bad-weight', /the number -1, expected a number of at least 0/],
    '"weight":"1"': ['bad-weight', /the text "1"/],
    '"weight":NaN': ['bad-weight', /NaN/],
    '"weight":1e999': ['bad-weight', /Infinity/],
  } as const;
  for (const [field, [code, reason]] of Object.entries(cases)) {
    assert.match(only(features(`{"id":1,"body":[1],${field}}`), code).reason, reason);
    assert.match(only(truth(`{"id":1,"body":1,${field}}`), code).reason, reason);
    assert.match(only(predictions(`{"id":1,"body":1,${field}}`), code).reason, reason);
  }
  for (const field of [
    '"model":""',
    '"model":["a"]',
    '"version":true',
    `"model":"${'m'.repeat(300)}"`,
    '"proba":0.5',
    '"proba":[0.1,0.9]',
    '"proba":{"a":1.5}',
    '"proba":{"a":-0.1}',
    '"proba":{"a":"0.5"}',
    '"proba":{"a":NaN}',
    '"interval":[2,1]',
    '"interval":[1]',
    '"interval":[1,Infinity]',
    '"interval":5',
  ]) {
    only(predictions(`{"id":1,"body":1,${field}}`), 'bad-field');
  }
  for (const outputs of ['["a"]', '["a","b","c"]', '[1,2]', '"a"']) {
    only(predictions(`{"id":1,"body":[1,2],"outputs":${outputs}}`), 'bad-field');
  }
});

test('one bad record of an array does not take the others along, and is named with its place and text', () => {
  const bad = [
    '{"id":2,"body":}',
    '{"id":2,"body":null}',
    '{"id":2 "body":1}',
    '{"id":2,"x":"\\"},","body":}',
    '{"id":2,"x":"\\\\","body":}',
    '7',
    '{"id":2,"body":"\n"}',
    '',
  ];
  for (const text of bad) {
    const { records, refused } = truth(`[{"id":1,"body":1}, ${text},{"id":3.0,"body":"]},{"}]`);
    assert.deepEqual(
      records.map((r) => [r.id, r.value]),
      [
        ['1', 1],
        ['3.0', ']},{'],
      ],
      text,
    );
    assert.deepEqual(
      refused.map((r) => [r.text, r.count]),
      [[text, 1]],
    );
    assert.match(refused[0]?.reason ?? '', /\(record 2/);
  }
});

test('where an array can no longer be delimited its rest is one refusal, and what came before stands', () => {
  for (const rest of [
    '{"id":2,"x":[{]}},{"id":3,"body":1}]',
    '{"id":2,"body":"open},{"id":3,"body":1}]',
    '{"id":2,',
    '{"id":2,"body":2}',
  ]) {
    const { records, refused } = truth(`[{"id":1,"body":1},${rest}`);
    assert.deepEqual(
      records.map((r) => r.id),
      ['1'],
      rest,
    );
    assert.deepEqual(
      refused.map((r) => [r.code, r.text]),
      [['not-json', rest]],
    );
  }
});

test('what stands behind an array is refused by itself', () => {
  const { records, refused } = truth('[{"id":1,"body":1}] {"id":2,"body":2}');
  assert.equal(records.length, 1);
  assert.deepEqual(
    refused.map((r) => [r.code, r.text]),
    [['not-json', '{"id":2,"body":2}']],
  );
});

test('however many bad records a message holds, its refusals are bounded and every one is counted', () => {
  const { records, refused } = truth(`[${'1,{"id":1},'.repeat(50_000)}{"id":1,"body":1}]`);
  assert.equal(records.length, 1);
  assert.equal(refused.length, REFUSALS_PER_MESSAGE_MAX + 2);
  const counts = new Map<string, number>();
  for (const { code, count } of refused) counts.set(code, (counts.get(code) ?? 0) + count);
  assert.deepEqual(Object.fromEntries(counts), { 'not-a-record': 50_000, 'no-body': 50_000 });
  assert.match(refused.at(-1)?.reason ?? '', /and \d+ more like it$/);
});

test('a message of nothing but broken pieces is given up early', () => {
  const { refused } = truth(`[${'x,'.repeat(1_000_000)}x]`);
  assert.ok(refused.length < 200);
});

test('an empty array holds nothing, good or bad', () => {
  assert.deepEqual(truth(' [ ] '), { records: [], refused: [] });
});

test('names of the prototype are names like any other', () => {
  const { records } = features('[{"id":1,"body":{"__proto__":1,"constructor":2},"tags":{"__proto__":"a"}}]');
  assert.deepEqual(Object.entries(records[0]?.body ?? {}), [
    ['__proto__', 1],
    ['constructor', 2],
  ]);
  assert.deepEqual(Object.entries(records[0]?.tags ?? {}), [['__proto__', 'a']]);
  assert.equal(only(features('{"__proto__":{"id":1,"body":[1]}}'), 'no-id').count, 1);
  assert.equal(only(features('{"__proto__":{"id":1,"body":[NaN]}}'), 'no-id').count, 1);
});

function payload(message: string | Uint8Array): Payload {
  return Payload.ofBytes(typeof message === 'string' ? Buffer.from(message) : message);
}

function only(decoded: Decoded<unknown>, code: string) {
  assert.deepEqual(decoded.records, []);
  assert.deepEqual(
    decoded.refused.map((refusal) => refusal.code),
    [code],
  );
  const [refusal] = decoded.refused;
  assert.ok(refusal !== undefined);
  assert.ok(refusal.text.length <= REFUSED_TEXT_MAX && refusal.reason.length < 300, refusal.reason);
  return refusal;
}
