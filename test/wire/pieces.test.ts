import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeFeatures } from '../../src/wire/features.ts';
import { Payload } from '../../src/wire/payload.ts';
import { PIECE_BYTES, piecesOf } from '../../src/wire/pieces.ts';

const NOW = { nowMs: 1_700_000_000_000 };
const message = (text: string): Payload => Payload.ofBytes(Buffer.from(text));

test('the pieces of a big array hold its records, each once and in order, whatever their texts look like', () => {
  const trap = fc.constantFrom('"]', '\\\\\\', '},{', '[[', ',', 'plain', 'é☃', '\\"');
  fc.assert(
    fc.property(fc.array(trap, { minLength: 1, maxLength: 20 }), (traps) => {
      const records = Array.from({ length: 3_000 }, (_, i) => ({
        id: `${i}${traps[i % traps.length]}`,
        body: { a: i, b: traps.join('') },
      }));
      const payload = message(` ${JSON.stringify(records)}\n`);
      const pieces = [...piecesOf(payload)];
      assert.ok(pieces.length > 1);
      assert.deepEqual(
        pieces.map(({ isLast }) => isLast),
        pieces.map((_, i) => i === pieces.length - 1),
      );
      let before = 0;
      const found = pieces.flatMap((piece) => {
        assert.equal(piece.recordsBefore, before);
        const decoded = decodeFeatures(piece.payload, NOW);
        before += decoded.records.length;
        return decoded.records;
      });
      assert.deepEqual(found, decodeFeatures(payload, NOW).records);
    }),
    { seed: 11, numRuns: 30 },
  );
});

test('a refusal in a later piece names the place of its record in the whole message', () => {
  const records = Array.from({ length: 5_000 }, (_, i) =>
    i === 4_000 ? { body: [1] } : { id: i, body: [1, 2, 3] },
  );
  const payload = message(JSON.stringify(records));
  const refused = [...piecesOf(payload)].flatMap(
    (piece) => decodeFeatures(piece.payload, { ...NOW, ...piece }).refused,
  );
  assert.deepEqual(refused, decodeFeatures(payload, NOW).refused);
  assert.match(refused[0]?.reason ?? '', /record 4001/);
});

test('a message that is small, one record or already records is one piece', () => {
  const long = 'x'.repeat(2 * PIECE_BYTES);
  for (const payload of [
    message('[{"id":1,"body":[1]}]'),
    message(JSON.stringify({ id: long, body: [1] })),
    message(' '.repeat(2 * PIECE_BYTES)),
    Payload.ofRecords([1, 2], () => Buffer.from(long)),
  ]) {
    assert.deepEqual([...piecesOf(payload)], [{ payload, recordsBefore: 0, isLast: true }]);
  }
});

test('brackets and quotes that do not pair up cost what comes after them, not what came before', () => {
  const good = Array.from({ length: 5_000 }, (_, i) => `{"id":${i},"body":[1,2,3]}`).join(',');
  for (const end of ['', ',', ',{"id":"open', '}]', ',[[[[', ']]]', '] and more']) {
    const pieces = [...piecesOf(message(`[${good}${end}`))];
    const decoded = pieces.map((piece) => decodeFeatures(piece.payload, NOW));
    assert.ok(decoded.flatMap(({ records }) => records).length >= 4_999, end);
    assert.equal(decoded.flatMap(({ refused }) => refused).length > 0, true, end);
  }
});
