import type { Channel, Options } from 'amqplib';
import { AftermathError } from '../service/errors.ts';
import type { QueueSpec, QueueType } from '../wire/queues.ts';
import { isMissing, PRECONDITION_FAILED, replyCode } from './amqp-errors.ts';
import { onChannel, type Session } from './amqp-session.ts';

/** A queue on an exchange; `key` is the routing key or pattern, empty for a fanout exchange. */
export interface Binding {
  readonly queue: string;
  readonly exchange: string;
  readonly key: string;
}

/**
 * What this service has declared, so that it can be declared again: a transient queue is gone after a restart
 * of the server, and somebody may delete a queue at any time.
 */
export class Topology {
  readonly #queueType: QueueType;
  readonly #queues = new Map<string, QueueSpec>();
  readonly #fanouts = new Set<string>();
  readonly #bindings = new Map<string, Binding>();

  constructor(queueType: QueueType) {
    this.#queueType = queueType;
  }

  knowsQueue(name: string): boolean {
    return this.#queues.has(name);
  }

  knowsFanout(name: string): boolean {
    return this.#fanouts.has(name);
  }

  async declareQueue(session: Session, queue: QueueSpec): Promise<void> {
    await this.#ensureQueue(session, queue);
    this.#queues.set(queue.name, queue);
  }

  async declareFanout(session: Session, exchange: string): Promise<void> {
    await ensureFanout(session, exchange);
    this.#fanouts.add(exchange);
  }

  async bind(session: Session, binding: Binding): Promise<void> {
    await ensureBinding(session, binding);
    this.#bindings.set(JSON.stringify(binding), binding);
  }

  /** Declares a queue again, with what it was bound to; one that was never declared here is left to its owner. */
  async restoreQueue(session: Session, name: string): Promise<void> {
    const queue = this.#queues.get(name);
    if (queue) await this.#ensureQueue(session, queue);
    for (const binding of this.#bindings.values()) {
      if (binding.queue === name) await ensureBinding(session, binding);
    }
  }

  /** Makes sure, on a new session, that everything is there. */
  async restore(session: Session): Promise<void> {
    for (const exchange of this.#fanouts) await ensureFanout(session, exchange);
    for (const name of this.#queues.keys()) await this.restoreQueue(session, name);
  }

  async #ensureQueue(session: Session, queue: QueueSpec): Promise<void> {
    await ensure(session, {
      check: (channel) => channel.checkQueue(queue.name),
      create: (channel) => channel.assertQueue(queue.name, declaration(queue, this.#queueType)),
    });
  }
}

/** Whether there is such a queue, and what is in it. */
export async function lookAtQueue(
  session: Session,
  name: string,
): Promise<{ messages: number; consumers: number } | undefined> {
  try {
    const found = await onChannel(session.consuming, (channel) => channel.checkQueue(name));
    return { messages: found.messageCount, consumers: found.consumerCount };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** How a queue is declared that is not there yet. What is not durable can only be a classic queue. */
function declaration({ durable, keepMax }: QueueSpec, queueType: QueueType): Options.AssertQueue {
  const bound = keepMax === undefined ? {} : { maxLength: keepMax };
  if (durable && queueType === 'quorum') {
    return { durable, ...bound, arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': DELIVERY_LIMIT } };
  }
  // Said of a queue of our own, because a virtual host may have quorum queues as its default: people look through
  // it, and a quorum queue without a limit of ours may drop what was looked at too often.
  return keepMax === undefined
    ? { durable }
    : { durable, ...bound, arguments: { 'x-queue-type': 'classic' } };
}

/**
 * Deliveries after which a quorum queue gives a message up. RabbitMQ 4 does so after 20 unless told otherwise, and
 * each kill of a consumer is one: this no run of kills reaches. (3.10 knows no way to say "never".)
 */
const DELIVERY_LIMIT = 1_000_000_000;

async function ensureFanout(session: Session, exchange: string): Promise<void> {
  await ensure(session, {
    check: (channel) => channel.checkExchange(exchange),
    create: (channel) => channel.assertExchange(exchange, 'fanout', { durable: true }),
  });
}

async function ensureBinding(session: Session, { queue, exchange, key }: Binding): Promise<void> {
  try {
    await onChannel(session.consuming, (channel) => channel.bindQueue(queue, exchange, key));
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new AftermathError(
      'stop',
      `Cannot bind queue "${queue}" to exchange "${exchange}": there is no such exchange. It belongs to the service that publishes to it: start that one first, or correct the name.`,
      { cause: error },
    );
  }
}

/** Asks first and creates what is missing: declaring what exists with other arguments would be an error (406). */
async function ensure(
  session: Session,
  thing: { check: (channel: Channel) => Promise<unknown>; create: (channel: Channel) => Promise<unknown> },
): Promise<void> {
  if (await isThere(session, thing.check)) return;
  try {
    await onChannel(session.consuming, thing.create);
  } catch (error) {
    // Somebody else has made it in between, in their way: that will do.
    if (replyCode(error) === PRECONDITION_FAILED && (await isThere(session, thing.check))) return;
    throw error;
  }
}

async function isThere(session: Session, check: (channel: Channel) => Promise<unknown>): Promise<boolean> {
  try {
    await onChannel(session.consuming, check);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
