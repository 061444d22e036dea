import { AftermathError } from '../../../service/errors.ts';
import type { LedgerTask } from '../ledger.ts';
import type { Connection } from './connection.ts';
import { Contended } from './failures.ts';

/** What all workers go by in a batch. */
export interface SharedState {
  readonly task: LedgerTask | undefined;
  /** The naive answers, as the log's writer had them last. */
  readonly baseline: readonly number[] | undefined;
}

/** Reads it as it is now. */
export async function readSharedState(connection: Connection): Promise<SharedState> {
  const { rows } = await connection.run('SELECT ledger.task, log.baseline FROM ledger, log');
  const [task, baseline] = rows[0] ?? [];
  return {
    task: task === 'regression' || task === 'classification' ? task : undefined,
    baseline:
      typeof baseline === 'string' ? ((JSON.parse(baseline) as number[] | null) ?? undefined) : undefined,
  };
}

/** Settles what the truths are, within the transaction of the first pair. @throws {Contended} when another worker was first */
export async function firstTask(connection: Connection, task: LedgerTask): Promise<void> {
  const { count } = await connection.run('UPDATE ledger SET task = $1 WHERE task IS NULL', [task]);
  if (count === 0) throw new Contended('another worker has settled the task');
}

/** Sets the task that the settings name. @throws {AftermathError} `stop` where the ledger holds another */
export async function settleTask(
  connection: Connection,
  task: LedgerTask | undefined,
  shown: string,
): Promise<void> {
  if (task === undefined) return;
  await connection.run('UPDATE ledger SET task = $1 WHERE task IS NULL', [task]);
  const { task: found } = await readSharedState(connection);
  if (found === task) return;
  throw new AftermathError(
    'stop',
    `Cannot use the ledger ${shown}: it holds a ${found}, the settings say ${task}. Name another one with --ledger.`,
  );
}
