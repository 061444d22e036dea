import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as work } from 'node:timers/promises';
import { Hold } from '../../src/broker/amqp-hold.ts';
import type { Delivery } from '../../src/broker/broker.ts';
import { openBroker } from '../../src/broker/open.ts';
import { send, textOf } from '../contracts/inbox.ts';
import { Payload } from '../../src/wire/payload.ts';
import { eventually } from '../setup/eventually.ts';
import { testBroker } from '../setup/rabbitmq.ts';
import { collectedLog } from './collected-log.ts';

/** Small messages. */
const SMALL = { messages: 10, bytes: 500 };

test('a hold asks for more while all it has is done soon, and never beyond its bound', () => {
  const hold = new Hold({ prefetchMax: 100, holdMs: 1_000 });
  const asked: number[] = [];
  for (let i = 0; i < 6; i++) {
    asked.push(hold.prefetch);
    hold.finished({ ...SMALL, heldMs: 10, inHand: hold.prefetch });
  }
  assert.deepEqual(asked, [8, 16, 32, 64, 100, 100]);
});

test('a hold stays where fewer came than it asked for, or they take about the time', () => {
  const hold = new Hold({ prefetchMax: 100, holdMs: 1_000 });
  assert.equal(hold.finished({ ...SMALL, heldMs: 10, inHand: 7 }), false);
  assert.equal(hold.finished({ ...SMALL, heldMs: 700, inHand: 8 }), false);
  assert.equal(hold.prefetch, 8);
});

test('a hold asks for as many as fit where they take longer: in steps, and for one at least', () => {
  const hold = new Hold({ prefetchMax: 1_000, holdMs: 1_000 });
  while (hold.finished({ ...SMALL, heldMs: 1, inHand: hold.prefetch })) continue;
  assert.equal(hold.prefetch, 1_000);
  assert.equal(hold.finished({ ...SMALL, heldMs: 2_000, inHand: 1_000 }), true);
  assert.equal(hold.prefetch, 500);
  hold.finished({ ...SMALL, heldMs: 3_600_000, inHand: 500 });
  assert.equal(hold.prefetch, 63, 'one that stood still for an hour is not taken for slow for ever');
  for (let i = 0; i < 5; i++) hold.finished({ ...SMALL, heldMs: 60_000, inHand: hold.prefetch });
  assert.equal(hold.prefetch, 1);
});

test('a hold without a time and without bytes asks for its bound', () => {
  const hold = new Hold({ prefetchMax: 300 });
  assert.equal(hold.finished({ heldMs: 1e9, inHand: 300, messages: 1, bytes: 1e12 }), false);
  assert.equal(hold.prefetch, 300);
  assert.equal(hold.batchMax, 300);
});

test('a hold asks for as many as fit its bytes: a few before it has seen any, two at least, more only where it could do more', () => {
  const hold = new Hold({ prefetchMax: 1_000, holdBytes: 1_000_000 });
  const of = (messages: number, size: number, inHand = hold.prefetch): number => {
    hold.finished({ heldMs: 1, inHand, messages, bytes: messages * size });
    return hold.prefetch;
  };
  assert.equal(hold.prefetch, 100);
  assert.equal(of(50, 50), 1_000, 'small ones');
  assert.equal(hold.batchMax, 1_000);
  assert.equal(of(50, 4_000), 250, 'arrays');
  assert.equal(hold.batchMax, 125);
  assert.equal(of(10, 5_000), 250, 'about the same');
  assert.equal(of(10, 50, 20), 250, 'small ones, and few of them');
  assert.equal(of(1, 8_000_000), 2, 'huge ones');
  assert.equal(hold.batchMax, 1);
  assert.equal(of(2, 0), 1_000, 'empty ones');
});

test('a consumer of large messages has no more of them in hand than its bytes allow', async () => {
  const MESSAGES = 60;
  const SIZE = 100_000;
  await using server = await testBroker();
  await using broker = openBroker({ url: server.url, log: collectedLog().log });
  await broker.declareQueue({ name: 'large', durable: true });
  const payload = Payload.ofBytes(Buffer.alloc(SIZE, 'x'));
  for (let i = 0; i < MESSAGES; i++) await broker.publish({ queue: 'large' }, { payload });
  const batches: number[] = [];
  const payloads: Payload[] = [];
  const bounds = { prefetch: 30, batchMax: 30, lingerMs: 0, overlap: 1, holdBytes: 8 * SIZE };
  await broker.consume('large', bounds, async (batch) => {
    batches.push(batch.length);
    payloads.push(...batch.map((message) => message.payload));
    assert.equal(payloads.at(-1)?.bytes().length, SIZE);
    await work(20);
  });
  await eventually(async () => assert.equal(sum(batches), MESSAGES), 60_000);
  assert.ok(Math.max(...batches.slice(-4)) <= 4, `at last ${batches.slice(-4).join(', ')} at once`);
  // Those of the last batch may still be on their way to be acknowledged.
  assert.throws(() => payloads[0]?.bytes(), /its memory was given back/);
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, each) => all + each, 0);
}

void describe('two consumers of one queue, one of them a hundred times as slow', () => {
  const MESSAGES = 1_200;
  const SLOW_MS = 20;

  /** How many each of them got, and how many the slow one still had when the queue was empty. */
  async function shares(holdMs: number | undefined) {
    await using server = await testBroker();
    await using broker = openBroker({ url: server.url, log: collectedLog().log });
    await broker.declareQueue({ name: 'work', durable: true });
    await send(broker, 'work', 0, MESSAGES);
    const got = { slow: [] as string[], fast: [] as string[] };
    const take = (who: 'slow' | 'fast', eachMs: number) => async (batch: readonly Delivery[]) => {
      await work(eachMs * batch.length);
      got[who].push(...batch.map(textOf));
    };
    const options = { prefetch: 500, batchMax: 20, lingerMs: 0, overlap: 1, ...(holdMs && { holdMs }) };
    await broker.consume('work', options, take('slow', SLOW_MS));
    await broker.consume('work', options, take('fast', SLOW_MS / 100));
    await eventually(async () => {
      const depth = await broker.queueDepth('work');
      assert.equal(depth?.messages, 0);
      assert.ok(got.fast.length > MESSAGES / 3);
    }, 60_000);
    const before = got.slow.length;
    await eventually(async () => assert.equal(new Set([...got.slow, ...got.fast]).size, MESSAGES), 60_000);
    return { slow: got.slow.length, fast: got.fast.length, leftToSlow: got.slow.length - before };
  }

  test('by a number alone the slow one takes that number, and the last message waits for it', async () => {
    const { slow } = await shares(undefined);
    assert.ok(slow >= 500, `${slow} of ${MESSAGES}`);
  });

  test('by the time that it takes it gets a few, and nothing waits much longer than that', async () => {
    const { slow, fast, leftToSlow } = await shares(200);
    assert.equal(slow + fast, MESSAGES);
    assert.ok(slow < MESSAGES / 6, `${slow} of ${MESSAGES}`);
    assert.ok(leftToSlow * SLOW_MS <= 1_000, `${leftToSlow} were left to it`);
  });
});
