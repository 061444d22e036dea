import { AftermathError } from '../service/errors.ts';
import type { Logger } from '../service/logging.ts';
import type { QueueType } from '../wire/queues.ts';
import { AmqpBroker } from './amqp.ts';
import type { AmqpAccess } from './amqp-target.ts';
import type { Broker } from './broker.ts';
import { MemoryBroker } from './memory.ts';

/** Which broker, and how it is used. */
export interface OpenOptions {
  /** `memory`, or `amqp://user:password@host:5672/vhost` (`amqps://` for TLS; several hosts with commas between). */
  readonly url: string;
  /** Passwords and certificates from files, for RabbitMQ. */
  readonly access?: AmqpAccess;
  readonly log: Logger;
  /** How the connection is called in RabbitMQ's management page. Default `aftermath`. */
  readonly name?: string;
  /** Publishes that wait for their confirmation at once at most; more wait. Default 3,000. */
  readonly publishInFlightMax?: number;
  /** What durable queues that are not there yet are declared as. Default `classic`. */
  readonly queueType?: QueueType | undefined;
}

/**
 * The broker that a URL names. It can be used at once; a server that is not there yet is waited for.
 * Every call with `memory` makes a broker of its own: stages that are to meet share one.
 *
 * @throws {AftermathError} `usage` when the URL is not one
 */
export function openBroker(options: OpenOptions): Broker {
  const { url, access = {}, log, name = 'aftermath', publishInFlightMax = 3_000, queueType } = options;
  if (url === 'memory') return new MemoryBroker();
  if (/^amqps?:/.test(url)) return new AmqpBroker({ url, access, log, name, publishInFlightMax, queueType });
  // Not the text itself: it may be a password in the wrong place.
  const found = /^\w+:\/\//.test(url) ? `a URL with ${url.split(':', 1)[0] ?? ''}:` : 'no URL';
  throw new AftermathError(
    'usage',
    `Cannot open the broker: found ${found}, expected "memory" or a URL like amqp://guest:guest@127.0.0.1:5672/.`,
  );
}
