import { AftermathError } from '../../../service/errors.ts';
import type { TlsFiles } from '../../../service/tls-files.ts';

/** Where a ledger in PostgreSQL is. */
export interface PostgresAddress {
  /** What the client connects with. */
  readonly url: string;
  /** The schema that holds all of it. */
  readonly schema: string;
  /** The same for people: without a password. */
  readonly shown: string;
  /** How the two prove themselves to each other; `undefined`: without TLS. */
  readonly tls: PostgresTls | undefined;
  /** File with the password, read at every connection. */
  readonly passwordFile: string | undefined;
}

/** TLS as libpq has it: `verify-full` checks who signed the certificate and whom it is for, `verify-ca` who signed it, `require` neither. */
export interface PostgresTls {
  readonly mode: 'require' | 'verify-ca' | 'verify-full';
  readonly files: TlsFiles;
}

/**
 * Whether `--ledger` names a database rather than a file.
 *
 * @throws {AftermathError} `usage` for another kind of URL: as the name of a file it would leave its password in the folder
 */
export function isPostgresUrl(ledger: string): boolean {
  const scheme = /^(\w+):\/\//.exec(ledger)?.[1];
  if (scheme === undefined) return false;
  if (/^postgres(ql)?$/.test(scheme)) return true;
  throw new AftermathError(
    'usage',
    `Cannot use the ledger: found a URL with ${scheme}:, expected a file or postgres://user:password@host:5432/database.`,
  );
}

/**
 * Reads `postgres://user:password@host:port/database?schema=NAME`. The schema is `aftermath` unless one is named; all other
 * parameters are the client's, but for those of TLS (`sslmode`, `sslrootcert`, `sslcert`, `sslkey`) and `passwordfile`.
 *
 * @throws {AftermathError} `usage` when it is no such URL; the message shows no password
 */
export function postgresAddress(text: string): PostgresAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) {
    throw new AftermathError(
      'usage',
      'Cannot use the ledger: its address is no URL. Expected postgres://user:password@host:5432/database; ' +
        'characters with a meaning in URLs are written %40 for @, %2F for /, %3A for :.',
    );
  }
  const schema = url.searchParams.get('schema') ?? DEFAULT_SCHEMA;
  if (!/^[a-z_][a-z0-9_]{0,50}$/.test(schema)) {
    throw new AftermathError(
      'usage',
      `Cannot use the schema "${schema.slice(0, 60)}": expected a name of small letters, digits and _ that begins with a letter.`,
    );
  }
  url.searchParams.delete('schema');
  const tls = takeTls(url);
  const passwordFile = taken(url, 'passwordfile');
  if (passwordFile !== undefined && (url.password !== '' || url.username === '')) {
    const found = url.password === '' ? 'the URL names no user' : 'the URL has a password too';
    throw new AftermathError(
      'usage',
      `Cannot use the ledger: passwordfile is given, but ${found}. Expected postgres://user@host:5432/database?passwordfile=FILE.`,
    );
  }
  const name = schema === DEFAULT_SCHEMA ? '' : `?schema=${schema}`;
  const user = url.username === '' ? '' : `${url.username}@`;
  return {
    url: url.href,
    schema,
    shown: `postgres://${user}${url.host}${url.pathname}${name}`,
    tls,
    passwordFile,
  };
}

const DEFAULT_SCHEMA = 'aftermath';

function takeTls(url: URL): PostgresTls | undefined {
  const mode = taken(url, 'sslmode');
  const files = { ca: taken(url, 'sslrootcert'), cert: taken(url, 'sslcert'), key: taken(url, 'sslkey') };
  const isNamed = Object.values(files).some((file) => file !== undefined);
  if (mode === 'require' && files.ca !== undefined) return { mode: 'verify-ca', files };
  if (mode === 'require' || mode === 'verify-ca' || mode === 'verify-full') return { mode, files };
  if ((mode === undefined || mode === 'disable') && !isNamed) return undefined;
  throw new AftermathError(
    'usage',
    mode === undefined || mode === 'disable'
      ? 'Cannot use the ledger: files for TLS are named, but not sslmode. Add sslmode=verify-full to its URL.'
      : `Cannot use the ledger: sslmode is "${mode.slice(0, 20)}", expected disable, require, verify-ca or verify-full (which alone knows that it is the right server).`,
  );
}

/** A parameter that is not for the client. */
function taken(url: URL, name: string): string | undefined {
  const value = url.searchParams.get(name) ?? undefined;
  url.searchParams.delete(name);
  return value;
}
