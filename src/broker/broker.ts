import type { Payload } from '../wire/payload.ts';
import type { QueueSpec } from '../wire/queues.ts';

/**
 * The way over the broker, and the whole of what a stage may rely on. `amqp.ts` and `memory.ts` implement
 * it, and both pass `test/contracts/broker.ts`.
 *
 * - **At least once.** A message that was confirmed to its publisher is delivered until a consumer has
 *   acknowledged it, whatever crashes. It may be delivered more than once; then `redelivered` is set.
 * - **Order.** A queue with one consumer delivers in the order of publishing, redeliveries first. A quorum
 *   queue gives redeliveries in any order (RabbitMQ 3.10: the last first, where they are more than 32).
 * - **Acknowledgement follows the effect.** A batch is acknowledged, with one multiple-ack, when the promise
 *   of its handler is fulfilled, and never before an earlier batch is. When it rejects with a `retry` error
 *   the batch goes back to the queue and comes again after a growing pause; any other rejection stops the
 *   consumer, leaves the batch unacknowledged and rejects `Consumer.done`.
 * - **Back-pressure.** At most `prefetch` messages are unacknowledged at a consumer; `publish` fulfils
 *   only when the message is safe, and at most `publishInFlightMax` publishes are open: more wait.
 * - **A lost or blocked connection pauses.** A broker is usable from construction: calls wait for the
 *   connection and survive its loss (open publishes are sent again, consumers resume). Nothing throws
 *   because the server is away; only `close` ends the waiting. What can never succeed (wrong password, no
 *   permission, a queue that exists with another meaning) rejects with a `stop` error that says what to do.
 */
export interface Broker extends AsyncDisposable {
  /** What to show of it: scheme, hosts and virtual host, never a password. */
  readonly address: string;
  readonly state: BrokerState;
  /** Calls the listener with every change of `state`; returns how to end that. */
  onState(listener: (state: BrokerState) => void): () => void;

  /** Makes sure the queue is there: one that exists is used as it is, whatever its arguments. */
  declareQueue(queue: QueueSpec): Promise<void>;
  /** Makes sure the fanout exchange is there. */
  declareFanout(exchange: string): Promise<void>;
  /** A queue of our own on an exchange of somebody else's: the exchange must exist. */
  bindQueue(queue: string, source: { exchange: string; key: string }): Promise<void>;
  /** Messages ready and consumers, or `undefined` when there is no such queue. */
  queueDepth(queue: string): Promise<{ messages: number; consumers: number } | undefined>;

  /**
   * Sends one message and fulfils when it is safe: over AMQP when the broker has confirmed it (to a durable
   * queue: written to disk), in memory when its consumer has acknowledged it (there is no disk that would keep
   * it), or at once where the queue has no consumer.
   */
  publish(target: Target, message: Message): Promise<void>;

  /** Consumes a queue in batches. */
  consume(queue: string, options: ConsumeOptions, handle: Handler): Promise<Consumer>;
  /** Sees every message of a fanout exchange from now on, through a queue of its own that ends with it. No redelivery. */
  subscribe(exchange: string, handle: (message: Message) => void): Promise<Consumer>;

  /**
   * Looks through what is in a queue now, oldest first, one message after the other. When this settles, what
   * `visit` answered `take` for is off the queue, and everything else is back in its place, marked as redelivered; so
   * it is when `visit` rejects, and this with it. What consumers have in hand, and what comes meanwhile, is not seen.
   *
   * In a classic queue looking costs a message nothing. A quorum queue has it back a moment later, in any order, and before
   * RabbitMQ 4.3 counts each look as a delivery (header `x-delivery-count`); 4.0 drops a message after 20, unless its
   * delivery limit says otherwise, as that of our own queues does.
   *
   * @throws {AftermathError} `stop`: there is no such queue; `retry`: the connection was lost on the way
   */
  browse(queue: string, visit: Visit): Promise<void>;

  /** Waits for handlers and open publishes (bounded by `timeoutMs`), then ends the connection. */
  close(options?: { timeoutMs: number }): Promise<void>;
}

/** `blocked`: connected, but the server takes no publishes (memory or disk alarm). */
export type BrokerState = 'connecting' | 'connected' | 'blocked' | 'closed';

/** Where a message goes: into one queue (the default exchange), or to everybody on a fanout exchange. */
export type Target = { readonly queue: string } | { readonly exchange: string };

/** What is published. Headers are strings, numbers and booleans; without any: none are sent. */
export interface Message {
  readonly payload: Payload;
  readonly headers?: Readonly<Record<string, string | number | boolean>>;
  /** Where an answer is wanted, and how to mark it. */
  readonly replyTo?: string | undefined;
  readonly correlationId?: string | undefined;
}

/** A message as its consumer gets it, its bytes good until it is acknowledged. `redelivered`: it may have been handled before. */
export interface Delivery extends Message {
  readonly redelivered: boolean;
}

/** Handles a batch, never an empty one. Fulfilled: acknowledged; what a rejection does is said above. */
export type Handler = (batch: readonly Delivery[]) => Promise<void>;

/** Judges a message that is looked at: back to its place, off the queue for good, or back and no further one. */
export type Visit = (message: Delivery) => Promise<'keep' | 'take' | 'end'>;

/** The bounds of a consumer; each at least 1, but for `lingerMs`. */
export interface ConsumeOptions {
  /** Unacknowledged messages at most. */
  readonly prefetch: number;
  /**
   * Work in hand at most, as the time it takes: over AMQP fewer messages than `prefetch` are taken where they take longer, so
   * that of several consumers a slow one takes less. Default: `prefetch` alone bounds it.
   */
  readonly holdMs?: number;
  /** The bodies of messages in hand at most, in bytes: over AMQP fewer messages than `prefetch` are taken where they are larger. Default: any. */
  readonly holdBytes?: number;
  /** Messages handed over at once at most. */
  readonly batchMax: number;
  /** How long to wait for a batch to fill once its first message is there; 0: what has arrived in this turn. */
  readonly lingerMs: number;
  /** Batches being handled at once at most; they start in order and are acknowledged in order. */
  readonly overlap: number;
}

/** A running consumer. */
export interface Consumer {
  /** Settles when the consumer has ended: fulfilled after `stop`, rejected when a handler failed for good. */
  readonly done: Promise<void>;
  /** Takes no further message, waits for the batches in hand; what was not handled goes back to the queue. */
  stop(): Promise<void>;
}
