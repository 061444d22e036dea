import { AftermathError, codeOf, messageOf } from '../../../service/errors.ts';

/** PostgreSQL's own code of an error (SQLSTATE, five characters), or `undefined`. */
export function sqlState(error: unknown): string | undefined {
  const code = codeOf(error);
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) && !code.startsWith('E') ? code : undefined;
}

/** Another worker was quicker: the same batch goes well when it is taken again at once. */
export class Contended extends Error {}

/** The transaction lost a race, or a deadlock was broken at its cost. */
export function isContention(error: unknown): boolean {
  const state = sqlState(error);
  return error instanceof Contended || state === '40001' || state === '40P01' || state === '55P03';
}

/** A record that the database does not take, whoever asks: a value out of range, a constraint of somebody's own, a row too large. */
export function isOfRow(error: unknown): boolean {
  const group = sqlState(error)?.slice(0, 2);
  return group === '22' || group === '23' || group === '54';
}

/** Whether nobody knows what became of the transaction, or the server cannot take one now. */
export function isPassing(error: unknown): boolean {
  const state = sqlState(error);
  if (state === undefined) return isOfConnection(error);
  return PASSING.some((group) => state.startsWith(group));
}

/** Connection lost, resources (disk full, too many connections), cancelled, shutting down or not yet up, system errors. */
const PASSING = ['08', '53', '57', '58', '25P03', 'XX000'];

/** The connection ended, or never came about. */
function isOfConnection(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined && CONNECTION_CODES.has(code)) return true;
  return (
    error instanceof Error &&
    /^(Connection terminated|Client has encountered|timeout expired|Client was closed)/.test(error.message)
  );
}

const CONNECTION_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/**
 * What went wrong, for whoever delivers the batch: what passes is tried again, what an operator has to mend stops, anything
 * unknown is a bug and stays what it is.
 *
 * @param address of the ledger, without a password
 */
export function explained(error: unknown, address: string, doing: keyof typeof DOING = 'store'): unknown {
  if (error instanceof AftermathError) return error;
  const cause = { cause: error };
  if (isPassing(error) || isContention(error)) {
    const [what, then] = DOING[doing];
    return new AftermathError(
      'retry',
      `Cannot ${what} the ledger ${address}: ${messageOf(error)}. ${then}`,
      cause,
    );
  }
  const state = sqlState(error);
  if (state === undefined) return error;
  const advice = ADVICE.find(([group]) => state.startsWith(group))?.[1];
  if (advice === undefined) return error;
  return new AftermathError(
    'stop',
    `Cannot use the ledger ${address}: ${messageOf(error)}. ${advice}`,
    cause,
  );
}

const DOING = {
  open: ['open', 'It is tried again.'],
  store: ['store a batch in', 'It is tried again.'],
  care: ['finish with', 'Run it again: it goes on, or begins anew.'],
} as const;

const ADVICE: readonly (readonly [group: string, advice: string])[] = [
  [
    '28',
    'Check user and password in --ledger, and pg_hba.conf of the server: where it wants TLS, add sslmode=verify-full to the URL, where it wants a certificate, sslcert and sslkey.',
  ],
  ['3D', 'Make the database, or name another one in --ledger.'],
  ['42501', 'Grant the user this right: `aftermath permissions metric` prints what it needs.'],
  ['3F', 'Make the schema, or grant the user CREATE on the database.'],
];
