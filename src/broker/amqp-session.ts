import type { Duplex } from 'node:stream';
import { connect, type Channel, type ChannelModel, type ConfirmChannel } from 'amqplib';
import { AftermathError } from '../service/errors.ts';
import { connectFailure } from './amqp-errors.ts';
import type { AmqpTarget, Host } from './amqp-target.ts';
import { pause } from './pauses.ts';

const CONNECT_TIMEOUT_MS = 10_000;
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
 * @throws {AftermathError} of the last host tried, or the first that says `stop`
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
    const opened: ChannelModel[] = [];
    try {
      opened.push(await open(target, host, `${name} (publish)`));
      opened.push(await open(target, host, `${name} (consume)`));
      const [publishing, consuming] = opened as [ChannelModel, ChannelModel];
      return new Pair(publishing, consuming, host);
    } catch (error) {
      for (const connection of opened) cut(connection, new Error('not used'));
      failure = connectFailure(error, target, host);
      if (failure.consequence === 'stop') throw failure;
    }
  }
  throw failure ?? new AftermathError('usage', 'Cannot connect to RabbitMQ: no host is named.');
}

/** A channel, and how it ends: with the server's reason, or none when we or a lost connection ended it. */
export interface OpenedChannel<C extends Channel> {
  readonly channel: C;
  readonly ended: Promise<Error | undefined>;
}

export async function openChannel(connection: ChannelModel): Promise<OpenedChannel<Channel>> {
  return watched(await connection.createChannel());
}

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
  try {
    await channel.close();
  } catch {
    // It was closed, or its connection is gone: the same thing.
  }
}

function watched<C extends Channel>(channel: C): OpenedChannel<C> {
  let reason: Error | undefined;
  channel.on('error', (error) => {
    reason = error;
  });
  const ended = new Promise<Error | undefined>((resolve) => {
    channel.on('close', () => resolve(reason));
  });
  return { channel, ended };
}

function open(target: AmqpTarget, host: Host, name: string): Promise<ChannelModel> {
  return connect(
    {
      protocol: target.tls ? 'amqps' : 'amqp',
      hostname: host.name,
      port: host.port,
      username: target.user,
      password: target.password,
      // amqplib decodes it once more.
      vhost: encodeURIComponent(target.vhost),
      heartbeat: target.heartbeatSeconds,
    },
    {
      noDelay: true,
      timeout: CONNECT_TIMEOUT_MS,
      clientProperties: { connection_name: name, product: 'aftermath' },
    },
  );
}

class Pair implements Session {
  readonly publishing: ChannelModel;
  readonly consuming: ChannelModel;
  readonly host: Host;
  readonly lost: Promise<Error>;
  lostBecause: Error | undefined;
  #closing = false;

  constructor(publishing: ChannelModel, consuming: ChannelModel, host: Host) {
    this.publishing = publishing;
    this.consuming = consuming;
    this.host = host;
    const { promise, resolve } = Promise.withResolvers<Error>();
    this.lost = promise;
    for (const [connection, other] of [
      [publishing, consuming],
      [consuming, publishing],
    ] as const) {
      let reason: Error | undefined;
      connection.on('error', (error) => {
        reason = error;
      });
      connection.on('close', (error) => {
        this.lostBecause ??= error ?? reason ?? new Error('the connection was closed');
        if (!this.#closing) cut(other, this.lostBecause);
        cut(connection, this.lostBecause);
        resolve(this.lostBecause);
      });
    }
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
    const closing = [this.consuming, this.publishing].map((connection) => connection.close().catch(() => {}));
    await Promise.race([Promise.all(closing), pause(CLOSE_TIMEOUT_MS, answered.signal)]);
    answered.abort();
    const closed = new Error('the connection was closed');
    cut(this.consuming, closed);
    cut(this.publishing, closed);
  }
}

/**
 * Ends the socket itself: amqplib only says goodbye, and a dead peer's socket would stay for minutes. With an
 * error, because that is how amqplib notices it.
 */
function cut(connection: ChannelModel, reason: Error): void {
  connection.on('error', () => {});
  const { stream } = connection.connection as { stream?: Duplex };
  stream?.on('error', () => {});
  stream?.destroy(reason);
}
