import type { Channel, ConsumeMessage } from 'amqplib';
import { AftermathError, messageOf } from '../service/errors.ts';
import type { Logger } from '../service/logging.ts';
import { Payload } from '../wire/payload.ts';
import { isMissing, lastingRefusal, serverText } from './amqp-errors.ts';
import type { Link } from './amqp-link.ts';
import { Hold } from './amqp-hold.ts';
import { Intake } from './amqp-intake.ts';
import { closeChannel, openChannel, type Session } from './amqp-session.ts';
import type { Topology } from './amqp-topology.ts';
import { Batches, isRetry } from './batches.ts';
import type { ConsumeOptions, Consumer, Delivery, Handler, Message } from './broker.ts';
import { PAUSE_BOUNDS, Pauses, pause, type PauseBounds } from './pauses.ts';

/** What a consumer needs of its broker. */
export interface ConsumerParts {
  readonly link: Link;
  readonly topology: Topology;
  readonly log: Logger;
  readonly pauses?: PauseBounds;
}

/**
 * Consumes a queue over a channel of its own, so that the prefetch and the multiple acknowledgement are its
 * own too. Whatever ends the channel (a lost connection, a deleted queue, a handler that wants the batch to
 * come again), everything unacknowledged is back in the queue, and consuming begins again on a new channel.
 */
export class AmqpConsumer implements Consumer {
  readonly done: Promise<void>;
  /** Fulfils when the server has taken it for the first time; rejects when it will not. */
  readonly started: Promise<void>;
  readonly #parts: ConsumerParts;
  readonly #queue: string;
  readonly #options: ConsumeOptions;
  readonly #handle: Handler;
  readonly #pauses: Pauses;
  readonly #stopping = Promise.withResolvers<undefined>();
  readonly #first = Promise.withResolvers<void>();
  readonly #stopSignal = new AbortController();
  #wasStarted = false;

  constructor(parts: ConsumerParts, queue: string, options: ConsumeOptions, handle: Handler) {
    this.#parts = parts;
    this.#queue = queue;
    this.#options = options;
    this.#handle = handle;
    this.#pauses = new Pauses(parts.pauses ?? PAUSE_BOUNDS);
    this.started = this.#first.promise;
    this.done = this.#run();
    // Whoever called `consume` hears of a failure to start by `started`, of a later one by `done`.
    this.started.catch(() => {});
  }

  async stop(): Promise<void> {
    this.#stopping.resolve(undefined);
    this.#stopSignal.abort();
    await this.done.catch(() => {});
  }

  async #run(): Promise<void> {
    try {
      while (!this.#stopSignal.signal.aborted) {
        const session = await Promise.race([this.#parts.link.session(), this.#stopping.promise]);
        if (session) await this.#consume(session);
      }
      this.#first.reject(
        new AftermathError('retry', `Cannot consume queue "${this.#queue}": the broker was closed.`),
      );
    } catch (error) {
      this.#first.reject(error);
      if (this.#wasStarted && !this.#endedWithBroker(error)) throw error;
    }
  }

  /** Stopped while there was no connection, and then the broker was closed. */
  #endedWithBroker(error: unknown): boolean {
    return this.#stopSignal.signal.aborted && this.#parts.link.state === 'closed' && isRetry(error);
  }

  /** Consumes on one session until something ends it. */
  async #consume(session: Session): Promise<void> {
    let opened: Awaited<ReturnType<typeof openChannel>> | undefined;
    try {
      opened = await openChannel(session.consuming);
      await this.#deliver(opened.channel, opened.ended);
    } catch (error) {
      if (opened) await closeChannel(opened.channel);
      if (error instanceof HandlerFailure) await this.#afterFailure(error.cause);
      else if (!session.isLost) await this.#afterRefusal(error);
    }
  }

  async #deliver(channel: Channel, ended: Promise<Error | undefined>): Promise<void> {
    const over = Promise.withResolvers<End>();
    let isOpen = true;
    void ended.then((reason) => {
      isOpen = false;
      over.resolve({ kind: 'lost', reason });
    });
    const { prefetch: prefetchMax, batchMax, holdMs, holdBytes } = this.#options;
    const hold = new Hold({ prefetchMax, holdMs, holdBytes });
    let inHand = 0;
    const intake = new Intake(channel, this.#queue, {
      message: (message) => {
        inHand += 1;
        batches.push(new Received(message, performance.now()));
      },
      cancelled: () => over.resolve({ kind: 'cancelled' }),
    });
    const batches = new Batches<Received>({
      batchMax: () => Math.min(batchMax, hold.batchMax),
      lingerMs: this.#options.lingerMs,
      overlap: this.#options.overlap,
      handle: this.#handle,
      acknowledge: (batch) => {
        this.#pauses.reset();
        const [first, last] = [batch[0], batch.at(-1)];
        if (!first || !last) return;
        // A tag means something on its own channel only; what an ended one delivered comes again.
        if (isOpen) acknowledge(channel, last.tag);
        const isCurrent = first.receivedAtMs >= intake.sinceMs;
        const heldMs = performance.now() - first.receivedAtMs;
        const done = { heldMs, inHand, messages: batch.length, bytes: bytesOf(batch) };
        if (isCurrent && hold.finished(done)) void intake.take(hold.prefetch);
        inHand -= batch.length;
        for (const message of batch) message.release();
      },
      failed: () => over.resolve({ kind: 'failed' }),
    });
    await intake.start(hold.prefetch);
    this.#wasStarted = true;
    this.#first.resolve();
    const end = await Promise.race([over.promise, this.#stopping.promise]);
    const ending = batches.end();
    if (isOpen && end?.kind !== 'cancelled') await intake.stop();
    const { failure } = await ending;
    if (failure) throw new HandlerFailure(failure.error);
    await closeChannel(channel);
    if (end?.kind === 'cancelled') await this.#afterCancel();
    if (end?.kind === 'lost' && end.reason) throw end.reason;
  }

  async #afterFailure(error: unknown): Promise<void> {
    if (!isRetry(error)) throw error;
    await this.#rest(`Cannot handle messages of queue "${this.#queue}" now: ${messageOf(error)}`);
  }

  async #afterCancel(): Promise<void> {
    const { link, topology } = this.#parts;
    await this.#rest(
      `RabbitMQ ended the consumer of queue "${this.#queue}" (the queue was deleted or moved).`,
    );
    const action = `declare queue "${this.#queue}" again`;
    await link.use(action, (session) => topology.restoreQueue(session, this.#queue));
  }

  /** The server refused to let us consume, or ended the channel. */
  async #afterRefusal(error: unknown): Promise<void> {
    const { link, topology } = this.#parts;
    const action = `consume queue "${this.#queue}"`;
    if (!this.#wasStarted) {
      const refusal = lastingRefusal(error, action, link.target);
      if (refusal) throw refusal;
      if (isMissing(error) && !topology.knowsQueue(this.#queue)) {
        throw new AftermathError('stop', `Cannot ${action}: there is no such queue. Declare it first.`);
      }
    }
    await this.#rest(`Cannot ${action} now: ${serverText(messageOf(error))}`);
    if (isMissing(error)) await link.use(action, (session) => topology.restoreQueue(session, this.#queue));
  }

  async #rest(found: string): Promise<void> {
    const ms = this.#pauses.nextMs();
    this.#parts.log.warn(`${found.replace(/[.\s]*$/, '.')} Trying again in ${(ms / 1000).toFixed(1)} s.`);
    await pause(ms, this.#stopSignal.signal);
  }
}

type End =
  | { readonly kind: 'lost'; readonly reason: Error | undefined }
  | { readonly kind: 'failed' | 'cancelled' };

class HandlerFailure extends Error {
  constructor(cause: unknown) {
    super('a handler failed', { cause });
  }
}

/** A delivery and the number by which its channel knows it. */
export class Received implements Delivery {
  readonly payload: Payload;
  readonly headers: NonNullable<Message['headers']>;
  readonly replyTo: string | undefined;
  readonly correlationId: string | undefined;
  readonly redelivered: boolean;
  readonly tag: number;
  /** Of `performance.now()`. */
  readonly receivedAtMs: number;
  /** The body, where it has memory of its own. */
  readonly #own: ArrayBuffer | undefined;

  constructor(
    message: Pick<ConsumeMessage, 'content' | 'properties'> & { readonly fields: DeliveryFields },
    receivedAtMs = 0,
  ) {
    const { headers, replyTo, correlationId } = message.properties;
    const { content } = message;
    this.#own = content.length >= OWN_BYTES_MIN ? new ArrayBuffer(content.length) : undefined;
    if (this.#own !== undefined) content.copy(new Uint8Array(this.#own));
    this.payload = Payload.ofBytes(this.#own === undefined ? content : Buffer.from(this.#own));
    this.headers = headers ? scalars(headers) : NO_HEADERS;
    this.replyTo = text(replyTo);
    this.correlationId = text(correlationId);
    this.redelivered = message.fields.redelivered;
    this.tag = message.fields.deliveryTag;
    this.receivedAtMs = receivedAtMs;
  }

  /** Its body is not needed any more: its memory is free now. */
  release(): void {
    this.#own?.transfer(0);
  }
}

/**
 * A larger body has memory of its own. What arrived in one packet lies in one piece, and is in hand for long enough to pass for old: the
 * garbage collector would let tens of megabytes of it come together.
 */
const OWN_BYTES_MIN = 4_096;

interface DeliveryFields {
  readonly redelivered: boolean;
  readonly deliveryTag: number;
}

const NO_HEADERS: NonNullable<Message['headers']> = {};

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Headers that are tables or lists (RabbitMQ's `x-death`) are left out. */
function scalars(headers: Readonly<Record<string, unknown>>): NonNullable<Message['headers']> {
  const kept: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      kept[name] = value;
  }
  return kept;
}

function bytesOf(batch: readonly Received[]): number {
  let bytes = 0;
  for (const { payload } of batch) bytes += payload.bytes().length;
  return bytes;
}

function acknowledge(channel: Channel, tag: number): void {
  try {
    // amqplib wants the message and reads this field only.
    channel.ack({ fields: { deliveryTag: tag } } as ConsumeMessage, true);
  } catch {
    // The channel is closing: the batch comes again.
  }
}
