import { dirname, join } from 'node:path';
import { Option } from 'commander';
import { isPostgresUrl } from '../metric/ledger/postgres/address.ts';

/** What a command of `aftermath ledger` takes for the ledger itself. */
export const LEDGER = [
  '<ledger>',
  'ledger file (ledger.db in --logs unless metric was told otherwise), or postgres://user@host:5432/database',
] as const;

/** Where its log is. */
export const LOG = new Option('--log <FILE>', 'its log (default: metric_log.csv beside the ledger file)');

/** The log that is named, else the one beside a file; a ledger in PostgreSQL has none beside it. */
export function logOf(ledger: string, flags: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof flags['log'] === 'string') return flags['log'];
  return isPostgresUrl(ledger) ? undefined : join(dirname(ledger), 'metric_log.csv');
}
