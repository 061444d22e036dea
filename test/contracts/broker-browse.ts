import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { Broker } from '../../src/broker/broker.ts';
import type { PauseBounds } from '../../src/broker/pauses.ts';
import { eventually } from '../setup/eventually.ts';
import { BATCHES, Inbox, SHORT_PAUSES, WITHIN_MS, numbers, says, send, textOf } from './inbox.ts';

/** Looking through a queue, as `browse` of `src/broker/broker.ts` promises it. Part of `brokerContract`. */
export function brokerBrowseContract(
  open: (options: { pauses: PauseBounds }) => Broker,
  isQuorum: () => boolean,
): void {
  async function withQueue(work: (broker: Broker, queue: string) => Promise<void>): Promise<void> {
    await using broker = open({ pauses: SHORT_PAUSES });
    const queue = `browse-${randomUUID()}`;
    await broker.declareQueue({ name: queue, durable: true, keepMax: 1000 });
    await work(broker, queue);
  }

  async function leaves(broker: Broker, queue: string, texts: readonly string[]): Promise<void> {
    await holds(broker, queue, texts.length);
    const inbox = new Inbox();
    const consumer = await broker.consume(queue, BATCHES, inbox.handler);
    await inbox.holds(texts.length);
    await consumer.stop();
    assertTexts(inbox.texts, texts);
  }

  function assertTexts(found: readonly string[], expected: readonly string[]): void {
    if (isQuorum()) assert.deepEqual(found.toSorted(), expected.toSorted());
    else assert.deepEqual(found, expected);
  }

  function holds(broker: Broker, queue: string, count: number): Promise<void> {
    const look = async (): Promise<void> => assert.equal((await broker.queueDepth(queue))?.messages, count);
    return isQuorum() ? eventually(look, WITHIN_MS) : look();
  }

  test('looking through a queue shows everything in order and changes nothing, however often', async () => {
    await withQueue(async (broker, queue) => {
      await send(broker, queue, 0, 50);
      for (let look = 0; look < 30; look += 1) {
        const seen: string[] = [];
        await broker.browse(queue, async (message) => {
          seen.push(textOf(message));
          assert.equal(message.redelivered, look > 0);
          return 'keep';
        });
        assertTexts(seen, numbers(50));
        await holds(broker, queue, 50);
      }
      await leaves(broker, queue, numbers(50));
    });
  });

  test('what is taken while looking is gone, the rest keeps its order, and looking ends where it is told to', async () => {
    await withQueue(async (broker, queue) => {
      await send(broker, queue, 0, 10);
      const seen: string[] = [];
      await broker.browse(queue, async (message) => {
        const number = seen.push(textOf(message)) - 1;
        if (number === 6) return 'end';
        return number % 2 === 0 ? 'take' : 'keep';
      });
      assert.deepEqual(seen, numbers(7));
      await leaves(broker, queue, ['1', '3', '5', '6', '7', '8', '9']);
    });
  });

  test('what comes into a queue while it is looked through is not seen', async () => {
    await withQueue(async (broker, queue) => {
      await send(broker, queue, 0, 3);
      const seen: string[] = [];
      await broker.browse(queue, async (message) => {
        seen.push(textOf(message));
        await send(broker, queue, 2 + seen.length, 1);
        return 'take';
      });
      assert.deepEqual(seen, numbers(3));
      await leaves(broker, queue, ['3', '4', '5']);
    });
  });

  test('looking that fails on the way leaves everything that was not taken', async () => {
    await withQueue(async (broker, queue) => {
      await send(broker, queue, 0, 5);
      const looking = broker.browse(queue, async (message) => {
        if (textOf(message) === '0') return 'take';
        if (textOf(message) === '1') return 'keep';
        throw new TypeError('a bug');
      });
      await assert.rejects(looking, /a bug/);
      await leaves(broker, queue, ['1', '2', '3', '4']);
    });
  });

  test('an empty queue has nothing to look at, and one that is not there is refused with words', async () => {
    await withQueue(async (broker, queue) => {
      await broker.browse(queue, async () => assert.fail('there is nothing to see'));
      const nowhere = broker.browse('nowhere', async () => 'keep');
      await assert.rejects(nowhere, says('stop', /look through queue "nowhere": there is no such queue/));
    });
  });
}
