import { setTimeout as wait } from 'node:timers/promises';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Broker, ConsumeOptions, Consumer, Handler, Message, Target, Visit } from '../broker/broker.ts';
import { DEAD_LETTERS, type QueueSpec } from '../wire/queues.ts';

/** A scrape waits no longer for the depth of a queue: it is left out then. */
const DEPTH_WAIT_MS = 1_000;

/**
 * A broker that counts, for whoever watches a service: what was delivered, redelivered and dead-lettered, how deep the
 * queues are that it reads, and whether the broker is there. It is otherwise the broker that it is given.
 */
export class CountingBroker implements Broker {
  readonly #broker: Broker;
  readonly #delivered: Counter<'queue'>;
  readonly #redelivered: Counter<'queue'>;
  readonly #dead: Counter<'origin'>;
  readonly #queues = new Set<string>();

  constructor(broker: Broker, registry: Registry) {
    this.#broker = broker;
    const registers = [registry];
    this.#delivered = new Counter({
      name: 'aftermath_messages_delivered_total',
      help: 'Messages that this service was given, by queue',
      labelNames: ['queue'],
      registers,
    });
    this.#redelivered = new Counter({
      name: 'aftermath_messages_redelivered_total',
      help: 'Those of them that may have been handled before',
      labelNames: ['queue'],
      registers,
    });
    this.#dead = new Counter({
      name: 'aftermath_dead_letters_total',
      help: 'Records that this service put into the dead-letter queue, by the queue they came from',
      labelNames: ['origin'],
      registers,
    });
    this.#gauges(registers);
  }

  get address(): string {
    return this.#broker.address;
  }

  get state(): Broker['state'] {
    return this.#broker.state;
  }

  onState(listener: Parameters<Broker['onState']>[0]): () => void {
    return this.#broker.onState(listener);
  }

  declareQueue(queue: QueueSpec): Promise<void> {
    return this.#broker.declareQueue(queue);
  }

  declareFanout(exchange: string): Promise<void> {
    return this.#broker.declareFanout(exchange);
  }

  bindQueue(queue: string, source: { exchange: string; key: string }): Promise<void> {
    return this.#broker.bindQueue(queue, source);
  }

  queueDepth(queue: string): ReturnType<Broker['queueDepth']> {
    return this.#broker.queueDepth(queue);
  }

  async publish(target: Target, message: Message): Promise<void> {
    await this.#broker.publish(target, message);
    if ('queue' in target && target.queue === DEAD_LETTERS)
      this.#dead.inc({ origin: String(message.headers?.['origin'] ?? 'unknown') });
  }

  consume(queue: string, options: ConsumeOptions, handle: Handler): Promise<Consumer> {
    this.#queues.add(queue);
    this.#delivered.inc({ queue }, 0);
    this.#redelivered.inc({ queue }, 0);
    return this.#broker.consume(queue, options, (batch) => {
      this.#delivered.inc({ queue }, batch.length);
      const again = batch.reduce((count, { redelivered }) => count + Number(redelivered), 0);
      if (again > 0) this.#redelivered.inc({ queue }, again);
      return handle(batch);
    });
  }

  subscribe(exchange: string, handle: (message: Message) => void): Promise<Consumer> {
    return this.#broker.subscribe(exchange, handle);
  }

  browse(queue: string, visit: Visit): Promise<void> {
    return this.#broker.browse(queue, visit);
  }

  close(options?: { timeoutMs: number }): Promise<void> {
    return this.#broker.close(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#broker[Symbol.asyncDispose]();
  }

  #gauges(registers: Registry[]): void {
    const [broker, queues] = [this.#broker, this.#queues];
    void new Gauge({
      name: 'aftermath_broker_connected',
      help: '1 while the broker is there and takes what is published, else 0',
      registers,
      collect() {
        this.set(Number(broker.state === 'connected'));
      },
    });
    void new Gauge({
      name: 'aftermath_queue_messages',
      help: 'Messages that are ready in a queue that this service reads; absent while the broker does not say',
      labelNames: ['queue'],
      registers,
      async collect() {
        this.reset();
        const depths = await Promise.all(
          [...queues].map(async (queue) => [queue, await depthOf(broker, queue)] as const),
        );
        for (const [queue, depth] of depths) if (depth !== undefined) this.set({ queue }, depth);
      },
    });
  }
}

async function depthOf(broker: Broker, queue: string): Promise<number | undefined> {
  if (broker.state !== 'connected') return undefined;
  const asked = broker.queueDepth(queue).then(
    (depth) => depth?.messages,
    // It may not be allowed to ask.
    () => undefined,
  );
  return Promise.race([asked, wait(DEPTH_WAIT_MS, undefined, { ref: false })]);
}
