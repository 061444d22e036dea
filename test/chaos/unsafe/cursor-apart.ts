/**
 * Switches a safety off, in the process that it is imported into: the log goes on where the file ends, not where the
 * ledger's transaction says. For the runs that show that the checks would see a duplicate.
 */
import { statSync } from 'node:fs';
import { MetricLog } from '../../../src/metric/log/log.ts';
import { around } from './around.ts';

around(MetricLog, 'reopen', ({ path }, reopen, cursor, ...rest) => {
  const bytes = statSync(path, { throwIfNoEntry: false })?.size;
  return reopen(cursor && bytes !== undefined ? { ...cursor, bytes } : cursor, ...rest);
});
