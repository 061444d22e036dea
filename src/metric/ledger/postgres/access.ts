import type { Socket } from 'node:net';
import { once } from 'node:events';
import type { ClientConfig } from 'pg';
import { AftermathError, messageOf } from '../../../service/errors.ts';
import { readSecret } from '../../../service/secret-file.ts';
import { tlsFailure } from '../../../service/tls-failure.ts';
import { readTlsFiles } from '../../../service/tls-files.ts';
import type { PostgresAddress } from './address.ts';

/**
 * What a client connects with. Files are read each time, so that what was renewed is used from the next connection on.
 *
 * @throws {AftermathError} `stop` or `usage` when a file cannot be used
 */
export async function accessTo({ url, tls, passwordFile }: PostgresAddress): Promise<ClientConfig> {
  const connectionString = passwordFile === undefined ? url : withPassword(url, passwordFile);
  if (tls === undefined) return { connectionString };
  const material = await readTlsFiles(tls.files, PRODUCT);
  const checks = {
    'verify-full': {},
    'verify-ca': { checkServerIdentity: () => undefined },
    require: { rejectUnauthorized: false },
  };
  return { connectionString, ssl: { ...material, ...checks[tls.mode] } };
}

/** Within the URL, because the client takes its empty password for none. */
function withPassword(url: string, path: string): string {
  const whole = new URL(url);
  whole.password = encodeURIComponent(readSecret(path, 'the password for PostgreSQL'));
  return whole.href;
}

/** What is to be said of a connection that did not come about; what is not a matter of TLS stays what it is. */
export async function connectFailure(error: unknown, address: PostgresAddress): Promise<unknown> {
  const { tls, shown, url } = address;
  if (tls === undefined) return error;
  if (messageOf(error) === 'The server does not support SSL connections') {
    return new AftermathError(
      'stop',
      `Cannot use the ledger ${shown}: the server speaks no TLS there. Turn ssl on in postgresql.conf, or leave sslmode out of the URL.`,
      { cause: error },
    );
  }
  const { hostname, port } = new URL(url);
  const peer = {
    product: PRODUCT,
    host: decodeURIComponent(hostname).replace(/^\[|\]$/g, ''),
    port: Number(port) || 5432,
    files: tls.files,
    serverName: undefined,
    settings: { ca: 'sslrootcert', own: 'sslcert, and its key with sslkey', name: '' },
    greet: askForTls,
  };
  return (await tlsFailure(error, peer)) ?? error;
}

const PRODUCT = 'PostgreSQL';

/** PostgreSQL's SSLRequest: TLS begins when the server has said yes. */
async function askForTls(socket: Socket): Promise<void> {
  socket.write(Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]));
  await once(socket, 'readable');
  socket.read(1);
}
