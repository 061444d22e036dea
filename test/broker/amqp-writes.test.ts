import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { gatherWrites } from '../../src/broker/amqp-writes.ts';

test('what is written in one turn leaves together, and in order', async () => {
  const { stream, left } = recorder();
  gatherWrites(stream);
  for (const text of ['a', 'b', 'c']) stream.write(text);
  await setImmediate();
  for (const text of ['d', 'e']) stream.write(text);
  await setImmediate();
  assert.deepEqual(left, ['abc', 'de']);
});

test('a stream that is full says so, and that it has room again', async () => {
  const { stream, left } = recorder(4);
  gatherWrites(stream);
  assert.ok(stream.write('ab'));
  assert.ok(!stream.write('cdef'));
  await once(stream, 'drain');
  assert.ok(stream.write('g'));
  await setImmediate();
  assert.deepEqual(left, ['abcdef', 'g']);
});

test('a socket that ends in the turn of its last write has sent it', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const socket = connect(address.port, '127.0.0.1');
  const [peer] = (await once(server, 'connection')) as [Socket];
  gatherWrites(socket);
  socket.write('goodbye, ');
  socket.end('and thanks');
  const chunks = (await peer.toArray()) as Buffer[];
  assert.equal(Buffer.concat(chunks).toString(), 'goodbye, and thanks');
  server.close();
});

/** A stream that tells what left it at a time. */
function recorder(highWaterMark = 1_024): { readonly stream: Writable; readonly left: string[] } {
  const left: string[] = [];
  const stream = new Writable({
    highWaterMark,
    write: (chunk: Buffer, _encoding, done) => {
      left.push(chunk.toString());
      done();
    },
    writev: (chunks, done) => {
      left.push(Buffer.concat(chunks.map(({ chunk }) => chunk as Buffer)).toString());
      done();
    },
  });
  return { stream, left };
}
