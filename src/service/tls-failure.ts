import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect, type DetailedPeerCertificate, type PeerCertificate } from 'node:tls';
import { AftermathError, codeOf, messageOf } from './errors.ts';
import { readTlsFiles, type TlsFiles } from './tls-files.ts';

/** The server that a connection over TLS was to reach. */
export interface TlsPeer {
  /** `RabbitMQ`, `PostgreSQL`. */
  readonly product: string;
  readonly host: string;
  readonly port: number;
  readonly files: TlsFiles;
  /** The name that its certificate has to be for; `undefined`: the host. */
  readonly serverName: string | undefined;
  /** What names the files and the name, for whoever is to correct them: `--broker-ca`, `sslrootcert`. */
  readonly settings: { readonly ca: string; readonly own: string; readonly name: string };
  /** What comes before TLS begins on a connection, where something does. */
  readonly greet?: (socket: Socket) => Promise<void>;
}

/**
 * Why the two sides do not trust each other, in words: what the certificate says, and what to do. All of it is
 * `stop`: the same certificates will be refused again.
 *
 * @returns `undefined` when it is not a matter of trust
 */
export async function tlsFailure(error: unknown, peer: TlsPeer): Promise<AftermathError | undefined> {
  const code = codeOf(error) ?? '';
  const alert = ALERT.exec(code)?.[1];
  const failed = (text: string): AftermathError => new AftermathError('stop', text, { cause: error });
  if (alert !== undefined) return failed(refusedUs(alert, peer));
  if (!UNTRUSTED.test(code)) return undefined;
  const why = whyUntrusted(code, messageOf(error), peer, await certificateOf(peer));
  return failed(`Cannot trust the certificate of ${shown(peer)}: ${why}`);
}

const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|HOSTNAME_MISMATCH/;
/** `ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED`, `ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE`: the server says why it ends it. */
const ALERT = /^ERR_SSL_.*ALERT_(.+)$/;

function whyUntrusted(
  code: string,
  text: string,
  { host, serverName, files, settings }: TlsPeer,
  certificate: PeerCertificate | undefined,
): string {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return `it expired${certificate ? ` on ${certificate.valid_to}` : ''}. Renew it there; our clock says ${new Date().toUTCString()}.`;
    case 'CERT_NOT_YET_VALID':
      return `it is not valid before ${certificate?.valid_from ?? 'a later time'}; our clock says ${new Date().toUTCString()}. Correct the clock that is wrong.`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID': {
      const names = certificate?.subjectaltname ?? certificate?.subject.CN ?? text;
      return `it is for ${String(names)}, not for ${serverName ?? host}. Write the host as the certificate has it${settings.name}.`;
    }
    case 'CERT_REVOKED':
      return 'it was revoked. Renew it there.';
    default: {
      const issuer = certificate ? `it was signed by "${named(certificate.issuer)}"` : text;
      const known = files.ca === undefined ? 'none of the authorities that Node knows' : `not in ${files.ca}`;
      return `${issuer}, which is ${known}. Name the file with the certificate of its authority with ${settings.ca} (${code}).`;
    }
  }
}

/** The server ended the handshake. */
function refusedUs(alert: string, peer: TlsPeer): string {
  const { product, settings } = peer;
  const own = peer.files.cert;
  const where = `Cannot connect to ${product} at ${shown(peer)}`;
  const said = `its alert: ${alert.toLowerCase().replaceAll('_', ' ')}`;
  if (own === undefined && /CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE/.test(alert)) {
    return `${where}: it wants a certificate from us, and there is none (${said}). Name one that its authority has signed with ${settings.own}.`;
  }
  if (own !== undefined && /CERTIFICATE|UNKNOWN_CA/.test(alert)) {
    const why = /UNKNOWN_CA/.test(alert) ? 'it does not know the authority that signed it' : said;
    return `${where}: it does not take our certificate ${own} (${why}). Have it signed by an authority that the server trusts, and see that it is valid now: openssl x509 -noout -issuer -dates -in ${own}.`;
  }
  return `${where}: it ended the TLS handshake (${said}). It may allow other versions of TLS or other ciphers than ours (TLS 1.2 and 1.3).`;
}

function shown({ host, port }: TlsPeer): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function named({ CN, O }: PeerCertificate['subject']): string {
  return [CN, O].filter((part) => part !== undefined).join(', ');
}

/** A server that does not answer for so long does not now. */
const LOOK_TIMEOUT_MS = 10_000;

/** What the server shows to anybody, or `undefined` when it does not now. No password is sent. */
async function certificateOf(peer: TlsPeer): Promise<DetailedPeerCertificate | undefined> {
  const { host, port } = peer;
  const { promise, resolve } = Promise.withResolvers<DetailedPeerCertificate | undefined>();
  const socket = connectTcp({ host, port });
  socket.setTimeout(LOOK_TIMEOUT_MS, () => resolve(undefined));
  socket.on('error', () => resolve(undefined));
  try {
    const material = await readTlsFiles(peer.files, peer.product);
    await Promise.race([peer.greet?.(socket), promise]);
    const servername = peer.serverName ?? (isIP(host) === 0 ? host : '');
    // Only looked at: whether it is to be trusted has been decided.
    const secure = connect({ ...material, socket, servername, rejectUnauthorized: false }, () =>
      resolve(secure.getPeerCertificate(true)),
    );
    secure.on('error', () => resolve(undefined));
    const certificate = await promise;
    return certificate?.subject === undefined ? undefined : certificate;
  } finally {
    socket.destroy();
  }
}
