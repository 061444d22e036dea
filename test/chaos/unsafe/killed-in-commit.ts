/**
 * Kills the process that it is imported into with -9 in the worst moment: lines are in the log, and the transaction
 * they belong to is not committed. AFTERMATH_TEST_KILLED_IN_COMMIT is the number of the commit.
 */
import { MetricLog } from '../../../src/metric/log/log.ts';
import { around } from './around.ts';

let left = Number(process.env['AFTERMATH_TEST_KILLED_IN_COMMIT']);
around(MetricLog, 'write', (_, write, outcomes, task) => {
  const cursor = write(outcomes, task);
  if (outcomes.length > 0) left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
  return cursor;
});
