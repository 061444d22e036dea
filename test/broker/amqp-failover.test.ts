import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { AmqpBroker } from '../../src/broker/amqp.ts';
import { Inbox, send, SHORT_PAUSES } from '../contracts/inbox.ts';
import { eventually } from '../setup/eventually.ts';
import { privateNode } from '../setup/find-rabbitmq.ts';
import { freePort } from '../setup/free-port.ts';
import type { RabbitNode } from '../setup/rabbit-node.ts';
import { collectedLog, type CollectedLog } from './collected-log.ts';

const BATCHES = { prefetch: 100, batchMax: 10, lingerMs: 0, overlap: 2 };
const WITHIN_MS = 60_000;

function open(url: string): AmqpBroker & { readonly told: CollectedLog } {
  const told = collectedLog();
  const settings = { log: told.log, name: 'failover', publishInFlightMax: 100, pauses: SHORT_PAUSES };
  return Object.assign(new AmqpBroker({ ...settings, url }), { told });
}

// In order: each test leaves both nodes running.
void describe('with several hosts in the URL', () => {
  let first: RabbitNode;
  let second: RabbitNode;
  let hosts: readonly [string, string];
  before(async () => {
    [first, second] = await Promise.all([privateNode(), privateNode()]);
    hosts = [new URL(first.url).host, new URL(second.url).host];
  });
  after(async () => {
    await first[Symbol.asyncDispose]();
    await second[Symbol.asyncDispose]();
  });

  test('publishing and consuming go on at the other node when one is killed, and at the first when that is back', async () => {
    await using broker = open(`amqp://guest:guest@${hosts.join(',')}/`);
    const inbox = new Inbox();
    const heard: string[] = [];
    await broker.declareQueue({ name: 'moving', durable: true });
    await broker.declareFanout('moving');
    await broker.consume('moving', BATCHES, inbox.handler);
    await broker.subscribe('moving', () => heard.push('x'));
    await broker.told.says(new RegExp(`^Connected to RabbitMQ .* at ${hosts[0]}`));
    await send(broker, 'moving', 0, 20);
    await inbox.holds(20);

    await first.kill();
    const open_ = send(broker, 'moving', 20, 20);
    await broker.told.says(new RegExp(`Lost the connection to ${hosts[0]}`));
    await broker.told.says(new RegExp(`^Connected to RabbitMQ .* at ${hosts[1]}`));
    await open_;
    await eventually(async () => assert.equal(new Set(inbox.texts).size, 40), WITHIN_MS);
    assert.match(await second.ctl('list_queues', 'name'), /moving/, 'the queue was declared again there');
    await broker.publish({ exchange: 'moving' }, { payload: inbox.messages[0]!.payload });
    await eventually(async () => assert.deepEqual(heard, ['x']), WITHIN_MS);

    await first.start();
    await second.kill();
    await send(broker, 'moving', 40, 20);
    await eventually(async () => assert.equal(new Set(inbox.texts).size, 60), WITHIN_MS);
    const connected = broker.told.lines.filter((line) => line.startsWith('Connected to'));
    assert.deepEqual(
      connected.map((line) => / at (\S+)\.$/.exec(line)?.[1]),
      [hosts[0], hosts[1], hosts[0]],
    );
    await second.start();
  });

  test('one that is away, that does not resolve or that refuses us is passed over', async () => {
    await first.ctl('change_password', 'guest', 'another');
    try {
      const away = `127.0.0.1:${await freePort()}`;
      await using broker = open(`amqp://guest:guest@no-such-host.invalid,${away},${hosts.join(',')}/`);
      await broker.declareQueue({ name: 'passed-over', durable: true });
      await broker.told.says(new RegExp(`^Connected to RabbitMQ .* at ${hosts[1]}`));
    } finally {
      await first.ctl('change_password', 'guest', 'guest');
    }
  });

  test('where none lets us in, a refusal is told rather than that another host is away', async () => {
    const away = `127.0.0.1:${await freePort()}`;
    await using broker = open(`amqp://guest:wrong@${hosts[0]},${away}/`);
    await assert.rejects(
      broker.declareQueue({ name: 'q', durable: true }),
      new RegExp(`Cannot log in to RabbitMQ at ${hosts[0]} as user "guest"`),
    );
  });
});
