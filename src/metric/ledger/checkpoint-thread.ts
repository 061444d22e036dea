import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/** What the thread is told when it starts. */
export interface CheckpointThreadData {
  readonly path: string;
}

/** What it is asked: to copy what is in the write-ahead log now, or to end. Each copy is answered. */
export type CheckpointOrder = 'copy' | 'end';

const { path } = workerData as CheckpointThreadData;
const db = new DatabaseSync(path, { timeout: 5000 });
db.exec('PRAGMA synchronous = NORMAL');
const copy = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');

parentPort?.on('message', (order: CheckpointOrder) => {
  if (order === 'end') {
    db.close();
    parentPort?.close();
    return;
  }
  try {
    copy.get();
  } catch {
    // Where the disk is full the next commit says so; what could not be copied stays in the write-ahead log.
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage('copied');
});
