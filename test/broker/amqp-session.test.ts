import assert from 'node:assert/strict';
import type { Duplex } from 'node:stream';
import { test } from 'node:test';
import { closeChannel, openChannel, openSession } from '../../src/broker/amqp-session.ts';
import { parseAmqpUrl } from '../../src/broker/amqp-target.ts';
import { testBroker } from '../setup/rabbitmq.ts';

test('a channel is closed when its connection ends before the server has said so', async () => {
  await using server = await testBroker();
  const session = await openSession({ target: parseAmqpUrl(server.url, {}), start: 0, name: 'test' });
  const { channel, ended } = await openChannel(session.consuming);
  const closing = closeChannel(channel);
  (session.consuming.connection as unknown as { readonly stream: Duplex }).stream.destroy(new Error('cut'));
  await closing;
  await ended;
  await session.lost;
  assert.ok(session.isLost);
  await session.close();
});
