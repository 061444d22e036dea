import { AftermathError } from '../service/errors.ts';
import type { QueueSpec } from '../wire/queues.ts';
import { Batches, isRetry } from './batches.ts';
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
import { Fifo } from './fifo.ts';
import { MemoryQueue } from './memory-queue.ts';
import { PAUSE_BOUNDS, Pauses, pause, type PauseBounds } from './pauses.ts';

/** The bounds of a broker in memory. */
export interface MemoryBrokerOptions {
  /** Messages that a queue without a consumer takes before `publish` waits. Default 10,000. */
  readonly queueMax?: number;
  /** Pauses before a batch that was to be retried comes again. */
  readonly retryPauses?: PauseBounds;
}

/**
 * The broker inside one process: the contract of `broker.ts` without a server, a socket or a byte of JSON.
 * A consumer gets the very payload that was published. Nothing outlives the process; that is why `publish`
 * waits for the consumer's acknowledgement: what it fulfils for has had its effect.
 */
export class MemoryBroker implements Broker {
  readonly address = 'memory';
  readonly #queueMax: number;
  readonly #retryPauses: PauseBounds;
  readonly #queues = new Map<string, MemoryQueue>();
  readonly #exchanges = new Map<string, Exchange>();
  readonly #consumers = new Set<Consumer>();
  readonly #listeners = new Set<(state: BrokerState) => void>();
  #state: BrokerState = 'connected';

  constructor(options: MemoryBrokerOptions = {}) {
    this.#queueMax = options.queueMax ?? 10_000;
    this.#retryPauses = options.retryPauses ?? PAUSE_BOUNDS;
  }

  get state(): BrokerState {
    return this.#state;
  }

  onState(listener: (state: BrokerState) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async declareQueue(queue: QueueSpec): Promise<void> {
    this.#mustBeOpen(`declare queue "${queue.name}"`);
    if (!this.#queues.has(queue.name))
      this.#queues.set(queue.name, new MemoryQueue(this.#queueMax, queue.keepMax));
  }

  async declareFanout(exchange: string): Promise<void> {
    this.#mustBeOpen(`declare exchange "${exchange}"`);
    if (!this.#exchanges.has(exchange))
      this.#exchanges.set(exchange, { queues: new Set(), subscribers: new Set() });
  }

  async bindQueue(queue: string, source: { exchange: string; key: string }): Promise<void> {
    const action = `bind queue "${queue}" to exchange "${source.exchange}"`;
    this.#mustBeOpen(action);
    this.#exchange(source.exchange, action).queues.add(this.#queue(queue, action));
  }

  async queueDepth(queue: string): Promise<{ messages: number; consumers: number } | undefined> {
    const found = this.#queues.get(queue);
    return found && { messages: found.ready, consumers: found.consumers };
  }

  async publish(target: Target, message: Message): Promise<void> {
    if ('queue' in target) {
      const action = `publish to queue "${target.queue}"`;
      this.#mustBeOpen(action);
      return this.#queue(target.queue, action, 'refused').publish(message);
    }
    const action = `publish to exchange "${target.exchange}"`;
    this.#mustBeOpen(action);
    const exchange = this.#exchange(target.exchange, action);
    for (const subscriber of exchange.subscribers) subscriber.push(message);
    await Promise.all(Array.from(exchange.queues, (queue) => queue.publish(message)));
    return undefined;
  }

  async consume(queue: string, options: ConsumeOptions, handle: Handler): Promise<Consumer> {
    const action = `consume queue "${queue}"`;
    this.#mustBeOpen(action);
    return this.#keep(new MemoryConsumer(this.#queue(queue, action), options, handle, this.#retryPauses));
  }

  async subscribe(exchange: string, handle: (message: Message) => void): Promise<Consumer> {
    const action = `subscribe to exchange "${exchange}"`;
    this.#mustBeOpen(action);
    return this.#keep(new Subscriber(this.#exchange(exchange, action), handle));
  }

  async browse(queue: string, visit: Visit): Promise<void> {
    const action = `look through queue "${queue}"`;
    this.#mustBeOpen(action);
    await this.#queue(queue, action).browse(visit);
  }

  async close(options: { timeoutMs: number } = { timeoutMs: 10_000 }): Promise<void> {
    if (this.#state === 'closed') return;
    const timeout = new AbortController();
    const stopped = Promise.all(Array.from(this.#consumers, (consumer) => consumer.stop()));
    await Promise.race([stopped, pause(options.timeoutMs, timeout.signal)]);
    timeout.abort();
    this.#state = 'closed';
    const closed = new AftermathError('retry', 'Cannot finish publishing: the broker was closed.');
    for (const queue of this.#queues.values()) queue.close(closed);
    for (const listener of this.#listeners) listener('closed');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #keep(consumer: Consumer): Consumer {
    this.#consumers.add(consumer);
    const forget = (): void => void this.#consumers.delete(consumer);
    consumer.done.then(forget, forget);
    return consumer;
  }

  #queue(name: string, action: string, consequence: 'stop' | 'refused' = 'stop'): MemoryQueue {
    const queue = this.#queues.get(name);
    if (queue) return queue;
    throw new AftermathError(consequence, `Cannot ${action}: there is no such queue. Declare it first.`);
  }

  #exchange(name: string, action: string): Exchange {
    const exchange = this.#exchanges.get(name);
    if (exchange) return exchange;
    throw new AftermathError('stop', `Cannot ${action}: there is no such exchange. Declare it first.`);
  }

  #mustBeOpen(action: string): void {
    if (this.#state === 'closed')
      throw new AftermathError('retry', `Cannot ${action}: the broker is closed.`);
  }
}

interface Exchange {
  readonly queues: Set<MemoryQueue>;
  readonly subscribers: Set<Subscriber>;
}

class MemoryConsumer implements Consumer {
  readonly done: Promise<void>;
  readonly #queue: MemoryQueue;
  readonly #options: ConsumeOptions;
  readonly #handle: Handler;
  readonly #stopping = new AbortController();

  constructor(queue: MemoryQueue, options: ConsumeOptions, handle: Handler, retryPauses: PauseBounds) {
    this.#queue = queue;
    this.#options = options;
    this.#handle = handle;
    this.done = this.#run(new Pauses(retryPauses));
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.done.catch(() => {});
  }

  async #run(pauses: Pauses): Promise<void> {
    const place = this.#queue.join(this.#options.prefetch);
    try {
      while (!this.#stopping.signal.aborted) {
        const error = await this.#session(place, pauses);
        if (error === undefined) return;
        if (!isRetry(error.error)) throw error.error;
        await pause(pauses.nextMs(), this.#stopping.signal);
      }
    } finally {
      this.#queue.leave(place);
    }
  }

  /** Consumes until it is stopped or a handler fails; what was not acknowledged is back in the queue then. */
  async #session(
    place: ReturnType<MemoryQueue['join']>,
    pauses: Pauses,
  ): Promise<{ readonly error: unknown } | undefined> {
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    const batches = new Batches({
      batchMax: () => Math.min(this.#options.batchMax, this.#options.prefetch),
      lingerMs: this.#options.lingerMs,
      overlap: this.#options.overlap,
      handle: this.#handle,
      acknowledge: (batch: Parameters<typeof place.acknowledge>[0]) => {
        pauses.reset();
        place.acknowledge(batch);
      },
      failed: end,
    });
    const stop = (): void => end();
    this.#stopping.signal.addEventListener('abort', stop);
    place.open((entry) => batches.push(entry));
    await over;
    this.#stopping.signal.removeEventListener('abort', stop);
    place.pause();
    const { unacknowledged, failure } = await batches.end();
    place.giveBack(unacknowledged);
    return failure;
  }
}

/** Sees what is published from now on; called after the publisher's turn, in order. */
class Subscriber implements Consumer {
  readonly done: Promise<void>;
  readonly #exchange: Exchange;
  readonly #handle: (message: Message) => void;
  readonly #messages = new Fifo<Message>();
  readonly #settle: { resolve: () => void; reject: (error: unknown) => void };
  #scheduled = false;

  constructor(exchange: Exchange, handle: (message: Message) => void) {
    this.#exchange = exchange;
    this.#handle = handle;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.done = promise;
    this.#settle = { resolve, reject };
    exchange.subscribers.add(this);
  }

  push(message: Message): void {
    this.#messages.push(message);
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => this.#deliver());
  }

  async stop(): Promise<void> {
    this.#exchange.subscribers.delete(this);
    this.#settle.resolve();
    await this.done.catch(() => {});
  }

  #deliver(): void {
    this.#scheduled = false;
    try {
      while (this.#exchange.subscribers.has(this)) {
        const message = this.#messages.shift();
        if (!message) return;
        this.#handle(message);
      }
    } catch (error) {
      this.#exchange.subscribers.delete(this);
      this.#settle.reject(error);
    }
  }
}
