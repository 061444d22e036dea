import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import pino from 'pino';
import type { Link } from '../../src/broker/amqp-link.ts';
import { Publisher } from '../../src/broker/amqp-publisher.ts';
import type { Topology } from '../../src/broker/amqp-topology.ts';
import { Payload } from '../../src/wire/payload.ts';
import { eventually } from '../setup/eventually.ts';

/** A channel that says what the test tells it to: a real broker refuses and confirms in an order of its own. */
class ScriptedChannel extends EventEmitter {
  readonly sent: string[] = [];

  publish(_exchange: string, _key: string, content: Buffer): boolean {
    this.sent.push(content.toString());
    return true;
  }

  close(): Promise<void> {
    this.emit('close');
    return Promise.resolve();
  }
}

interface Script {
  readonly publisher: Publisher;
  /** Of which the last is the one in use. */
  readonly channels: ScriptedChannel[];
}

function scripted(): Script {
  const channels: ScriptedChannel[] = [];
  const createConfirmChannel = (): Promise<ScriptedChannel> => {
    const channel = new ScriptedChannel();
    channels.push(channel);
    return Promise.resolve(channel);
  };
  const link = {
    state: 'connected',
    onState: () => () => {},
    session: () => Promise.resolve({ publishing: { createConfirmChannel }, isLost: false }),
    rest: () => new Promise((resolve) => setImmediate(resolve)),
  } as unknown as Link;
  const topology = { knowsQueue: () => true, knowsFanout: () => true } as unknown as Topology;
  const publisher = new Publisher({ link, topology, log: pino({ level: 'silent' }), inFlightMax: 100 });
  return { publisher, channels };
}

function send(publisher: Publisher, text: string): { readonly isSafe: () => boolean } {
  let safe = false;
  const payload = Payload.ofBytes(Buffer.from(text));
  publisher.publish({ queue: 'q' }, { payload }).then(
    () => (safe = true),
    () => {},
  );
  return { isSafe: () => safe };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a confirm that covers the place of a refused message does not pass for one of its next attempt', async () => {
  const { publisher, channels } = scripted();
  const [a, b] = [send(publisher, 'a'), send(publisher, 'b')];
  await eventually(async () => assert.deepEqual(channels[0]?.sent, ['a', 'b']), 5_000, 1);
  channels[0]?.emit('nack', { deliveryTag: 2, multiple: false });
  await eventually(async () => assert.deepEqual(channels[0]?.sent, ['a', 'b', 'b']), 5_000, 1);
  channels[0]?.emit('ack', { deliveryTag: 2, multiple: true });
  await turn();
  assert.ok(a.isSafe() && !b.isSafe());
  await channels[0]?.close();
  await eventually(async () => assert.deepEqual(channels[1]?.sent, ['b']), 5_000, 1);
  assert.ok(!b.isSafe());
  channels[1]?.emit('ack', { deliveryTag: 1, multiple: false });
  await turn();
  assert.ok(b.isSafe());
});

test('what is refused again and again is sent on a new channel', async () => {
  const { publisher, channels } = scripted();
  const a = send(publisher, 'a');
  for (let tag = 1; tag <= 3; tag++) {
    await eventually(async () => assert.equal(channels[0]?.sent.length, tag), 5_000, 1);
    channels[0]?.emit('nack', { deliveryTag: tag, multiple: false });
  }
  await eventually(async () => assert.deepEqual(channels[1]?.sent, ['a']), 5_000, 1);
  channels[1]?.emit('ack', { deliveryTag: 1, multiple: false });
  await turn();
  assert.ok(a.isSafe());
});
