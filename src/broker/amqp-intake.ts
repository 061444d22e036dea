import type { Channel, ConsumeMessage } from 'amqplib';

/** What an intake gives. */
export interface Taken {
  message(message: ConsumeMessage): void;
  /** The server has ended it: the queue was deleted or moved. */
  cancelled(): void;
}

/**
 * A consumer as the server knows it, and how many messages it is given. That number belongs to it from its
 * beginning on (a bound for the whole channel could be changed, but quorum queues have none): for another one a new consumer
 * takes its place on the same channel, so the order stays, and what the old one was given stays in hand.
 */
export class Intake {
  readonly #channel: Channel;
  readonly #queue: string;
  readonly #taken: Taken;
  #tag = '';
  #changing: Promise<void> | undefined;
  #stopped = false;
  /** Of `performance.now()`: since when the present number holds. What came before was taken under another one. */
  sinceMs = 0;

  constructor(channel: Channel, queue: string, taken: Taken) {
    this.#channel = channel;
    this.#queue = queue;
    this.#taken = taken;
  }

  /** @throws what the server says when it will not have it */
  async start(prefetch: number): Promise<void> {
    await this.#channel.prefetch(prefetch);
    const { consumerTag } = await this.#channel.consume(this.#queue, (message) => {
      if (message) this.#taken.message(message);
      else this.#taken.cancelled();
    });
    this.#tag = consumerTag;
  }

  /** Another number from now on. A channel that ends meanwhile tells its owner by itself. */
  async take(prefetch: number): Promise<void> {
    if (this.#stopped) return;
    this.sinceMs = Infinity;
    this.#changing = this.#change(prefetch).catch(() => {});
    await this.#changing;
  }

  async #change(prefetch: number): Promise<void> {
    const before = this.#tag;
    // In this order: on a queue with a single active consumer nobody else's turn comes in between.
    await this.start(prefetch);
    await this.#channel.cancel(before);
    this.sinceMs = performance.now();
  }

  /** Takes no further message. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#changing;
    await this.#channel.cancel(this.#tag).catch(() => {});
  }
}
