import { AftermathError } from '../service/errors.ts';

/** What an `amqp://` URL says. */
export interface AmqpTarget {
  readonly tls: boolean;
  readonly user: string;
  readonly password: string;
  /** Tried in turn. */
  readonly hosts: readonly Host[];
  readonly vhost: string;
  /** Seconds between signs of life; a server that gives none for two of them is taken for dead. */
  readonly heartbeatSeconds: number;
  /** To be shown: no password, no user. */
  readonly shown: string;
}

/** One server of a cluster. */
export interface Host {
  readonly name: string;
  readonly port: number;
  /** `name:port`, to be shown. */
  readonly shown: string;
}

/** Long enough for a stage that computes for some seconds in one turn, short enough to miss a dead server soon. */
const HEARTBEAT_SECONDS = 15;

/**
 * Reads `amqp://user:password@host1:5672,host2:5672/vhost?heartbeat=15`. Left out: user and password are
 * `guest`, the port is 5672 (`amqps`: 5671), the virtual host is `/` (also written `/%2F`).
 *
 * @throws {AftermathError} `usage`; the message never has the password in it
 */
export function parseAmqpUrl(url: string): AmqpTarget {
  const parts = /^(amqps?):\/\/(?:(.*)@)?([^@/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/.exec(url);
  if (!parts) throw wrong('expected amqp://user:password@host:5672/vhost');
  const [, scheme, credentials, hostList = '', path = '', query = ''] = parts;
  const tls = scheme === 'amqps';
  const hosts = hostList.split(',').map((host) => parseHost(host, tls ? 5671 : 5672));
  const [user = '', ...password] = (credentials ?? 'guest:guest').split(':');
  const vhost = path === '' ? '/' : decoded(path, 'virtual host');
  return {
    tls,
    user: decoded(user, 'user'),
    password: decoded(password.join(':'), 'password'),
    hosts,
    vhost,
    heartbeatSeconds: heartbeat(new URLSearchParams(query).get('heartbeat')),
    shown: `${scheme}://${hosts.map((host) => host.shown).join(',')}/${vhost === '/' ? '' : vhost}`,
  };
}

function parseHost(text: string, defaultPort: number): Host {
  const parts = /^(\[[0-9a-fA-F:.]+\]|[^[\]:\s]+)(?::(\d{1,5}))?$/.exec(text);
  const name = parts?.[1]?.replace(/^\[|\]$/g, '');
  const port = parts?.[2] === undefined ? defaultPort : Number(parts[2]);
  if (!name || port < 1 || port > 65_535) throw wrong(`"${text}" is not a host or host:port`);
  return { name, port, shown: text.includes(':', text.indexOf(']') + 1) ? text : `${text}:${port}` };
}

function heartbeat(text: string | null): number {
  if (text === null) return HEARTBEAT_SECONDS;
  const seconds = Number(text);
  if (!/^\d+$/.test(text) || seconds > 3600) throw wrong('heartbeat is a number of seconds, 0 to 3600');
  return seconds;
}

function decoded(text: string, part: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrong(`its ${part} has a % that is not followed by two hexadecimal digits (write %25 for %)`);
  }
}

function wrong(found: string): AftermathError {
  return new AftermathError('usage', `Cannot read the broker's URL: ${found}.`);
}
