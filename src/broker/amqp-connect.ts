import { connect, credentials, type ChannelModel, type SocketOptions } from 'amqplib';
import { readSecret } from '../service/secret-file.ts';
import type { TlsPeer } from '../service/tls-failure.ts';
import { readTlsFiles } from '../service/tls-files.ts';
import type { AmqpTarget, AmqpTls, Host } from './amqp-target.ts';

/** A server that does not answer for so long is taken for one that is away. */
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Opens one connection. Files with certificates and passwords are read each time, so that what was renewed is used
 * from the next connection on.
 *
 * @param name how the connection is called in RabbitMQ's management page
 * @throws {AftermathError} `stop` or `usage` when a file cannot be used; whatever amqplib says when the server will not
 */
export async function connectTo(target: AmqpTarget, host: Host, name: string): Promise<ChannelModel> {
  const { tls } = target;
  return connect(
    {
      protocol: tls ? 'amqps' : 'amqp',
      hostname: host.name,
      port: host.port,
      // amqplib decodes it once more.
      vhost: encodeURIComponent(target.vhost),
      heartbeat: target.heartbeatSeconds,
    },
    {
      noDelay: true,
      timeout: CONNECT_TIMEOUT_MS,
      clientProperties: { connection_name: name, product: 'aftermath' },
      credentials: credentialsOf(target),
      ...(tls && (await tlsOptions(tls))),
    },
  );
}

async function tlsOptions({ files, serverName }: AmqpTls): Promise<SocketOptions> {
  const material = await readTlsFiles(files, PRODUCT);
  return serverName === undefined ? material : { ...material, servername: serverName };
}

/** Whom a connection over TLS is to reach, for what is said when it does not come about; `undefined` without TLS. */
export function tlsPeer({ tls }: AmqpTarget, host: Host): TlsPeer | undefined {
  return (
    tls && {
      product: PRODUCT,
      host: host.name,
      port: host.port,
      ...tls,
      settings: {
        ca: '--broker-ca',
        own: '--broker-cert, and its key with --broker-key',
        name: ', or name with --broker-server-name the one that it is for',
      },
    }
  );
}

const PRODUCT = 'RabbitMQ';

function credentialsOf({ user, login }: AmqpTarget): NonNullable<SocketOptions['credentials']> {
  if (login.by === 'certificate') return credentials.external();
  const password =
    login.by === 'password' ? login.password : readSecret(login.path, 'the password for RabbitMQ');
  return credentials.plain(user, password);
}
