import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Broker } from '../../src/broker/broker.ts';
import type { PauseBounds } from '../../src/broker/pauses.ts';
import { BATCHES, ONE_BY_ONE, payloadOf, says, send, SHORT_PAUSES, WITHIN_MS } from './inbox.ts';
import { settledYet } from './turns.ts';

/** How a broker ends: the part of the contract that needs brokers of its own to close. */
export function brokerEndsContract(open: (options: { pauses: PauseBounds }) => Broker): void {
  test('close while busy waits for the handler and what it publishes', async () => {
    const busy = open({ pauses: SHORT_PAUSES });
    const [from, to] = ['contract-busy-from', 'contract-busy-to'];
    for (const name of [from, to]) await busy.declareQueue({ name, durable: true });
    const sent = send(busy, from, 0, 4);
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    let handled = 0;
    const consumer = await busy.consume(from, { ...BATCHES, batchMax: 2, prefetch: 2 }, async (batch) => {
      begun.resolve();
      await gate.promise;
      await Promise.all(batch.map(({ payload }) => busy.publish({ queue: to }, { payload })));
      handled += batch.length;
    });
    await begun.promise;
    const closed = busy.close({ timeoutMs: WITHIN_MS });
    assert.equal(await settledYet(closed), false);
    gate.resolve();
    await closed;
    await consumer.done;
    await sent;
    assert.equal(busy.state, 'closed');
    assert.ok(handled >= 1 && handled <= 2, 'the batch in hand, and no further one');
    await assert.rejects(
      busy.publish({ queue: to }, { payload: payloadOf('late') }),
      says('retry', /closed/),
    );
  });

  test('close gives up after its time', async () => {
    const stuck = open({ pauses: SHORT_PAUSES });
    const queue = 'contract-stuck';
    await stuck.declareQueue({ name: queue, durable: true });
    await stuck.publish({ queue }, { payload: payloadOf('a') });
    const begun = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    await stuck.consume(queue, ONE_BY_ONE, () => {
      begun.resolve();
      return gate.promise;
    });
    await begun.promise;
    await stuck.close({ timeoutMs: 50 });
    assert.equal(stuck.state, 'closed');
    gate.resolve();
  });

  test('state is told, and the address has no password', async () => {
    const other = open({ pauses: SHORT_PAUSES });
    const states: string[] = [];
    other.onState((state) => states.push(state));
    const deaf = other.onState(() => assert.fail('it was ended'));
    deaf();
    await other.declareQueue({ name: 'contract-state', durable: true });
    assert.equal(other.state, 'connected');
    await other.close();
    await other.close();
    assert.equal(states.at(-1), 'closed');
    assert.doesNotMatch(other.address, /guest:/);
  });
}
