import type { Duplex } from 'node:stream';
import type { Channel, ChannelModel, ConfirmChannel } from 'amqplib';
import { AftermathError } from '../service/errors.ts';
import { tlsFailure } from '../service/tls-failure.ts';
import { connectTo, tlsPeer } from './amqp-connect.ts';
import { connectFailure } from './amqp-errors.ts';
import type { AmqpTarget, Host } from './amqp-target.ts';
import { gatherFrames, type FrameReader } from './amqp-reads.ts';
import { gatherWrites } from './amqp-writes.ts';
import { pause } from './pauses.ts';

/** A server that does not answer a goodbye is left without. */
const CLOSE_TIMEOUT_MS = 2_000;

/**
 * A pair of connections to one server: on a memory or disk alarm RabbitMQ stops reading from a connection
 * that publishes, and the acknowledgements of consumers must not be stuck behind that.
 */
export interface Session {
  readonly publishing: ChannelModel;
  readonly consuming: ChannelModel;
  readonly host: Host;
  /** As the server calls itself, `RabbitMQ 4.1.0`. */
  readonly server: string;
  /** Fulfils, with the reason, when either connection has ended; then neither is left. */
  readonly lost: Promise<Error>;
  readonly isLost: boolean;
  /** Why, once it is lost. */
  readonly lostBecause: Error | undefined;
  /** Ends both connections in order, or at once when the server does not answer. */
  close(): Promise<void>;
}

/**
 * Connects to the first host that lets us in, beginning with `hosts[start]`.
 *
 * @throws {AftermathError} of the first host that says `stop`, else of the last
 */
export async function openSession(options: {
  target: AmqpTarget;
  start: number;
  name: string;
}): Promise<Session> {
  const { target, start, name } = options;
  let failure: AftermathError | undefined;
  for (let i = 0; i < target.hosts.length; i += 1) {
    const host = target.hosts[(start + i) % target.hosts.length] as Host;
    const opened: Connection[] = [];
    try {
      const publishing = new Connection(await connectTo(target, host, `${name} (publish)`));
      opened.push(publishing);
      const consuming = new Connection(await connectTo(target, host, `${name} (consume)`));
      opened.push(consuming);
      if (publishing.endedBy) throw publishing.endedBy;
      return new Pair(publishing, consuming, host);
    } catch (error) {
      for (const connection of opened) connection.cut(new Error('not used'));
      const peer = tlsPeer(target, host);
      const found = (peer && (await tlsFailure(error, peer))) ?? connectFailure(error, target, host);
      // One that will not have us is worth more to be told than one that is away.
      if (failure === undefined || failure.consequence === 'retry') failure = found;
    }
  }
  throw failure ?? new AftermathError('usage', 'Cannot connect to RabbitMQ: no host is named.');
}

/** A channel, and how it ends: with the server's reason, or none when we or a lost connection ended it. */
export interface OpenedChannel<C extends Channel> {
  readonly channel: C;
  readonly ended: Promise<Error | undefined>;
}

/** Opens a channel. Rejects when the connection is gone. */
export async function openChannel(connection: ChannelModel): Promise<OpenedChannel<Channel>> {
  return watched(await connection.createChannel());
}

/** Opens a channel on which the server confirms what is published. Rejects when the connection is gone. */
export async function openConfirmChannel(connection: ChannelModel): Promise<OpenedChannel<ConfirmChannel>> {
  return watched(await connection.createConfirmChannel());
}

/** Runs some requests on a channel of their own: one that is refused ends its channel, and nothing else. */
export async function onChannel<T>(
  connection: ChannelModel,
  work: (channel: Channel) => Promise<T>,
): Promise<T> {
  const { channel } = await openChannel(connection);
  try {
    return await work(channel);
  } finally {
    await closeChannel(channel);
  }
}

/** Closes a channel that may be closed already; its unacknowledged messages go back to their queues. */
export async function closeChannel(channel: Channel): Promise<void> {
  // Where the connection ends before the server has answered, amqplib forgets that anybody waits for that.
  const ended = new Promise<void>((resolve) => {
    channel.once('close', resolve);
  });
  try {
    await Promise.race([channel.close(), ended]);
  } catch {
    // It was closed, or its connection is gone: the same thing.
  }
}

function watched<C extends Channel>(channel: C): OpenedChannel<C> {
  let reason: Error | undefined;
  channel.on('error', (error) => {
    reason = error;
  });
  // When the server ends a consumer in the moment in which we do, amqplib does not know it any more, and
  // would end the connection over it. Anything else that is thrown in a listener is a bug of ours.
  channel.on('handler-error', (error) => {
    if (error.message.startsWith('Unknown consumer')) return;
    setImmediate(() => {
      throw error;
    });
  });
  const ended = new Promise<Error | undefined>((resolve) => {
    channel.on('close', () => resolve(reason));
  });
  return { channel, ended };
}

/** One connection, and how it ended. */
class Connection {
  readonly model: ChannelModel;
  endedBy: Error | undefined;
  /** Called when it has ended, before anybody who waits for an answer on it is told. */
  onEnd: (reason: Error) => void = () => {};
  readonly #stream: Duplex | undefined;

  constructor(model: ChannelModel) {
    this.model = model;
    this.#stream = (model.connection as { stream?: Duplex }).stream;
    if (this.#stream) {
      gatherWrites(this.#stream);
      gatherFrames(model.connection as unknown as FrameReader);
    }
    let reason: Error | undefined;
    model.on('error', (error) => {
      reason = error;
    });
    model.on('close', (error) => {
      this.endedBy = error ?? reason ?? new Error('the connection was closed');
      this.onEnd(this.endedBy);
    });
    // The server may have ended it in the very packet that opened it, before there was anybody to tell.
    if (this.#stream?.writableEnded) this.endedBy = new Error('the server ended the connection at once');
  }

  /**
   * Ends the socket itself: amqplib only says goodbye, and a dead peer's socket would stay for minutes. With an
   * error, because that is how amqplib notices it.
   */
  cut(reason: Error): void {
    this.#stream?.on('error', () => {});
    this.#stream?.destroy(reason);
  }
}

class Pair implements Session {
  readonly host: Host;
  readonly lost: Promise<Error>;
  lostBecause: Error | undefined;
  readonly #publishing: Connection;
  readonly #consuming: Connection;
  #closing = false;

  constructor(publishing: Connection, consuming: Connection, host: Host) {
    this.#publishing = publishing;
    this.#consuming = consuming;
    this.host = host;
    const { promise, resolve } = Promise.withResolvers<Error>();
    this.lost = promise;
    const ended = (reason: Error): void => {
      this.lostBecause ??= reason;
      if (!this.#closing) this.#cut(this.lostBecause);
      resolve(this.lostBecause);
    };
    publishing.onEnd = ended;
    consuming.onEnd = ended;
  }

  get publishing(): ChannelModel {
    return this.#publishing.model;
  }

  get consuming(): ChannelModel {
    return this.#consuming.model;
  }

  get isLost(): boolean {
    return this.lostBecause !== undefined;
  }

  get server(): string {
    const { product, version } = this.consuming.connection.serverProperties;
    return `${product} ${version}`;
  }

  async close(): Promise<void> {
    this.#closing = true;
    const answered = new AbortController();
    const goodbyes = [this.consuming, this.publishing].map((model) => model.close().catch(() => {}));
    await Promise.race([Promise.all(goodbyes), pause(CLOSE_TIMEOUT_MS, answered.signal)]);
    answered.abort();
    this.#cut(new Error('the connection was closed'));
  }

  #cut(reason: Error): void {
    this.#publishing.cut(reason);
    this.#consuming.cut(reason);
  }
}
