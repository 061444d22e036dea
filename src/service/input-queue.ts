import type { Broker } from '../broker/broker.ts';
import { dataQueue, type Dialect } from '../wire/queues.ts';
import type { Source } from './setting.ts';

/**
 * Makes sure that a stage's input queue is there and gives its name: the data queue itself, or with `bind` a
 * durable one of our own on somebody's exchange, so that nothing is taken away from who reads theirs.
 */
export async function declareInput(
  broker: Broker,
  input: { readonly queue: string; readonly dialect: Dialect; readonly bind: Source | undefined },
): Promise<string> {
  if (input.bind === undefined) {
    await broker.declareQueue(dataQueue(input.queue, input.dialect));
    return input.queue;
  }
  const own = ownQueue(input.queue, input.bind);
  await broker.declareQueue({ name: own, durable: true });
  await broker.bindQueue(own, input.bind);
  return own;
}

/** Name of the queue of our own in place of `queue`, on somebody's exchange. */
export function ownQueue(queue: string, source: Source): string {
  return `aftermath.${queue}.${source.exchange}`;
}
