import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeFeatures, encodeFeatures } from '../../src/wire/features.ts';
import { Payload } from '../../src/wire/payload.ts';
import { decodePredictions, encodePredictions } from '../../src/wire/predictions.ts';
import type { Dialect } from '../../src/wire/queues.ts';
import { decodeTruth, encodeTruth } from '../../src/wire/truth.ts';

const NOW = { nowMs: Date.UTC(2026, 2, 1) };
const CARRIED = { timeMs: undefined, tags: undefined, weight: undefined };
const PREDICTION = {
  ...CARRIED,
  outputs: undefined,
  model: 'default',
  version: undefined,
  role: 'champion',
  proba: undefined,
  interval: undefined,
} as const;

const feature = (text: string) => good(decodeFeatures(Payload.ofBytes(Buffer.from(text)), NOW));
const truth = (text: string) => good(decodeTruth(Payload.ofBytes(Buffer.from(text)), NOW));
const prediction = (text: string) => good(decodePredictions(Payload.ofBytes(Buffer.from(text)), NOW));

test('a record of nothing but id and body has every field, undefined where it was absent', () => {
  assert.deepEqual(feature('{"id":"a","body":[1,"x",true,null]}'), {
    ...CARRIED,
    id: '"a"',
    body: [1, 'x', true, null],
  });
  assert.deepEqual(feature('{"id":"a","body":{"bmi":1}}').body, { bmi: 1 });
  assert.deepEqual(truth('{"id":1,"body":2.5}'), { ...CARRIED, id: '1', value: 2.5 });
  assert.deepEqual(prediction('{"id":1.0,"body":"yes"}'), { ...PREDICTION, id: '1.0', value: 'yes' });
});

test('the value is read under every name that services use, body before all', () => {
  for (const name of ['body', 'features', 'x', 'value'])
    assert.deepEqual(feature(`{"id":1,"${name}":[2]}`).body, [2]);
  for (const name of ['body', 'value', 'y_true']) assert.equal(truth(`{"id":1,"${name}":2}`).value, 2);
  for (const name of ['body', 'value', 'y_pred', 'prediction'])
    assert.equal(prediction(`{"id":1,"${name}":2}`).value, 2);
  assert.equal(prediction('{"prediction":4,"y_pred":3,"value":2,"body":1,"id":1}').value, 1);
  assert.equal(prediction('{"id":1,"body":null,"y_pred":3}').value, 3);
});

test('unknown fields are kept out of the way', () => {
  assert.deepEqual(truth('{"id":1,"body":2,"extra":{"a":[1]},"x":null,"model":7}'), {
    ...CARRIED,
    id: '1',
    value: 2,
  });
});

test('an array of one element is its element', () => {
  assert.equal(truth('{"id":1,"body":[2]}').value, 2);
  assert.equal(prediction('{"id":1,"body":[2.5],"outputs":["y"]}').value, 2.5);
  assert.equal(prediction('{"id":1,"body":[[2.5]]}').value, 2.5);
  assert.deepEqual(prediction('{"id":1,"body":[[2,3]]}').value, [2, 3]);
  assert.deepEqual(feature('{"id":1,"body":[[1,2]]}').body, [1, 2]);
  assert.deepEqual(feature('{"id":1,"body":[{"a":1}]}').body, { a: 1 });
  assert.deepEqual(feature('{"id":1,"body":[1]}').body, [1]);
});

test('the optional fields of every record are read, and null counts as absent', () => {
  const text =
    '{"id":1,"body":2,"time":"2026-02-28","tags":{"origin":"LAS","gate":7,"late":true,"none":null},"weight":0}';
  const carried = {
    timeMs: Date.UTC(2026, 1, 28),
    tags: { origin: 'LAS', gate: '7', late: 'true' },
    weight: 0,
  };
  assert.deepEqual(truth(text), { id: '1', value: 2, ...carried });
  assert.deepEqual(truth('{"id":1,"body":2,"time":null,"tags":null,"weight":null}'), {
    ...CARRIED,
    id: '1',
    value: 2,
  });
  assert.deepEqual(truth('{"id":1,"body":2,"tags":{"a":NaN,"b":"c"}}').tags, { b: 'c' });
});

test('the optional fields of a prediction are read, and null counts as absent', () => {
  const text =
    '{"id":1,"body":[1,2],"model":"forest","version":"0123456789ab","role":"challenger","proba":{"a":0.25,"b":0.75},' +
    '"interval":[0,3],"outputs":["low","high"]}';
  assert.deepEqual(prediction(text), {
    ...PREDICTION,
    id: '1',
    value: [1, 2],
    model: 'forest',
    version: '0123456789ab',
    role: 'challenger',
    proba: { a: 0.25, b: 0.75 },
    interval: [0, 3],
    outputs: ['low', 'high'],
  });
  const absent = '"model":null,"version":null,"role":null,"proba":null,"interval":null,"outputs":null';
  assert.deepEqual(prediction(`{"id":1,"body":2,${absent}}`), { ...PREDICTION, id: '1', value: 2 });
  assert.equal(prediction('{"id":1,"body":2,"role":"shadow"}').role, 'champion');
  assert.deepEqual(prediction('{"id":1,"body":2,"model":3,"version":1.5}'), {
    ...PREDICTION,
    id: '1',
    value: 2,
    model: '3',
    version: '1.5',
  });
});

test('a probability that rounding has put above 1 is 1: no figure takes one above', () => {
  const { proba } = prediction('{"id":1,"body":"a","proba":{"a":1.0000005,"b":0}}');
  assert.deepEqual(proba, { a: 1, b: 0 });
});

test('a message is one record or an array, with a byte order mark or without', () => {
  const decode = (text: string) =>
    decodeTruth(Payload.ofBytes(Buffer.from(text)), NOW).records.map((r) => r.id);
  assert.deepEqual(decode(' {"id":1,"body":1} '), ['1']);
  assert.deepEqual(decode('[{"id":1,"body":1},\n{"id":2,"body":1}]'), ['1', '2']);
  assert.deepEqual(decode('\uFEFF{"id":1,"body":1}'), ['1']);
});

test('where a field comes twice the last one counts, for the id token too', () => {
  const { id, value } = truth('{"id":1,"body":1,"id":2.0,"body":3}');
  assert.deepEqual([id, value], ['2.0', 3]);
});

test('the dialects write id and value as services read them, the id token as it came', () => {
  const texts = (dialect: Dialect, id: string) => [
    text(encodeFeatures([{ ...CARRIED, id, weight: 2, body: [1, null, 'é'] }], dialect)),
    text(encodeTruth([{ ...CARRIED, id, timeMs: 1500, value: true }], dialect)),
    text(encodePredictions([{ ...PREDICTION, id, model: 'm', value: 1e-7 }], dialect)),
  ];
  for (const id of ['1700000000.0', '1e-05', '12345678901234567890', '"caf\\u00e9"']) {
    assert.deepEqual(texts('classic', id), [
      `{"id":${id},"body":[1,null,"é"]}`,
      `{"id":${id},"body":true}`,
      `{"id":${id},"body":1e-7}`,
    ]);
    assert.deepEqual(texts('superset', id), [
      `{"id":${id},"body":[1,null,"é"],"features":[1,null,"é"],"x":[1,null,"é"],"value":[1,null,"é"],"weight":2}`,
      `{"id":${id},"body":true,"value":true,"y_true":true,"time":1.5}`,
      `{"id":${id},"body":1e-7,"value":1e-7,"y_pred":1e-7,"prediction":1e-7,"model":"m"}`,
    ]);
    assert.deepEqual(texts('native', id), [
      `[{"id":${id},"body":[1,null,"é"],"weight":2}]`,
      `[{"id":${id},"body":true,"time":1.5}]`,
      `[{"id":${id},"body":1e-7,"model":"m"}]`,
    ]);
  }
});

test('a value that is no number leaves as Python writes it, so that its reader can name it', () => {
  assert.equal(
    text(encodeTruth([{ ...CARRIED, id: '1', value: Number.NaN }], 'classic')),
    '{"id":1,"body":NaN}',
  );
  const [payload] = encodePredictions([{ ...PREDICTION, id: '1', value: -Infinity }], 'native');
  const { refused } = decodePredictions(Payload.ofBytes(payload?.bytes() ?? new Uint8Array()), NOW);
  assert.match(refused[0]?.reason ?? '', /^body is -Infinity/);
});

function good<R>(decoded: { readonly records: readonly R[]; readonly refused: readonly unknown[] }): R {
  assert.deepEqual(decoded.refused, []);
  const [record, ...more] = decoded.records;
  assert.ok(record !== undefined && more.length === 0);
  return record;
}

function text(payloads: readonly Payload[]): string {
  return payloads.map((payload) => Buffer.from(payload.bytes()).toString()).join('\n');
}
