import { AftermathError } from '../service/errors.ts';
import type { TlsFiles } from '../service/tls-files.ts';

/** What an `amqp://` URL, and the settings beside it, say. */
export interface AmqpTarget {
  /** `undefined`: without TLS. */
  readonly tls: AmqpTls | undefined;
  readonly user: string;
  readonly login: Login;
  /** Tried in turn. */
  readonly hosts: readonly Host[];
  readonly vhost: string;
  /** Seconds between signs of life; a server that gives none for two of them is taken for dead. */
  readonly heartbeatSeconds: number;
  /** To be shown: no password, no user. */
  readonly shown: string;
}

/** How the two prove themselves to each other. */
export interface AmqpTls {
  readonly files: TlsFiles;
  /** The name that the server's certificate has to be for; `undefined`: its host. */
  readonly serverName: string | undefined;
}

/** By a password, by one in a file, or by the certificate that TLS showed (RabbitMQ's mechanism EXTERNAL). */
export type Login =
  | { readonly by: 'password'; readonly password: string }
  | { readonly by: 'password-file'; readonly path: string }
  | { readonly by: 'certificate' };

/** One server of a cluster. */
export interface Host {
  readonly name: string;
  readonly port: number;
  /** `name:port`, to be shown. */
  readonly shown: string;
}

/** What settings say beside the URL; each wins over the parameter of the URL that says the same. */
export interface AmqpAccess {
  readonly passwordFile?: string | undefined;
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly serverName?: string | undefined;
}

/** Long enough for a stage that computes for some seconds in one turn, short enough to miss a dead server soon. */
const HEARTBEAT_SECONDS = 15;

/**
 * Reads `amqp://user:password@host1:5672,host2:5672/vhost?heartbeat=15`. Left out: user and password are
 * `guest`, the port is 5672 (`amqps`: 5671), the virtual host is `/` (also written `/%2F`).
 *
 * Of RabbitMQ's parameters it knows `heartbeat`, `cacertfile`, `certfile`, `keyfile`, `server_name_indication`,
 * `verify=verify_peer` and `auth_mechanism=external`; those of other clients are left alone.
 *
 * @throws {AftermathError} `usage`; the message never has the password in it
 * @see https://www.rabbitmq.com/docs/uri-query-parameters
 */
export function parseAmqpUrl(url: string, access: AmqpAccess = {}): AmqpTarget {
  const parts = /^(amqps?):\/\/(?:(.*)@)?([^@/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/.exec(url);
  if (!parts) throw wrong('expected amqp://user:password@host:5672/vhost');
  const [, scheme, credentials, hostList = '', path = '', query = ''] = parts;
  const isTls = scheme === 'amqps';
  const hosts = hostList.split(',').map((host, i) => parseHost(host, i, isTls ? 5671 : 5672));
  const parameters = new URLSearchParams(query);
  const vhost = path === '' ? '/' : decoded(path, 'virtual host');
  const tls = tlsOf(parameters, access);
  if (!isTls && tls !== undefined) {
    throw wrong(
      'certificates are given, but amqp:// is without TLS: write amqps://, as a rule with port 5671',
    );
  }
  return {
    tls: isTls
      ? (tls ?? { files: { ca: undefined, cert: undefined, key: undefined }, serverName: undefined })
      : undefined,
    ...loginOf(credentials, parameters, access, tls?.files.cert !== undefined),
    hosts,
    vhost,
    heartbeatSeconds: heartbeat(parameters.get('heartbeat')),
    shown: `${scheme}://${hosts.map((host) => host.shown).join(',')}/${vhost === '/' ? '' : vhost}`,
  };
}

function tlsOf(parameters: URLSearchParams, access: AmqpAccess): AmqpTls | undefined {
  const verify = parameters.get('verify');
  if (verify !== null && verify !== 'verify_peer') {
    throw wrong(
      'verify is always verify_peer: without, anybody could be the server. Name its authority with --broker-ca',
    );
  }
  const file = (given: string | undefined, name: string): string | undefined =>
    given ?? parameters.get(name) ?? undefined;
  const files = {
    ca: file(access.ca, 'cacertfile'),
    cert: file(access.cert, 'certfile'),
    key: file(access.key, 'keyfile'),
  };
  const serverName = file(access.serverName, 'server_name_indication');
  const isGiven = [...Object.values(files), serverName].some((value) => value !== undefined);
  return isGiven ? { files, serverName } : undefined;
}

function loginOf(
  credentials: string | undefined,
  parameters: URLSearchParams,
  { passwordFile }: AmqpAccess,
  hasCertificate: boolean,
): Pick<AmqpTarget, 'user' | 'login'> {
  const [name = '', ...rest] = (credentials ?? '').split(':');
  const user = decoded(name, 'user');
  const mechanism = parameters.get('auth_mechanism');
  if (mechanism?.toLowerCase() === 'external') {
    if (!hasCertificate)
      throw wrong(
        'auth_mechanism=external logs in by a certificate: name it with --broker-cert and --broker-key',
      );
    return { user: user === '' ? 'of the certificate' : user, login: { by: 'certificate' } };
  }
  if (passwordFile !== undefined) {
    if (user === '') throw wrong('a password file is given, but the URL names no user: amqp://user@host/');
    if (rest.length > 0) throw wrong('it has a password, and a password file is given too: keep one');
    return { user, login: { by: 'password-file', path: passwordFile } };
  }
  if (credentials === undefined) return { user: 'guest', login: { by: 'password', password: 'guest' } };
  return { user, login: { by: 'password', password: decoded(rest.join(':'), 'password') } };
}

function parseHost(text: string, index: number, defaultPort: number): Host {
  const parts = /^(\[[0-9a-fA-F:.]+\]|[^[\]:\s]+)(?::(\d{1,5}))?$/.exec(text);
  const name = parts?.[1]?.replace(/^\[|\]$/g, '');
  const port = parts?.[2] === undefined ? defaultPort : Number(parts[2]);
  // Not repeated: where the @ is missing it is a user and a password.
  if (!name || port < 1 || port > 65_535) {
    throw wrong(
      `what stands for host ${index + 1} is not a host or host:port (between // or @ and the next /)`,
    );
  }
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
