import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { AftermathError, whyUnreadable } from './errors.ts';

/** PEM files for a connection over TLS; what is not given is left to the runtime. */
export interface TlsFiles {
  /** The authorities that are trusted, in place of those that Node brings. */
  readonly ca: string | undefined;
  /** Our certificate, where the server asks for one; what signed it may follow it in the file. */
  readonly cert: string | undefined;
  /** The private key of `cert`, not encrypted. */
  readonly key: string | undefined;
}

/** What is in them, as `tls.connect` takes it. */
export interface TlsMaterial {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/**
 * Reads the files and sees that they are what they are given for: OpenSSL's own words would name neither the file
 * nor what is wrong with it.
 *
 * @param server whom they are for, `RabbitMQ`
 * @throws {AftermathError} `stop`, naming the file, what was found and what to do; never what is in it
 */
export async function readTlsFiles(files: TlsFiles, server: string): Promise<TlsMaterial> {
  const { ca, cert, key } = files;
  if ((cert === undefined) !== (key === undefined)) {
    const [given, missing] =
      cert === undefined ? ['private key', 'certificate'] : ['certificate', 'private key'];
    throw new AftermathError(
      'usage',
      `Cannot show ${server} a certificate: its ${given} is given, its ${missing} is not. Name both files, or neither.`,
    );
  }
  const material: { ca?: string; cert?: string; key?: string } = {};
  if (ca !== undefined) {
    material.ca = await read(ca, 'the certificate of the authority', server);
    certificateIn(material.ca, ca);
  }
  if (cert !== undefined && key !== undefined) {
    material.cert = await read(cert, 'our certificate', server);
    material.key = await read(key, 'our private key', server);
    const own = certificateIn(material.cert, cert);
    if (!own.checkPrivateKey(keyIn(material.key, key))) {
      throw cannot(
        `use ${key}`,
        `it is not the private key of the certificate in ${cert}`,
        'Name the two that belong together.',
      );
    }
  }
  return material;
}

async function read(path: string, what: string, server: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw cannot(`read ${what} for ${server} from ${path}`, whyUnreadable(error), undefined, error);
  }
}

/** The first certificate of the file: in a chain our own, as TLS wants it. */
function certificateIn(text: string, path: string): X509Certificate {
  const hint = 'Where it is in the binary form (DER): openssl x509 -inform der -in FILE -out FILE.pem.';
  if (!text.includes('-----BEGIN CERTIFICATE-----')) {
    throw cannot(
      `use ${path}`,
      'there is no certificate in it, expected PEM (-----BEGIN CERTIFICATE-----)',
      hint,
    );
  }
  try {
    return new X509Certificate(text);
  } catch (error) {
    throw cannot(`use ${path}`, 'the certificate in it is damaged', undefined, error);
  }
}

function keyIn(text: string, path: string): KeyObject {
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    throw cannot(`use ${path}`, 'there is no private key in it, expected PEM (-----BEGIN PRIVATE KEY-----)');
  }
  if (/ENCRYPTED/.test(text)) {
    throw cannot(
      `use ${path}`,
      'the private key is encrypted',
      'Give one that is not, readable by this user alone: openssl pkey -in FILE -out FILE.plain.',
    );
  }
  try {
    return createPrivateKey(text);
  } catch {
    // Not as the cause: it may repeat what it read.
    throw cannot(`use ${path}`, 'the private key in it is damaged');
  }
}

function cannot(action: string, found: string, advice?: string, cause?: unknown): AftermathError {
  const text = `Cannot ${action}: ${found}.${advice === undefined ? '' : ` ${advice}`}`;
  return new AftermathError('stop', text, { cause });
}
