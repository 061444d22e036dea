import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cacheBodyJson, decodeFeatures, encodeFeatures } from '../../src/wire/features.ts';
import type { DecodeOptions } from '../../src/wire/message.ts';
import { Payload } from '../../src/wire/payload.ts';
import { decodePredictions, encodePredictions } from '../../src/wire/predictions.ts';
import type { Dialect } from '../../src/wire/queues.ts';
import type { Decoded } from '../../src/wire/records.ts';
import { decodeTruth, encodeTruth } from '../../src/wire/truth.ts';
import { featureRecord, predictionRecord, truthRecord } from './arbitrary-records.ts';

const NOW = { nowMs: Date.UTC(2026, 2, 1) };

interface Codec<R> {
  readonly kind: string;
  readonly record: fc.Arbitrary<R>;
  readonly encode: (records: readonly R[], dialect: Dialect) => Payload[];
  readonly decode: (payload: Payload, options: DecodeOptions) => Decoded<R>;
}

checkCodec({ kind: 'features', record: featureRecord, encode: encodeFeatures, decode: decodeFeatures });
checkCodec({ kind: 'truth', record: truthRecord, encode: encodeTruth, decode: decodeTruth });
checkCodec({
  kind: 'predictions',
  record: predictionRecord,
  encode: encodePredictions,
  decode: decodePredictions,
});

function checkCodec<R extends { readonly id: string }>({ kind, record, encode, decode }: Codec<R>): void {
  const overBytes = (payloads: readonly Payload[]) =>
    payloads.flatMap((payload) => {
      const { records, refused } = decode(Payload.ofBytes(payload.bytes()), NOW);
      assert.deepEqual(refused, []);
      return records;
    });
  const inProcess = (payloads: readonly Payload[]) =>
    payloads.flatMap((payload) => decode(payload, NOW).records);
  const records = fc.array(record, { maxLength: 6 });

  for (const dialect of ['native', 'superset'] as const) {
    test(`${kind} in the ${dialect} dialect arrive as they were sent, over bytes and inside the process`, () => {
      fc.assert(
        fc.property(records, (sent) => {
          const payloads = encode(sent, dialect);
          assert.deepEqual(overBytes(payloads), sent);
          assert.deepEqual(inProcess(payloads), sent);
        }),
        { seed: 1, numRuns: 500 },
      );
    });
  }

  test(`${kind} in the classic dialect arrive one a message, with id and value and nothing else`, () => {
    fc.assert(
      fc.property(records, (sent) => {
        const payloads = encode(sent, 'classic');
        assert.equal(payloads.length, sent.length);
        for (const [n, payload] of payloads.entries()) {
          const message = JSON.parse(Buffer.from(payload.bytes()).toString()) as object;
          assert.deepEqual(Object.keys(message), ['id', 'body']);
          const [received] = overBytes([payload]);
          assert.equal(received?.id, sent[n]?.id);
          assert.deepEqual(bodyOf(received), bodyOf(sent[n]));
        }
      }),
      { seed: 1 },
    );
  });

  test(`a message of ${kind} read slowly holds what the native parser reads`, () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 4 }), (sent) => {
        const text = Buffer.from(encode(sent, 'native')[0]?.bytes() ?? '').toString();
        const { records: slow, refused } = decode(
          Payload.ofBytes(Buffer.from(`${text.slice(0, -1)},NaN]`)),
          NOW,
        );
        assert.deepEqual(slow, sent);
        assert.deepEqual(
          refused.map((refusal) => refusal.code),
          ['not-a-record'],
        );
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test(`no ${kind} make no message`, () => {
    for (const dialect of ['native', 'classic', 'superset'] as const)
      assert.deepEqual(encode([], dialect), []);
  });

  test(`${kind} inside the process are the very objects that were sent`, () => {
    const sent = fc.sample(record, { seed: 1, numRuns: 3 });
    const [payload] = encode(sent, 'native');
    assert.ok(payload !== undefined);
    assert.equal(decode(payload, NOW).records, sent);
  });
}

test('a cached body is sent as the text that was cached', () => {
  fc.assert(
    fc.property(featureRecord, (record) => {
      const plain = encodeFeatures([record], 'native')[0]?.bytes();
      cacheBodyJson(record.body);
      assert.deepEqual(encodeFeatures([record], 'native')[0]?.bytes(), plain);
    }),
    { seed: 1 },
  );
  const body = [1, 2];
  cacheBodyJson(body, '[1.0,2.0]');
  const carried = { timeMs: undefined, tags: undefined, weight: undefined };
  const [payload] = encodeFeatures([{ id: '7', ...carried, body }], 'classic');
  assert.equal(Buffer.from(payload?.bytes() ?? '').toString(), '{"id":7,"body":[1.0,2.0]}');
});

test('wide rows are spread over several messages, in order', () => {
  const carried = { timeMs: undefined, tags: undefined, weight: undefined };
  const body = Array.from({ length: 40_000 }, (_, n) => n / 7);
  const sent = Array.from({ length: 5 }, (_, n) => ({ id: String(n), ...carried, body }));
  const payloads = encodeFeatures(sent, 'native');
  assert.deepEqual(
    payloads.map((payload) => decodeFeatures(payload, NOW).records.length),
    [2, 2, 1],
  );
  const received = payloads.flatMap(
    (payload) => decodeFeatures(Payload.ofBytes(payload.bytes()), NOW).records,
  );
  assert.deepEqual(received, sent);
});

function bodyOf(record: object | undefined): unknown {
  return record !== undefined && 'body' in record ? record.body : (record as { value: unknown }).value;
}
