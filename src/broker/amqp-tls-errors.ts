import { isIP } from 'node:net';
import { connect, type DetailedPeerCertificate, type PeerCertificate } from 'node:tls';
import { AftermathError, codeOf, messageOf } from '../service/errors.ts';
import { CONNECT_TIMEOUT_MS, tlsOptions } from './amqp-connect.ts';
import type { AmqpTarget, AmqpTls, Host } from './amqp-target.ts';

/**
 * Why the two sides do not trust each other, in words: what the certificate says, and what to do. All of it is
 * `stop`: the same certificates will be refused again.
 *
 * @returns `undefined` when it is not a matter of trust
 */
export async function tlsFailure(
  error: unknown,
  target: AmqpTarget,
  host: Host,
): Promise<AftermathError | undefined> {
  const { tls } = target;
  if (tls === undefined) return undefined;
  const code = codeOf(error) ?? '';
  const alert = ALERT.exec(code)?.[1];
  const failed = (text: string): AftermathError => new AftermathError('stop', text, { cause: error });
  if (alert !== undefined) return failed(refusedUs(alert, tls, host));
  if (!UNTRUSTED.test(code)) return undefined;
  const certificate = await certificateOf(tls, host);
  return failed(
    `Cannot trust the certificate of ${host.shown}: ${await whyUntrusted(code, messageOf(error), tls, host, certificate)}`,
  );
}

const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|HOSTNAME_MISMATCH/;
/** `ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED`, `ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE`: the server says why it ends it. */
const ALERT = /^ERR_SSL_.*ALERT_(.+)$/;

async function whyUntrusted(
  code: string,
  text: string,
  { files, serverName }: AmqpTls,
  host: Host,
  certificate: PeerCertificate | undefined,
): Promise<string> {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return `it expired${certificate ? ` on ${certificate.valid_to}` : ''}. Renew it there; our clock says ${new Date().toUTCString()}.`;
    case 'CERT_NOT_YET_VALID':
      return `it is not valid before ${certificate?.valid_from ?? 'a later time'}; our clock says ${new Date().toUTCString()}. Correct the clock that is wrong.`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID': {
      const names = certificate?.subjectaltname ?? certificate?.subject.CN ?? text;
      return `it is for ${String(names)}, not for ${serverName ?? host.name}. Write the host as the certificate has it, or name with --broker-server-name the one that it is for.`;
    }
    case 'CERT_REVOKED':
      return 'it was revoked. Renew it there.';
    default: {
      const issuer = certificate
        ? `it was signed by "${named(certificate.issuer)}", which`
        : `${text}: what signed it`;
      const known = files.ca === undefined ? 'none of the authorities that Node knows' : `not in ${files.ca}`;
      return `${issuer} is ${known}. Name the file with the certificate of its authority with --broker-ca (${code}).`;
    }
  }
}

/** The server ended the handshake. */
function refusedUs(alert: string, { files }: AmqpTls, host: Host): string {
  const where = `Cannot connect to RabbitMQ at ${host.shown}`;
  const own = files.cert;
  if (own === undefined && /CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE/.test(alert)) {
    return `${where}: it wants a certificate from us, and there is none (its alert: ${said(alert)}). Name one that its authority has signed with --broker-cert, and its key with --broker-key.`;
  }
  if (own !== undefined && /CERTIFICATE|UNKNOWN_CA/.test(alert)) {
    const why = /UNKNOWN_CA/.test(alert)
      ? 'it does not know the authority that signed it'
      : `its alert: ${said(alert)}`;
    return `${where}: it does not take our certificate ${own} (${why}). Have it signed by an authority of RabbitMQ's ssl_options.cacertfile, and see that it is valid now: openssl x509 -noout -issuer -dates -in ${own}.`;
  }
  return `${where}: it ended the TLS handshake (its alert: ${said(alert)}). It may allow other versions of TLS or other ciphers than ours (TLS 1.2 and 1.3).`;
}

function said(alert: string): string {
  return alert.toLowerCase().replaceAll('_', ' ');
}

function named(name: PeerCertificate['subject']): string {
  const { O, CN } = name;
  return [CN, O].filter((part) => part !== undefined).join(', ');
}

/** What the server shows to anybody, or `undefined` when it does not now. Nothing of ours is sent. */
async function certificateOf(tls: AmqpTls, host: Host): Promise<DetailedPeerCertificate | undefined> {
  const { promise, resolve } = Promise.withResolvers<DetailedPeerCertificate | undefined>();
  const servername = tls.serverName ?? (isIP(host.name) === 0 ? host.name : '');
  const options = { ...(await tlsOptions(tls)), host: host.name, port: host.port, servername };
  // Only looked at: whether it is to be trusted has been decided.
  const socket = connect({ ...options, rejectUnauthorized: false }, () =>
    resolve(socket.getPeerCertificate(true)),
  );
  socket.setTimeout(CONNECT_TIMEOUT_MS, () => resolve(undefined));
  socket.on('error', () => resolve(undefined));
  try {
    const certificate = await promise;
    return certificate?.subject === undefined ? undefined : certificate;
  } finally {
    socket.destroy();
  }
}
