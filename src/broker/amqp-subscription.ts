import type { Channel } from 'amqplib';
import { AftermathError, messageOf } from '../service/errors.ts';
import { Received, type ConsumerParts } from './amqp-consumer.ts';
import { isMissing, lastingRefusal, serverText } from './amqp-errors.ts';
import { closeChannel, openChannel } from './amqp-session.ts';
import type { Consumer, Message } from './broker.ts';
import { PAUSE_BOUNDS, Pauses } from './pauses.ts';

/** A reader that stands still keeps the newest so many messages at the server. */
const KEPT_MAX = 1_000;

/** Sees what a fanout exchange gets, through a queue that the server names and drops with us. */
export class AmqpSubscription implements Consumer {
  readonly done: Promise<void>;
  /** Fulfils when the server has bound it for the first time; rejects when it will not. */
  readonly started: Promise<void>;
  readonly #parts: ConsumerParts;
  readonly #exchange: string;
  readonly #handle: (message: Message) => void;
  readonly #pauses: Pauses;
  readonly #stopping = Promise.withResolvers<undefined>();
  readonly #first = Promise.withResolvers<void>();
  #stopped = false;
  #wasStarted = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(parts: ConsumerParts, exchange: string, handle: (message: Message) => void) {
    this.#parts = parts;
    this.#exchange = exchange;
    this.#handle = handle;
    this.#pauses = new Pauses(parts.pauses ?? PAUSE_BOUNDS);
    this.started = this.#first.promise;
    this.done = this.#run();
    this.started.catch(() => {});
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopping.resolve(undefined);
    await this.done.catch(() => {});
  }

  async #run(): Promise<void> {
    const { link } = this.#parts;
    try {
      while (!this.#stopped) {
        const session = await Promise.race([link.session(), this.#stopping.promise]);
        if (!session) break;
        const opened = await openChannel(session.consuming).catch(() => undefined);
        if (!opened) continue;
        try {
          await this.#listen(opened.channel);
          const reason = await Promise.race([opened.ended, this.#stopping.promise]);
          if (reason) throw reason;
        } catch (error) {
          if (!session.isLost) await this.#afterRefusal(error);
        } finally {
          await closeChannel(opened.channel);
        }
        if (this.#failure) throw this.#failure.error;
      }
      this.#first.reject(
        new AftermathError(
          'retry',
          `Cannot subscribe to exchange "${this.#exchange}": the broker was closed.`,
        ),
      );
    } catch (error) {
      if (this.#stopped) return;
      this.#first.reject(error);
      if (this.#wasStarted) throw error;
    }
  }

  async #listen(channel: Channel): Promise<void> {
    const { queue } = await channel.assertQueue('', {
      exclusive: true,
      durable: false,
      autoDelete: true,
      maxLength: KEPT_MAX,
    });
    await channel.bindQueue(queue, this.#exchange, '');
    await channel.consume(queue, (message) => this.#deliver(channel, message && new Received(message)), {
      noAck: true,
    });
    this.#wasStarted = true;
    this.#pauses.reset();
    this.#first.resolve();
  }

  #deliver(channel: Channel, message: Message | null): void {
    if (this.#stopped || this.#failure) return;
    try {
      if (message) this.#handle(message);
      // The server ended the consumer: a new channel begins again.
      else void closeChannel(channel);
    } catch (error) {
      this.#failure = { error };
      void closeChannel(channel);
    }
  }

  async #afterRefusal(error: unknown): Promise<void> {
    const { link, topology } = this.#parts;
    const action = `subscribe to exchange "${this.#exchange}"`;
    if (!this.#wasStarted) {
      const refusal = lastingRefusal(error, action, link.target);
      if (refusal) throw refusal;
      if (isMissing(error) && !topology.knowsFanout(this.#exchange)) {
        throw new AftermathError('stop', `Cannot ${action}: there is no such exchange. Declare it first.`);
      }
    }
    await link.rest(this.#pauses, `Cannot ${action} now: ${serverText(messageOf(error))}`);
    if (isMissing(error)) await link.use(action, (session) => topology.restore(session));
  }
}
