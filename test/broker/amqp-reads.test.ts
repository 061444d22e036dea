import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { test } from 'node:test';
import fc from 'fast-check';
import { gatherFrames, type FrameReader } from '../../src/broker/amqp-reads.ts';

const require = createRequire(import.meta.url);
const amqplib = join(dirname(require.resolve('amqplib')), 'lib');
/** amqplib's own, which it does not export. */
const { Connection } = require(join(amqplib, 'connection.js')) as {
  readonly Connection: new (stream: Duplex) => FrameReader;
};
const { makeBodyFrame } = require(join(amqplib, 'frame.js')) as {
  readonly makeBodyFrame: (channel: number, payload: Buffer) => Buffer;
};

const PAYLOADS = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 });
const PACKETS = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 50 });

test('frames come out as they went in, however they are cut into packets, and whenever the first of them came', async () => {
  await fc.assert(
    fc.asyncProperty(PAYLOADS, PACKETS, fc.nat({ max: 9 }), async (payloads, sizes, before) => {
      const packets = cut(
        Buffer.concat(payloads.map((payload) => makeBodyFrame(1, Buffer.from(payload)))),
        sizes,
      );
      const { connection, arrive } = reader();
      const read: Buffer[] = [];
      for (const [i, packet] of packets.entries()) {
        // amqplib reads by itself until then.
        if (i === before) gatherFrames(connection);
        arrive(packet);
        await setImmediate();
        read.push(...contents(connection));
      }
      assert.deepEqual(
        read.map((content) => [...content]),
        payloads.map((payload) => [...payload]),
      );
    }),
  );
});

test('a message that takes several packets is put together once, in memory of its size', async () => {
  const { connection, arrive } = reader();
  gatherFrames(connection);
  const frame = makeBodyFrame(1, Buffer.alloc(200_000, 7));
  for (const packet of cut(frame, [65_536])) arrive(packet);
  await setImmediate();
  const [content] = contents(connection);
  assert.equal(content?.length, 200_000);
  assert.equal(content.buffer.byteLength, frame.length);
});

test('a frame that is longer than was agreed on, or does not end as one, ends the connection as it does in amqplib', async () => {
  for (const [bytes, problem] of [
    [Buffer.from([3, 0, 1, 255, 255, 255, 255, 0, 0]), /exceeds maxFrameSize/],
    [Buffer.from([3, 0, 1, 0, 0, 0, 1, 65, 0]), /Invalid frame/],
  ] as const) {
    const { connection, arrive } = reader();
    gatherFrames(connection);
    arrive(bytes);
    await setImmediate();
    assert.throws(() => connection.recvFrame(), problem);
  }
});

test('any byte that arrives is a sign of life', async () => {
  const { connection, arrive } = reader();
  gatherFrames(connection);
  arrive(Buffer.from([3]));
  await setImmediate();
  assert.equal(connection.recvFrame(), false);
  assert.equal(connection.recvSinceLastCheck, true);
});

function reader(): { readonly connection: FrameReader; readonly arrive: (packet: Buffer) => void } {
  const stream = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() });
  return { connection: new Connection(stream), arrive: (packet) => void stream.push(packet) };
}

function contents(connection: FrameReader): Buffer[] {
  const found: Buffer[] = [];
  for (let frame = connection.recvFrame(); frame !== false; frame = connection.recvFrame())
    found.push((frame as { readonly content: Buffer }).content);
  return found;
}

/** Pieces of these sizes, again and again. */
function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i += 1) {
    const size = sizes[i % sizes.length] ?? 1;
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}
