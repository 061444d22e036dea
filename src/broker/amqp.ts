import { AftermathError } from '../service/errors.ts';
import type { Logger } from '../service/logging.ts';
import type { QueueSpec, QueueType } from '../wire/queues.ts';
import { browseQueue } from './amqp-browse.ts';
import { AmqpConsumer, type ConsumerParts } from './amqp-consumer.ts';
import { Link } from './amqp-link.ts';
import { Publisher } from './amqp-publisher.ts';
import { AmqpSubscription } from './amqp-subscription.ts';
import { parseAmqpUrl, type AmqpAccess } from './amqp-target.ts';
import { lookAtQueue, Topology } from './amqp-topology.ts';
import type {
  Broker,
  BrokerState,
  ConsumeOptions,
  Consumer,
  Handler,
  Message,
  Target,
  Visit,
} from './broker.ts';
import { pause, type PauseBounds } from './pauses.ts';

/** How to reach RabbitMQ, and how much may be under way. */
export interface AmqpBrokerOptions {
  readonly url: string;
  /** What settings say beside the URL. */
  readonly access?: AmqpAccess;
  readonly log: Logger;
  /** How the connections are called in RabbitMQ's management page, with ` (publish)` and ` (consume)` behind. */
  readonly name: string;
  /** Unconfirmed publishes at most. */
  readonly publishInFlightMax: number;
  /** What durable queues that are not there yet are declared as. Default `classic`. */
  readonly queueType?: QueueType | undefined;
  /** Pauses between attempts of every kind. Default 0.2 s to 10 s. */
  readonly pauses?: PauseBounds;
}

/**
 * The broker over AMQP 0-9-1: RabbitMQ.
 *
 * @throws {AftermathError} `usage` when the URL cannot be read
 */
export class AmqpBroker implements Broker {
  readonly address: string;
  readonly #link: Link;
  readonly #topology: Topology;
  readonly #publisher: Publisher;
  readonly #parts: ConsumerParts;
  readonly #consumers = new Set<Consumer>();
  #closing: Promise<void> | undefined;

  constructor(options: AmqpBrokerOptions) {
    const { log, name } = options;
    const target = parseAmqpUrl(options.url, options.access);
    const pauses = options.pauses && { pauses: options.pauses };
    const topology = new Topology(options.queueType ?? 'classic');
    this.#topology = topology;
    this.address = target.shown;
    this.#link = new Link({ target, log, name, prepare: (session) => topology.restore(session), ...pauses });
    this.#parts = { link: this.#link, topology, log, ...pauses };
    this.#publisher = new Publisher({ ...this.#parts, inFlightMax: options.publishInFlightMax });
  }

  get state(): BrokerState {
    return this.#link.state;
  }

  onState(listener: (state: BrokerState) => void): () => void {
    return this.#link.onState(listener);
  }

  declareQueue(queue: QueueSpec): Promise<void> {
    const action = `declare queue "${queue.name}"`;
    return this.#link.use(action, (session) => this.#topology.declareQueue(session, queue));
  }

  declareFanout(exchange: string): Promise<void> {
    const action = `declare exchange "${exchange}"`;
    return this.#link.use(action, (session) => this.#topology.declareFanout(session, exchange));
  }

  bindQueue(queue: string, source: { exchange: string; key: string }): Promise<void> {
    const action = `bind queue "${queue}" to exchange "${source.exchange}"`;
    return this.#link.use(action, (session) => this.#topology.bind(session, { queue, ...source }));
  }

  queueDepth(queue: string): Promise<{ messages: number; consumers: number } | undefined> {
    return this.#link.use(`look at queue "${queue}"`, (session) => lookAtQueue(session, queue));
  }

  publish(target: Target, message: Message): Promise<void> {
    return this.#publisher.publish(target, message);
  }

  async consume(queue: string, options: ConsumeOptions, handle: Handler): Promise<Consumer> {
    this.#mustBeOpen(`consume queue "${queue}"`);
    return this.#keep(new AmqpConsumer(this.#parts, queue, options, handle));
  }

  async subscribe(exchange: string, handle: (message: Message) => void): Promise<Consumer> {
    this.#mustBeOpen(`subscribe to exchange "${exchange}"`);
    return this.#keep(new AmqpSubscription(this.#parts, exchange, handle));
  }

  async browse(queue: string, visit: Visit): Promise<void> {
    this.#mustBeOpen(`look through queue "${queue}"`);
    await browseQueue(this.#link, queue, visit);
  }

  close(options: { timeoutMs: number } = { timeoutMs: 5_000 }): Promise<void> {
    this.#closing ??= this.#close(options.timeoutMs);
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(timeoutMs: number): Promise<void> {
    const over = new AbortController();
    const stopped = Promise.all(Array.from(this.#consumers, (consumer) => consumer.stop()));
    const finished = stopped.then(() => this.#publisher.idle());
    await Promise.race([finished, pause(timeoutMs, over.signal)]);
    over.abort();
    this.#publisher.close(new AftermathError('retry', 'Cannot finish publishing: the broker was closed.'));
    await this.#link.close();
  }

  async #keep(consumer: Consumer & { readonly started: Promise<void> }): Promise<Consumer> {
    this.#consumers.add(consumer);
    const forget = (): void => void this.#consumers.delete(consumer);
    consumer.done.then(forget, forget);
    await consumer.started;
    return consumer;
  }

  #mustBeOpen(action: string): void {
    if (this.#closing) throw new AftermathError('retry', `Cannot ${action}: the broker is closed.`);
  }
}
