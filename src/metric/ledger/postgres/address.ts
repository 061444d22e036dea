import { AftermathError } from '../../../service/errors.ts';

/** Where a ledger in PostgreSQL is. */
export interface PostgresAddress {
  /** What the client connects with. */
  readonly url: string;
  /** The schema that holds all of it. */
  readonly schema: string;
  /** The same for people: without a password. */
  readonly shown: string;
}

/** Whether `--ledger` names a database rather than a file. */
export function isPostgresUrl(ledger: string): boolean {
  return /^postgres(ql)?:\/\//.test(ledger);
}

/**
 * Reads `postgres://user:password@host:port/database?schema=NAME`. The schema is `aftermath` unless one is named; all other
 * parameters are the client's.
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
  const name = schema === DEFAULT_SCHEMA ? '' : `?schema=${schema}`;
  const user = url.username === '' ? '' : `${url.username}@`;
  return { url: url.href, schema, shown: `postgres://${user}${url.host}${url.pathname}${name}` };
}

const DEFAULT_SCHEMA = 'aftermath';
