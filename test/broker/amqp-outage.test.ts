import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { connect } from 'amqplib';
import { AmqpBroker } from '../../src/broker/amqp.ts';
import type { BrokerState } from '../../src/broker/broker.ts';
import { Inbox, numbers, payloadOf, says, send, SHORT_PAUSES } from '../contracts/inbox.ts';
import { eventually } from '../setup/eventually.ts';
import { stoppedNode } from '../setup/find-rabbitmq.ts';
import { freePort } from '../setup/free-port.ts';
import type { RabbitNode } from '../setup/rabbit-node.ts';
import { collectedLog, type CollectedLog } from './collected-log.ts';

const BATCHES = { prefetch: 100, batchMax: 10, lingerMs: 0, overlap: 2 };
const WITHIN_MS = 60_000;
const MESSAGE_BYTES_MAX = 100_000;

// In order: the node is not started at first, and each test leaves it running.
void describe('the broker over a RabbitMQ that is started late, restarted, starved and killed:', () => {
  let node: RabbitNode;
  before(async () => {
    node = await stoppedNode({ config: [`max_message_size = ${MESSAGE_BYTES_MAX}`] });
  });
  after(() => node[Symbol.asyncDispose]());

  function open(url = node.url): AmqpBroker & { readonly told: CollectedLog } {
    const told = collectedLog();
    const broker = new AmqpBroker({
      url,
      log: told.log,
      name: 'outage',
      publishInFlightMax: 100,
      pauses: SHORT_PAUSES,
    });
    return Object.assign(broker, { told });
  }

  function reaches(broker: AmqpBroker, state: BrokerState): Promise<void> {
    return eventually(async () => assert.equal(broker.state, state), WITHIN_MS);
  }

  test('a service that starts before the broker waits, says so, and goes on by itself', async () => {
    await using broker = open();
    assert.equal(broker.state, 'connecting');
    const inbox = new Inbox();
    const begun = (async () => {
      await broker.declareQueue({ name: 'early', durable: true });
      await broker.declareFanout('early');
      await broker.consume('early', BATCHES, inbox.handler);
    })();
    const early = broker
      .publish({ queue: 'early' }, { payload: payloadOf('0') })
      .catch((error: unknown) => error);
    await broker.told.says(
      /Cannot connect to RabbitMQ at 127\.0\.0\.1:\d+: nobody listens there\. Trying again in \d/,
    );
    await node.start();
    await begun;
    assert.equal(broker.state, 'connected');
    const first = await early;
    if (first !== undefined) says('refused', /no such queue/)(first);
    await send(broker, 'early', 1, 1);
    await inbox.holds(1);
    await broker.told.says(/^Connected to RabbitMQ \d/);
  });

  test('the connection that the server ends comes back, and what was unacknowledged comes again', async () => {
    await using broker = open();
    await broker.declareQueue({ name: 'killed', durable: true });
    const gate = Promise.withResolvers<void>();
    const inbox = new Inbox(() => gate.promise);
    await broker.consume('killed', { ...BATCHES, batchMax: 1, overlap: 1 }, inbox.handler);
    await send(broker, 'killed', 0, 3);
    await inbox.holds(1);
    await node.ctl('close_all_connections', 'killed by a test');
    await broker.told.says(/Lost the connection to 127\.0\.0\.1:\d+: .*killed by a test.* Trying again in/);
    await reaches(broker, 'connected');
    gate.resolve();
    await inbox.holds(4);
    assert.deepEqual(
      inbox.texts,
      ['0', '0', '1', '2'],
      'the old acknowledgement is dropped, the message comes again',
    );
    const marks = inbox.messages.slice(0, 2).map((message) => message.redelivered);
    assert.deepEqual(marks, [false, true]);
    await eventually(async () => {
      assert.deepEqual(await broker.queueDepth('killed'), { messages: 0, consumers: 1 });
    }, WITHIN_MS);
  });

  test('publishes and consumers survive a restart of the broker, nothing is lost, and the order stays', async () => {
    await using broker = open();
    await broker.declareQueue({ name: 'restart', durable: true });
    await broker.declareQueue({ name: 'transient', durable: false });
    await broker.declareFanout('restart');
    const inbox = new Inbox();
    const heard: string[] = [];
    await broker.subscribe('restart', () => heard.push('x'));
    await send(broker, 'restart', 0, 50);
    await send(broker, 'transient', 0, 50);
    await node.stop();
    await reaches(broker, 'connecting');
    const during = send(broker, 'restart', 50, 200);
    const consuming = broker.consume('restart', BATCHES, inbox.handler);
    await node.start();
    await during;
    await consuming;
    await eventually(async () => assert.equal(new Set(inbox.texts).size, 250), WITHIN_MS);
    assert.deepEqual([...new Set(inbox.texts)], numbers(250));
    await send(broker, 'transient', 0, 1);
    const { messages } = (await broker.queueDepth('transient')) ?? {};
    assert.equal(messages, 1, 'without the safety of a durable queue the restart is seen to lose');
    // A fanout keeps nothing: what is published before the subscriber is back misses it.
    await eventually(async () => {
      await broker.publish({ exchange: 'restart' }, { payload: payloadOf('x') });
      assert.equal(heard[0], 'x');
    }, WITHIN_MS);
  });

  test('what was confirmed is there after kill -9 of the broker', async () => {
    await using broker = open();
    await broker.declareQueue({ name: 'kill-9', durable: true });
    // RabbitMQ may lose a queue that it was told of a moment ago, and its confirmed messages with it: what it knows of queues is not yet on the disk.
    await node.ctl('eval', 'mnesia:sync_log().');
    await send(broker, 'kill-9', 0, 100);
    await node.kill();
    await node.start();
    const inbox = new Inbox();
    await broker.consume('kill-9', BATCHES, inbox.handler);
    await inbox.holds(100);
    assert.deepEqual(inbox.texts, numbers(100));
  });

  test('a broker short of memory blocks publishing, not consuming, and goes on by itself', async () => {
    await using broker = open();
    await broker.declareQueue({ name: 'blocked', durable: true });
    await send(broker, 'blocked', 0, 20);
    await node.ctl('set_vm_memory_high_watermark', '0.00000001');
    const states: string[] = [];
    broker.onState((state) => states.push(state));
    let safe = 0;
    const waiting = Array.from({ length: 500 }, async (_, i) => {
      await broker.publish({ queue: 'blocked' }, { payload: payloadOf(String(20 + i)) });
      safe += 1;
    });
    await reaches(broker, 'blocked');
    await broker.told.says(/RabbitMQ takes no messages now \(low on memory\)/);
    const inbox = new Inbox();
    await broker.consume('blocked', BATCHES, inbox.handler);
    await inbox.holds(20);
    await eventually(async () => {
      assert.deepEqual(await broker.queueDepth('blocked'), { messages: 0, consumers: 1 });
    }, WITHIN_MS);
    assert.equal(broker.state, 'blocked');
    assert.ok(safe < 500);
    await node.ctl('set_vm_memory_high_watermark', '0.4');
    await Promise.all(waiting);
    assert.equal(broker.state, 'connected');
    await inbox.holds(520);
    assert.deepEqual(inbox.texts, numbers(520));
    assert.deepEqual(states.slice(0, 2), ['blocked', 'connected']);
  });

  test('a queue that is deleted under its consumer and its publisher is declared again', async () => {
    await using broker = open();
    await broker.declareQueue({ name: 'deleted', durable: true });
    const inbox = new Inbox();
    await broker.consume('deleted', BATCHES, inbox.handler);
    await send(broker, 'deleted', 0, 1);
    await inbox.holds(1);
    await node.ctl('delete_queue', 'deleted');
    await broker.told.says(/RabbitMQ ended the consumer of queue "deleted"/);
    await send(broker, 'deleted', 1, 20);
    await inbox.holds(21);
    assert.deepEqual(new Set(inbox.texts), new Set(numbers(21)));

    await broker.declareQueue({ name: 'deleted-too', durable: true });
    await node.ctl('delete_queue', 'deleted-too');
    await send(broker, 'deleted-too', 0, 20);
    assert.equal((await broker.queueDepth('deleted-too'))?.messages, 20);
    await broker.told.says(/Cannot publish to queue "deleted-too": it is gone\. Trying again/);
  });

  test('a message that is too large for the server is refused, and those around it arrive', async () => {
    await using broker = open();
    await broker.declareQueue({ name: 'large', durable: true });
    const before = send(broker, 'large', 0, 5);
    const large = broker.publish(
      { queue: 'large' },
      { payload: payloadOf('x'.repeat(MESSAGE_BYTES_MAX + 1)) },
    );
    const refused = assert.rejects(
      large,
      says('refused', /message of 100001 bytes: RabbitMQ takes 100000 at most/),
    );
    const behind = send(broker, 'large', 5, 5);
    await Promise.all([before, refused, behind]);
    const inbox = new Inbox();
    await broker.consume('large', BATCHES, inbox.handler);
    await eventually(async () => assert.deepEqual([...new Set(inbox.texts)], numbers(10)), WITHIN_MS);
  });

  test('a queue or exchange that exists is used as it is, whatever its arguments', async () => {
    const connection = await connect(node.url);
    const channel = await connection.createChannel();
    await channel.assertQueue('theirs-transient', {
      durable: false,
      autoDelete: true,
      arguments: { 'x-max-length': 7 },
    });
    await channel.assertQueue('theirs-durable', { durable: true, messageTtl: 600_000 });
    await channel.assertExchange('theirs', 'topic', { durable: false });
    await using broker = open();
    await broker.declareQueue({ name: 'theirs-transient', durable: true });
    await broker.declareQueue({ name: 'theirs-durable', durable: false });
    await broker.declareFanout('theirs');
    await broker.declareQueue({ name: 'ours', durable: true });
    await broker.bindQueue('ours', { exchange: 'theirs', key: 'truth.*' });
    channel.publish('theirs', 'truth.berlin', Buffer.from('yes'));
    channel.publish('theirs', 'other', Buffer.from('no'));
    await send(broker, 'theirs-transient', 0, 1);
    await send(broker, 'theirs-durable', 0, 1);
    const inbox = new Inbox();
    await broker.consume('ours', BATCHES, inbox.handler);
    await inbox.holds(1);
    assert.deepEqual(inbox.texts, ['yes']);
    await connection.close();
  });

  test('a wrong password is a clear error without the password in it, for whatever waits', async () => {
    const wrong = node.url.replace('guest:guest', 'guest:tops3cret');
    await using broker = open(wrong);
    const words = /^Cannot log in to RabbitMQ at 127\.0\.0\.1:\d+ as user "guest"(?!.*tops3cret)/;
    const published = assert.rejects(
      broker.publish({ queue: 'a' }, { payload: payloadOf('x') }),
      says('stop', words),
    );
    await assert.rejects(broker.declareQueue({ name: 'a', durable: true }), says('stop', words));
    await assert.rejects(
      broker.consume('a', BATCHES, async () => {}),
      says('stop', words),
    );
    await assert.rejects(
      broker.subscribe('a', () => {}),
      says('stop', words),
    );
    await published;
    assert.equal(broker.state, 'closed');
    assert.ok(!broker.address.includes('tops3cret'));
    assert.ok(broker.told.lines.every((line) => !line.includes('tops3cret')));
  });

  test('a virtual host that is not there, and a missing permission, are clear errors', async () => {
    await using nowhere = open(`${node.url}/nowhere`);
    await assert.rejects(
      nowhere.declareQueue({ name: 'a', durable: true }),
      says('stop', /virtual host "nowhere".*rabbitmqctl add_vhost 'nowhere'/),
    );
    await node.ctl('add_user', 'reader', 'reader');
    await node.ctl('set_permissions', 'reader', '^ours$', '^ours$', '.*');
    await using reader = open(node.url.replace('guest:guest', 'reader:reader'));
    await assert.rejects(
      reader.declareQueue({ name: 'b', durable: true }),
      says(
        'stop',
        /^Cannot declare queue "b": user "reader" lacks the right to configure queue "b".*aftermath permissions/,
      ),
    );
    await reader.declareQueue({ name: 'ours', durable: true });
    await assert.rejects(
      reader.publish({ queue: 'ours' }, { payload: payloadOf('x') }),
      says(
        'stop',
        /^Cannot publish to queues: user "reader" lacks the right to write exchange "amq\.default"/,
      ),
    );
  });

  test('several hosts are tried in turn', async () => {
    const { port } = new URL(node.url);
    await using broker = open(`amqp://guest:guest@127.0.0.1:${await freePort()},127.0.0.1:${port}/`);
    await broker.declareQueue({ name: 'turn', durable: true });
    assert.equal(broker.state, 'connected');
    assert.match(broker.address, /^amqp:\/\/127\.0\.0\.1:\d+,127\.0\.0\.1:\d+\/$/);
  });

  test('close while the broker is away ends within its time, and tells the open publishes', async () => {
    const broker = open(`amqp://127.0.0.1:${await freePort()}`);
    const published = broker.publish({ queue: 'a' }, { payload: payloadOf('x') });
    const told = assert.rejects(published, says('retry', /the broker was closed/));
    const consumed = assert.rejects(
      broker.consume('a', BATCHES, async () => {}),
      says('retry', /the broker was closed/),
    );
    const heard = assert.rejects(
      broker.subscribe('a', () => {}),
      says('retry', /the broker was closed/),
    );
    const declared = assert.rejects(
      broker.declareQueue({ name: 'a', durable: true }),
      says('retry', /was closed/),
    );
    await broker.close({ timeoutMs: 20 });
    await told;
    await consumed;
    await heard;
    await declared;
    assert.equal(broker.state, 'closed');
  });
});
