import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import type { Broker, Delivery, Handler } from '../../src/broker/broker.ts';
import { DEAD_LETTER_BYTES_MAX, deadLetter } from '../../src/broker/dead-letters.ts';
import type { PauseBounds } from '../../src/broker/pauses.ts';
import { AftermathError } from '../../src/service/errors.ts';
import type { Refusal } from '../../src/wire/records.ts';
import { DEAD_LETTERS } from '../../src/wire/queues.ts';
import { Payload } from '../../src/wire/payload.ts';
import { eventually } from '../setup/eventually.ts';
import { brokerBrowseContract } from './broker-browse.ts';
import { brokerEndsContract } from './broker-ends.ts';
import {
  BATCHES,
  Inbox,
  ONE_BY_ONE,
  SHORT_PAUSES,
  WITHIN_MS,
  numbers,
  payloadOf,
  says,
  send,
  textOf,
} from './inbox.ts';
import { nextTurn, settledYet } from './turns.ts';

/** Makes brokers for the tests of one implementation. Those of a server meet there, those in memory do not. */
export interface Brokers extends AsyncDisposable {
  /** What a consumer gives back to a quorum queue is there again a moment later, and in any order. */
  readonly isQuorum?: boolean;
  open(options: { pauses: PauseBounds }): Broker;
}

/** What `src/broker/broker.ts` promises, as tests that every implementation passes. */
export function brokerContract(name: string, start: () => Promise<Brokers>): void {
  void describe(`${name} keeps the contract of a broker:`, () => {
    let brokers: Brokers;
    let broker: Broker;
    before(async () => {
      brokers = await start();
      broker = brokers.open({ pauses: SHORT_PAUSES });
    });
    after(async () => {
      await broker.close();
      await brokers[Symbol.asyncDispose]();
    });

    /** A queue of the test's own with `count` messages, "0", "1", … */
    async function queueOf(count: number): Promise<string> {
      queues += 1;
      const queue = `contract-${queues}`;
      await broker.declareQueue({ name: queue, durable: true });
      await send(broker, queue, 0, count);
      return queue;
    }
    let queues = 0;

    function isEmpty(queue: string): Promise<void> {
      return eventually(async () => {
        assert.equal((await broker.queueDepth(queue))?.messages, 0);
      }, WITHIN_MS);
    }

    test('a queue with one consumer delivers in the order of publishing, in batches of at most batchMax', async () => {
      const queue = await queueOf(500);
      const inbox = new Inbox();
      const consumer = await broker.consume(queue, BATCHES, inbox.handler);
      await inbox.holds(500);
      assert.deepEqual(inbox.texts, numbers(500));
      assert.ok(inbox.batchSizes.every((size) => size >= 1 && size <= 10));
      assert.ok(Math.max(...inbox.batchSizes) > 1, 'messages that are there come together');
      await consumer.stop();
      await consumer.done;
      await isEmpty(queue);
    });

    test('a message keeps its bytes, headers, reply address and correlation id', async () => {
      const queue = await queueOf(0);
      const inbox = new Inbox();
      const consumer = await broker.consume(queue, BATCHES, inbox.handler);
      const headers = { reason: 'no id', count: 3, truncated: true };
      const payload = Payload.ofBytes(Buffer.from('{"id":1.0}'));
      await broker.publish({ queue }, { payload, headers, replyTo: 'answers', correlationId: 'c-1' });
      const [message] = await inbox.holds(1);
      assert.equal(textOf(message as Delivery), '{"id":1.0}');
      assert.deepEqual({ ...message?.headers }, headers);
      assert.equal(message?.replyTo, 'answers');
      assert.equal(message?.correlationId, 'c-1');
      assert.equal(message?.redelivered, false);
      await consumer.stop();
    });

    test('an empty message and one of 5 MB arrive whole', async () => {
      const queue = await queueOf(0);
      const inbox = new Inbox();
      const consumer = await broker.consume(queue, BATCHES, inbox.handler);
      const large = Buffer.alloc(5_000_000, 'aftermath ');
      await broker.publish({ queue }, { payload: Payload.ofBytes(new Uint8Array()) });
      await broker.publish({ queue }, { payload: Payload.ofBytes(large) });
      const [first, second] = await inbox.holds(2);
      assert.equal(first?.payload.bytes().length, 0);
      assert.ok(large.equals(second?.payload.bytes() as Uint8Array));
      await consumer.stop();
    });

    test('publish without a consumer fulfils once the message is in the queue', async () => {
      const queue = await queueOf(0);
      await broker.publish({ queue }, { payload: payloadOf('a') });
      assert.deepEqual(await broker.queueDepth(queue), { messages: 1, consumers: 0 });
    });

    test('a batch is acknowledged when its handler is fulfilled, not before', async () => {
      const queue = await queueOf(3);
      const gate = Promise.withResolvers<void>();
      const inbox = new Inbox(() => gate.promise);
      const first = await broker.consume(queue, { ...BATCHES, batchMax: 3, lingerMs: 200 }, inbox.handler);
      await inbox.holds(3);
      const stopped = first.stop();
      assert.equal(await settledYet(stopped), false, 'stop waits for the batch in hand');
      gate.resolve();
      await stopped;
      await isEmpty(queue);
    });

    test('at most prefetch messages are in hand', async () => {
      const queue = await queueOf(40);
      const gate = Promise.withResolvers<void>();
      const inbox = new Inbox(() => gate.promise);
      const options = { prefetch: 10, batchMax: 4, lingerMs: 0, overlap: 100 };
      const consumer = await broker.consume(queue, options, inbox.handler);
      await inbox.holds(10);
      await eventually(async () => assert.equal((await broker.queueDepth(queue))?.messages, 30), WITHIN_MS);
      assert.equal(inbox.texts.length, 10);
      gate.resolve();
      await inbox.holds(40);
      await consumer.stop();
      await isEmpty(queue);
    });

    test('at most overlap batches are handled at once, and they start in order', async () => {
      const queue = await queueOf(60);
      let running = 0;
      let most = 0;
      const inbox = new Inbox(async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
      });
      const consumer = await broker.consume(queue, { ...BATCHES, batchMax: 2, overlap: 3 }, inbox.handler);
      await inbox.holds(60);
      assert.deepEqual(inbox.texts, numbers(60));
      await consumer.stop();
      assert.ok(most > 1 && most <= 3, `${most} at once`);
    });

    test('a batch that is handled before an earlier one is acknowledged after it', async () => {
      const queue = await queueOf(2);
      const first = Promise.withResolvers<void>();
      const second = Promise.withResolvers<void>();
      const handler: Handler = async ([message]) => {
        if (textOf(message as Delivery) === '0') return first.promise;
        second.resolve();
        return undefined;
      };
      const options = { prefetch: 10, batchMax: 1, lingerMs: 0, overlap: 2 };
      const consumer = await broker.consume(queue, options, handler);
      await second.promise;
      first.reject(new Error('a bug'));
      await assert.rejects(consumer.done, /a bug/);
      const inbox = new Inbox();
      const next = await broker.consume(queue, ONE_BY_ONE, inbox.handler);
      const again = await inbox.holds(2);
      assert.deepEqual(inbox.texts, ['0', '1']);
      assert.ok(again.every((message) => message.redelivered));
      await next.stop();
    });

    test('a batch whose handler asks for a retry comes again after a pause, first and marked as redelivered', async () => {
      const queue = await queueOf(5);
      const handledAt: number[] = [];
      const inbox = new Inbox();
      const consumer = await broker.consume(queue, { ...ONE_BY_ONE, prefetch: 5 }, async (batch) => {
        if (textOf(batch[0] as Delivery) === '1' && handledAt.push(performance.now()) <= 2) {
          throw new AftermathError('retry', 'Cannot write the log: the disk is full.');
        }
        await inbox.handler(batch);
      });
      await inbox.holds(5);
      if (!brokers.isQuorum) assert.deepEqual(inbox.texts, numbers(5));
      assert.deepEqual(new Set(inbox.texts), new Set(numbers(5)));
      assert.equal(inbox.messages.find((message) => textOf(message) === '1')?.redelivered, true);
      const [one = 0, two = 0, three = 0] = handledAt;
      assert.ok(two - one >= SHORT_PAUSES.firstMs * 0.8 - 1, `first pause ${two - one} ms`);
      assert.ok(three - two >= SHORT_PAUSES.firstMs * 1.6 - 1, `second pause ${three - two} ms`);
      await consumer.stop();
      await isEmpty(queue);
    });

    test('any other failure of a handler ends the consumer, and the message is back in the queue', async () => {
      const queue = await queueOf(3);
      const consumer = await broker.consume(queue, { ...BATCHES, batchMax: 1 }, async ([message]) => {
        if (textOf(message as Delivery) === '1') throw new TypeError('a bug');
      });
      await assert.rejects(consumer.done, TypeError);
      await eventually(
        async () => assert.deepEqual(await broker.queueDepth(queue), { messages: 2, consumers: 0 }),
        WITHIN_MS,
      );
    });

    test('two consumers share a queue: every message once, and none of them goes without', async () => {
      const queue = await queueOf(0);
      const [a, b] = [new Inbox(nextTurn), new Inbox(nextTurn)];
      const options = { prefetch: 5, batchMax: 5, lingerMs: 0, overlap: 1 };
      const consumers = [await broker.consume(queue, options, a.handler)];
      consumers.push(await broker.consume(queue, options, b.handler));
      await send(broker, queue, 0, 300);
      await eventually(async () => assert.equal(a.texts.length + b.texts.length, 300), WITHIN_MS);
      const all = [...a.texts, ...b.texts].sort((x, y) => Number(x) - Number(y));
      assert.deepEqual(all, numbers(300));
      assert.ok(a.texts.length > 0 && b.texts.length > 0);
      for (const consumer of consumers) await consumer.stop();
    });

    test('a stopped consumer leaves what it did not handle in the queue', async () => {
      const queue = await queueOf(20);
      const gate = Promise.withResolvers<void>();
      const inbox = new Inbox(() => gate.promise);
      const consumer = await broker.consume(queue, { ...ONE_BY_ONE, prefetch: 10 }, inbox.handler);
      await inbox.holds(1);
      const stopped = consumer.stop();
      gate.resolve();
      await stopped;
      await consumer.done;
      await eventually(
        async () => assert.deepEqual(await broker.queueDepth(queue), { messages: 19, consumers: 0 }),
        WITHIN_MS,
      );
      assert.deepEqual(inbox.texts, ['0']);
    });

    test('a full batch does not wait for its linger time', async () => {
      const queue = await queueOf(10);
      const inbox = new Inbox();
      const consumer = await broker.consume(queue, { ...BATCHES, lingerMs: 600_000 }, inbox.handler);
      await inbox.holds(10);
      assert.deepEqual(inbox.batchSizes, [10]);
      await consumer.stop();
    });

    test('every subscriber of a fanout exchange sees every message from then on', async () => {
      const exchange = 'contract-fanout';
      await broker.declareFanout(exchange);
      await broker.declareFanout(exchange);
      await broker.publish({ exchange }, { payload: payloadOf('nobody sees this') });
      const seen: string[][] = [[], []];
      const consumers = [];
      for (const texts of seen)
        consumers.push(await broker.subscribe(exchange, (m) => texts.push(textOf(m))));
      for (const text of ['a', 'b', 'c']) await broker.publish({ exchange }, { payload: payloadOf(text) });
      await eventually(
        async () =>
          assert.deepEqual(seen, [
            ['a', 'b', 'c'],
            ['a', 'b', 'c'],
          ]),
        WITHIN_MS,
      );
      for (const consumer of consumers) {
        await consumer.stop();
        await consumer.done;
      }
    });

    test('a queue that is bound to an exchange gets what is published there', async () => {
      const exchange = 'contract-bound';
      const queue = await queueOf(0);
      await broker.declareFanout(exchange);
      await broker.bindQueue(queue, { exchange, key: '' });
      await broker.publish({ exchange }, { payload: payloadOf('a') });
      const inbox = new Inbox();
      const consumer = await broker.consume(queue, BATCHES, inbox.handler);
      await inbox.holds(1);
      assert.deepEqual(inbox.texts, ['a']);
      await consumer.stop();
    });

    test('what cannot be used goes to the dead-letter queue with its reason, cut when it is large', async () => {
      const refusals: Refusal[] = [
        { code: 'not-json', reason: 'not JSON', text: '{"id": ', count: 1 },
        { code: 'too-large', reason: 'too large', text: 'ä'.repeat(DEAD_LETTER_BYTES_MAX), count: 1 },
      ];
      await deadLetter(broker, { refusals, origin: 'features', service: 'model' });
      const inbox = new Inbox();
      const consumer = await broker.consume(DEAD_LETTERS, BATCHES, inbox.handler);
      const [first, second] = await inbox.holds(2);
      assert.equal(textOf(first as Delivery), '{"id": ');
      const { at, ...rest } = first?.headers ?? {};
      assert.deepEqual(rest, { reason: 'not JSON', origin: 'features', service: 'model' });
      assert.ok(Math.abs(Date.parse(String(at)) - Date.now()) < 60_000);
      assert.equal(second?.headers?.['truncated'], true);
      assert.equal(textOf(second), 'ä'.repeat(DEAD_LETTER_BYTES_MAX / 2));
      await consumer.stop();
    });

    test('what is not there is refused with words, not waited for', async () => {
      const nowhere = { payload: payloadOf('a') };
      await assert.rejects(
        broker.publish({ queue: 'nowhere' }, nowhere),
        says('refused', /"nowhere": there is no such queue/),
      );
      await assert.rejects(
        broker.publish({ exchange: 'nowhere' }, nowhere),
        says('stop', /"nowhere": there is no such exchange/),
      );
      await assert.rejects(
        broker.consume('nowhere', BATCHES, async () => {}),
        says('stop', /"nowhere": there is no such queue/),
      );
      await assert.rejects(
        broker.subscribe('nowhere', () => {}),
        says('stop', /"nowhere": there is no such exchange/),
      );
      const queue = await queueOf(1);
      await assert.rejects(
        broker.bindQueue(queue, { exchange: 'nowhere', key: '' }),
        says('stop', /no such exchange/),
      );
      assert.equal(await broker.queueDepth('nowhere'), undefined);
      await broker.publish({ queue }, { payload: payloadOf('everything else goes on') });
      assert.equal((await broker.queueDepth(queue))?.messages, 2);
    });

    brokerBrowseContract(
      (options) => brokers.open(options),
      () => brokers.isQuorum === true,
    );
    brokerEndsContract((options) => brokers.open(options));

    test('whatever the batch sizes and the failures, every message is handled, first deliveries in order', async () => {
      const settings = fc.record({
        count: fc.integer({ min: 1, max: 60 }),
        prefetch: fc.integer({ min: 1, max: 20 }),
        batchMax: fc.integer({ min: 1, max: 20 }),
        lingerMs: fc.integer({ min: 0, max: 2 }),
        overlap: fc.integer({ min: 1, max: 4 }),
        failures: fc.array(fc.integer({ min: 0, max: 59 }), { maxLength: 3 }),
      });
      const everyOne = fc.asyncProperty(settings, async ({ count, failures, ...options }) => {
        const queue = await queueOf(count);
        const failing = new Set(failures.map(String));
        const first = new Set<string>();
        const handled = new Set<string>();
        const consumer = await broker.consume(queue, options, async (batch) => {
          const texts = batch.map(textOf);
          for (const text of texts) first.add(text);
          await nextTurn();
          for (const text of texts) {
            if (failing.delete(text)) throw new AftermathError('retry', `Cannot handle ${text} yet.`);
          }
          for (const text of texts) handled.add(text);
        });
        await eventually(async () => assert.equal(handled.size, count), WITHIN_MS);
        if (brokers.isQuorum) assert.deepEqual(first, new Set(numbers(count)));
        else assert.deepEqual([...first], numbers(count));
        await consumer.stop();
        await isEmpty(queue);
      });
      await fc.assert(everyOne, { numRuns: 15, seed: 7 });
    });
  });
}
