import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryBroker } from '../../src/broker/memory.ts';
import { openBroker } from '../../src/broker/open.ts';
import { Payload } from '../../src/wire/payload.ts';
import { brokerContract } from '../contracts/broker.ts';
import { Inbox, numbers, payloadOf, says, send } from '../contracts/inbox.ts';
import { collectedLog } from './collected-log.ts';

const BATCHES = { prefetch: 100, batchMax: 10, lingerMs: 0, overlap: 1 };

brokerContract('memory', async () => ({
  open: ({ pauses }) => new MemoryBroker({ retryPauses: pauses }),
  [Symbol.asyncDispose]: async () => {},
}));

test('a consumer in memory gets the very payload that was published, and nothing is encoded', async () => {
  await using broker = new MemoryBroker();
  await broker.declareQueue({ name: 'a', durable: true });
  const inbox = new Inbox();
  await broker.consume('a', BATCHES, inbox.handler);
  const payload = Payload.ofRecords([{ id: '1' }], () => assert.fail('encoded'));
  await broker.publish({ queue: 'a' }, { payload });
  assert.equal(inbox.messages[0]?.payload, payload);
});

test('publish in memory fulfils when its consumer has acknowledged, not when it has begun', async () => {
  await using broker = new MemoryBroker();
  await broker.declareQueue({ name: 'a', durable: true });
  const gate = Promise.withResolvers<void>();
  const inbox = new Inbox(() => gate.promise);
  await broker.consume('a', BATCHES, inbox.handler);
  let safe = false;
  const published = broker.publish({ queue: 'a' }, { payload: payloadOf('x') }).then(() => (safe = true));
  await inbox.holds(1);
  assert.equal(safe, false);
  gate.resolve();
  await published;
});

test('publish in memory fulfils when the last consumer leaves without having acknowledged', async () => {
  await using broker = new MemoryBroker();
  await broker.declareQueue({ name: 'a', durable: true });
  const consumer = await broker.consume('a', BATCHES, () => Promise.reject(new Error('a bug')));
  const published = broker.publish({ queue: 'a' }, { payload: payloadOf('x') });
  await assert.rejects(consumer.done, /a bug/);
  await published;
  assert.deepEqual(await broker.queueDepth('a'), { messages: 1, consumers: 0 });
});

test('a queue in memory without a consumer takes queueMax messages, further publishes wait for one', async () => {
  await using broker = new MemoryBroker({ queueMax: 3 });
  await broker.declareQueue({ name: 'a', durable: true });
  await send(broker, 'a', 0, 3);
  let safe = false;
  const fourth = send(broker, 'a', 3, 1).then(() => (safe = true));
  await broker.declareFanout('a turn passes');
  assert.equal(safe, false);
  const inbox = new Inbox();
  await broker.consume('a', BATCHES, inbox.handler);
  await fourth;
  assert.deepEqual(inbox.texts, numbers(4));
});

test('a queue that keeps the newest messages never makes its publisher wait', async () => {
  await using broker = new MemoryBroker({ queueMax: 3 });
  await broker.declareQueue({ name: 'a', durable: true, keepMax: 2 });
  await send(broker, 'a', 0, 10);
  const inbox = new Inbox();
  await broker.consume('a', BATCHES, inbox.handler);
  await inbox.holds(2);
  assert.deepEqual(inbox.texts, ['8', '9']);
});

test('publishes that wait in memory are told when the broker is closed', async () => {
  const broker = new MemoryBroker({ queueMax: 0 });
  await broker.declareQueue({ name: 'a', durable: true });
  const waiting = broker.publish({ queue: 'a' }, { payload: payloadOf('x') });
  const told = assert.rejects(waiting, says('retry', /the broker was closed/));
  await broker.close();
  await told;
});

test('openBroker("memory") makes a broker of its own each time, and refuses what is no broker', async () => {
  const { log } = collectedLog();
  await using one = openBroker({ url: 'memory', log });
  await using other = openBroker({ url: 'memory', log });
  await one.declareQueue({ name: 'a', durable: true });
  assert.equal(await other.queueDepth('a'), undefined);
  for (const url of ['redis://u:secret@h', '', 'localhost:5672']) {
    assert.throws(
      () => openBroker({ url, log }),
      (error) => says('usage', /^(?!.*secret).*expected "memory"/)(error),
    );
  }
});
