import { hostname } from 'node:os';
import { DatabaseSync } from 'node:sqlite';
import { AftermathError } from '../../service/errors.ts';
import { isBusy } from './sqlite-errors.ts';

/**
 * The right to write one ledger file, held by one process at a time. It is a lock of the operating system on
 * a small file beside the ledger, so it ends with the process, however that ends: a killed one leaves
 * nothing behind that somebody would have to remove.
 */
export class WriterLock implements Disposable {
  readonly #db: DatabaseSync;

  private constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /**
   * @param path of the ledger; the lock is `<path>-lock`
   * @throws {AftermathError} `stop` when another process, or this one, holds it: says who
   */
  static take(path: string): WriterLock {
    const db = new DatabaseSync(`${path}-lock`, { timeout: 0 });
    try {
      db.exec('BEGIN EXCLUSIVE');
      return new WriterLock(db);
    } catch (error) {
      db.close();
      if (!isBusy(error)) throw error;
      throw new AftermathError(
        'stop',
        `Cannot open the ledger ${path}: ${holderOf(path)} writes it. ` +
          'One ledger has one writer: stop that one, or name another file with --ledger.',
        { cause: error },
      );
    }
  }

  [Symbol.dispose](): void {
    if (this.#db.isOpen) this.#db.close();
  }
}

/** Notes in the ledger who holds it, for whoever is refused. */
export function noteHolder(db: DatabaseSync): void {
  const holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  db.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES ('holder', ?)").run(JSON.stringify(holder));
}

function holderOf(path: string): string {
  try {
    using db = new DatabaseSync(path, { readOnly: true, timeout: 1000 });
    const row = db.prepare("SELECT value FROM meta WHERE name = 'holder'").get();
    const holder = JSON.parse(String(row?.['value'])) as { pid: number; host: string; since: string };
    return `process ${holder.pid} on ${holder.host} (since ${holder.since})`;
  } catch {
    return 'another process';
  }
}
