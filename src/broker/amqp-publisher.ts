import type { ConfirmChannel, Message as AmqpMessage, Options } from 'amqplib';
import { AftermathError, messageOf } from '../service/errors.ts';
import type { Logger } from '../service/logging.ts';
import { ACCESS_REFUSED, isMissing, lastingRefusal, PRECONDITION_FAILED, replyCode } from './amqp-errors.ts';
import type { Link } from './amqp-link.ts';
import { closeChannel, openConfirmChannel, type Session } from './amqp-session.ts';
import type { Topology } from './amqp-topology.ts';
import type { Message, Target } from './broker.ts';
import { Fifo } from './fifo.ts';
import { PAUSE_BOUNDS, Pauses, type PauseBounds } from './pauses.ts';

/** What a publisher needs of its broker. */
export interface PublisherOptions {
  readonly link: Link;
  readonly topology: Topology;
  readonly log: Logger;
  /** Unconfirmed messages at most. */
  readonly inFlightMax: number;
  readonly pauses?: PauseBounds;
}

/** A message that was refused so often on one channel is sent on a new one. */
const REFUSALS_MAX = 3;

/** Bytes of unconfirmed messages at most, so that large messages do not fill the memory either. */
const IN_FLIGHT_BYTES_MAX = 16 * 1024 * 1024;

/**
 * Sends messages over a channel with confirms, in order, and sends again what was not confirmed when the
 * channel ended. Confirms come by number, many with one frame, so what is open is a queue of records, not of
 * callbacks.
 */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #pauses: Pauses;
  /** Sent on the present channel and not confirmed; the first has the number `#firstTag`. */
  readonly #sent = new Fifo<Open>();
  #firstTag = 1;
  #sentBytes = 0;
  /** Not sent yet: beyond the bound, or there is no channel. */
  readonly #waiting = new Fifo<Open>();
  /** The server could not take these; they are sent again after a pause. */
  #refused: Open[] = [];
  #channel: ConfirmChannel | undefined;
  #running = false;
  #closed: AftermathError | undefined;
  #idle: (() => void) | undefined;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#pauses = new Pauses(options.pauses ?? PAUSE_BOUNDS);
    options.link.onState((state) => {
      if (state === 'connected') this.#pump();
    });
  }

  publish(target: Target, message: Message): Promise<void> {
    if (this.#closed) return Promise.reject(this.#closed);
    const open = new Open(publishOf(target, message));
    this.#waiting.push(open);
    if (this.#channel) this.#pump();
    else if (!this.#running) void this.#run();
    return open.settled.promise;
  }

  /** Fulfils when nothing is open. */
  async idle(): Promise<void> {
    if (this.#openCount() === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idle = resolve;
    await promise;
  }

  /** Rejects what is open and what comes. */
  close(error: AftermathError): void {
    if (this.#closed) return;
    this.#closed = error;
    this.#channel = undefined;
    this.#takeBack();
    this.#rejectWhere(() => error);
  }

  /** Keeps a channel for as long as there is a link. */
  async #run(): Promise<void> {
    this.#running = true;
    const { link } = this.#options;
    while (!this.#closed) {
      let session: Session;
      try {
        session = await link.session();
      } catch (error) {
        this.close(error instanceof AftermathError ? error : new AftermathError('stop', messageOf(error)));
        return;
      }
      try {
        const { channel, ended } = await openConfirmChannel(session.publishing);
        this.#begin(channel);
        const reason = await ended;
        this.#channel = undefined;
        this.#takeBack();
        if (reason && !this.#closed) await this.#afterRefusal(session, reason);
      } catch (error) {
        if (!session.isLost) await link.rest(this.#pauses, `Cannot publish now: ${messageOf(error)}`);
      }
    }
  }

  #begin(channel: ConfirmChannel): void {
    if (this.#closed) return;
    this.#channel = channel;
    this.#firstTag = 1;
    channel.on('ack', (fields: { deliveryTag: number; multiple: boolean }) => this.#settle(fields, true));
    channel.on('nack', (fields: { deliveryTag: number; multiple: boolean }) => this.#settle(fields, false));
    channel.on('return', (message: AmqpMessage) => this.#returned(message));
    this.#pump();
  }

  #pump(): void {
    const channel = this.#channel;
    if (!channel || this.#options.link.state === 'blocked') return;
    while (this.#sent.length < this.#options.inFlightMax && this.#sentBytes < IN_FLIGHT_BYTES_MAX) {
      const open = this.#waiting.shift();
      if (!open) return;
      this.#sent.push(open);
      this.#sentBytes += open.content.length;
      try {
        channel.publish(open.exchange, open.key, open.content, open.options);
      } catch {
        // The channel is closing: its end, which comes next, puts everything back.
        this.#channel = undefined;
        return;
      }
    }
  }

  #settle({ deliveryTag, multiple }: { deliveryTag: number; multiple: boolean }, taken: boolean): void {
    const last = deliveryTag - this.#firstTag;
    for (let i = multiple ? 0 : last; i <= last; i += 1) {
      const open = this.#sent.at(i);
      if (!open || open.answered) continue;
      open.answered = true;
      this.#sentBytes -= open.content.length;
      if (taken && !open.returned) open.settled.resolve();
      else if (open.returned && !this.#options.topology.knowsQueue(open.key)) open.reject(noQueue(open.key));
      else this.#again(open);
    }
    while (this.#sent.at(0)?.answered) {
      this.#sent.shift();
      this.#firstTag += 1;
    }
    if (taken) this.#pauses.reset();
    this.#pump();
    this.#tellIdle();
  }

  /** No queue took it; its confirm follows. The server says which by its content only. */
  #returned(message: AmqpMessage): void {
    for (let i = 0; i < this.#sent.length; i += 1) {
      const open = this.#sent.at(i);
      if (open && !open.answered && !open.returned && open.is(message)) {
        open.returned = true;
        return;
      }
    }
  }

  #again(open: Open): void {
    open.refusals += 1;
    this.#refused.push(open);
    if (this.#refused.length === 1) void this.#sendAgain();
  }

  async #sendAgain(): Promise<void> {
    const { link, topology } = this.#options;
    const { returned, key } = this.#refused[0] as Open;
    const why = returned ? 'it is gone' : 'RabbitMQ could not take the message';
    await link.rest(this.#pauses, `Cannot publish to queue "${key}": ${why}`);
    if (this.#refused.some((open) => open.refusals >= REFUSALS_MAX)) this.#renewChannel();
    const gone = new Set(this.#refused.filter((open) => open.returned).map((open) => open.key));
    for (const queue of gone) {
      const restored = link.use(`declare queue "${queue}" again`, (session) =>
        topology.restoreQueue(session, queue),
      );
      await restored.catch((error: unknown) => {
        for (const open of this.#refused) if (open.key === queue) open.reject(error);
      });
    }
    const again = this.#refused.filter((open) => !open.rejected);
    this.#refused = [];
    this.#waiting.unshiftAll(again.map((open) => open.again()));
    this.#pump();
    this.#tellIdle();
  }

  /**
   * A channel that came while the nodes of a cluster chose a new leader of a quorum queue may go on asking the one that
   * is gone, and refuse for as long as that is away; a new channel asks anew.
   */
  #renewChannel(): void {
    for (const open of this.#refused) open.refusals = 0;
    const channel = this.#channel;
    this.#channel = undefined;
    if (channel) void closeChannel(channel);
  }

  /** The server closed the channel because of something that was sent: that is found, the rest sent again. */
  async #afterRefusal(session: Session, reason: Error): Promise<void> {
    const { link, topology } = this.#options;
    const text = messageOf(reason);
    const exchange = /exchange '([^']*)'/.exec(text)?.[1]?.replace(/^amq\.default$/, '');
    const sizeMax = Number(/larger than configured max size (\d+)/.exec(text)?.[1]);
    if (replyCode(reason) === PRECONDITION_FAILED && sizeMax > 0) {
      this.#rejectWhere((open) => open.tooLarge(sizeMax));
    } else if (replyCode(reason) === ACCESS_REFUSED && exchange !== undefined) {
      const where = exchange === '' ? 'queues' : `exchange "${exchange}"`;
      const refusal = lastingRefusal(reason, `publish to ${where}`, link.target);
      this.#rejectWhere((open) => (open.exchange === exchange ? refusal : undefined));
    } else if (isMissing(reason) && exchange !== undefined && !topology.knowsFanout(exchange)) {
      const missing = `Cannot publish to exchange "${exchange}": there is no such exchange. Declare it first.`;
      this.#rejectWhere((open) =>
        open.exchange === exchange ? new AftermathError('stop', missing) : undefined,
      );
    } else if (!session.isLost) {
      await link.rest(this.#pauses, `RabbitMQ ended the channel that publishes: ${text}`);
      if (isMissing(reason)) await link.use('declare exchanges again', (next) => topology.restore(next));
    }
  }

  /** What the ended channel did not confirm goes first on the next one. */
  #takeBack(): void {
    const unconfirmed: Open[] = [];
    for (let open = this.#sent.shift(); open; open = this.#sent.shift()) {
      if (!open.answered) unconfirmed.push(new Open(open));
    }
    this.#sentBytes = 0;
    this.#waiting.unshiftAll(unconfirmed);
  }

  #rejectWhere(errorFor: (open: Open) => Error | undefined): void {
    const kept: Open[] = [];
    for (let open = this.#waiting.shift(); open; open = this.#waiting.shift()) {
      const error = errorFor(open);
      if (error) open.reject(error);
      else kept.push(open);
    }
    this.#waiting.unshiftAll(kept);
    for (const open of this.#refused) {
      const error = errorFor(open);
      if (error) open.reject(error);
    }
    this.#tellIdle();
  }

  #openCount(): number {
    return this.#sent.length + this.#waiting.length + this.#refused.length;
  }

  #tellIdle(): void {
    if (this.#idle && this.#openCount() === 0) this.#idle();
  }
}

function noQueue(queue: string): AftermathError {
  return new AftermathError('refused', `Cannot publish to queue "${queue}": there is no such queue.`);
}

/** To a queue: kept on disk where the queue is, and given back when there is no queue. */
const TO_QUEUE: Options.Publish = { persistent: true, mandatory: true, contentType: 'application/json' };
/** To a fanout exchange: nobody need be listening. */
const TO_EXCHANGE: Options.Publish = { persistent: true, contentType: 'application/json' };

/** What is to be published, whatever becomes of the first attempt. */
interface Publish {
  readonly exchange: string;
  readonly key: string;
  readonly content: Buffer;
  readonly options: Options.Publish;
  readonly settled: PromiseWithResolvers<void>;
}

function publishOf(target: Target, message: Message): Publish {
  const bytes = message.payload.bytes();
  const basic = 'queue' in target ? TO_QUEUE : TO_EXCHANGE;
  const { headers, replyTo, correlationId } = message;
  return {
    exchange: 'queue' in target ? '' : target.exchange,
    key: 'queue' in target ? target.queue : '',
    content: Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    options:
      headers || replyTo !== undefined || correlationId !== undefined
        ? { ...basic, headers, ...(replyTo && { replyTo }), ...(correlationId && { correlationId }) }
        : basic,
    settled: Promise.withResolvers<void>(),
  };
}

/**
 * One attempt at a publish that is not safe yet. Each attempt is an object of its own: one that was refused stays in its
 * place among those that were sent until those before it are answered, and a confirm of these must not pass for one of the next.
 */
class Open implements Publish {
  readonly exchange: string;
  readonly key: string;
  readonly content: Buffer;
  readonly options: Options.Publish;
  readonly settled: PromiseWithResolvers<void>;
  /** Confirmed or refused by the server; it stays in its place until those before it are. */
  answered = false;
  returned = false;
  rejected = false;
  /** How often the server could not take it on this channel. */
  refusals = 0;

  constructor({ exchange, key, content, options, settled }: Publish) {
    this.exchange = exchange;
    this.key = key;
    this.content = content;
    this.options = options;
    this.settled = settled;
  }

  /** The next attempt on the same channel: what it refuses is counted on. */
  again(): Open {
    const next = new Open(this);
    next.refusals = this.refusals;
    return next;
  }

  reject(error: unknown): void {
    this.rejected = true;
    this.settled.reject(error);
  }

  is({ fields, properties, content }: AmqpMessage): boolean {
    return (
      fields.exchange === this.exchange &&
      fields.routingKey === this.key &&
      properties.correlationId === this.options.correlationId &&
      this.content.equals(content)
    );
  }

  tooLarge(bytesMax: number): AftermathError | undefined {
    if (this.content.length <= bytesMax) return undefined;
    return new AftermathError(
      'refused',
      `Cannot publish a message of ${this.content.length} bytes: RabbitMQ takes ${bytesMax} at most (max_message_size).`,
    );
  }
}
