import { randomInt } from 'node:crypto';
import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AftermathError, codeOf, messageOf } from '../../service/errors.ts';
import type { Durability } from '../settings.ts';
import { Checkpoints } from './checkpoints.ts';
import { FileSync } from './file-sync.ts';
import { damaged } from './segment.ts';
import { isDamage, isForbidden } from './sqlite-errors.ts';
import { prepareSchema } from './sqlite-schema.ts';
import { WriterLock, noteHolder } from './writer-lock.ts';

/** An open ledger file, ours alone to write. */
export interface LedgerFile extends AsyncDisposable {
  readonly path: string;
  readonly db: DatabaseSync;
  /** To be asked before a transaction, and told of it after. */
  readonly checkpoints: Checkpoints;
  /** Seed of the hashes in it. */
  readonly seed: number;
  /** Bytes on disk, with the write-ahead log. */
  bytes(): number;
  /** Fulfils when every commit up to now survives what the durability promises. */
  durable(): Promise<void>;
}

/**
 * Opens a ledger file, or makes it with its directory.
 *
 * @throws {AftermathError} `stop`: held by another writer, damaged, not ours, of a newer version, not writable
 */
export function openLedgerFile(path: string, durability: Durability): LedgerFile {
  let lock: WriterLock | undefined;
  let db: DatabaseSync | undefined;
  try {
    mkdirSync(dirname(resolve(path)), { recursive: true });
    lock = WriterLock.take(path);
    db = new DatabaseSync(path, { timeout: 5000 });
    // Has no effect on a file that exists. A block fits one page.
    db.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
    db.exec('PRAGMA journal_mode = WAL');
    // FULL would sync the write-ahead log in each commit, on the main thread; `durable` does the same beside it.
    db.exec('PRAGMA synchronous = NORMAL');
    db.exec(`PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -${CACHE_KIB}`);
    db.exec(`PRAGMA journal_size_limit = ${2 * CHECKPOINT_BYTES}`);
    prepareSchema(db, path);
    checkBounded(db, path);
    noteHolder(db);
    return file(path, db, lock, durability === 'power-cut' ? new FileSync(`${path}-wal`) : undefined);
  } catch (error) {
    db?.close();
    lock?.[Symbol.dispose]();
    throw explained(error, path);
  }
}

const PAGE_BYTES = 8192;

/** So much is committed between two checkpoints: it bounds how long opening takes after a crash, and the write-ahead log. */
const CHECKPOINT_BYTES = 8 * 1024 * 1024;

/** Blocks have a cache of their own. */
const CACHE_KIB = 4_096;

/** A whole check of a larger file would take longer than a start may; its blobs have checksums of their own. */
const CHECKED_BYTES_MAX = 64 * 1024 * 1024;

function file(path: string, db: DatabaseSync, lock: WriterLock, sync: FileSync | undefined): LedgerFile {
  const checkpoints = new Checkpoints(path, CHECKPOINT_BYTES);
  const ended = async (): Promise<void> => {
    await checkpoints[Symbol.asyncDispose]();
    await sync?.[Symbol.asyncDispose]();
    if (db.isOpen) db.close();
    lock[Symbol.dispose]();
  };
  return {
    path,
    db,
    checkpoints,
    seed: seedOf(db),
    bytes: () => sizeOf(path) + sizeOf(`${path}-wal`),
    durable: () => sync?.sync() ?? Promise.resolve(),
    [Symbol.asyncDispose]: ended,
  };
}

function seedOf(db: DatabaseSync): number {
  db.prepare("INSERT OR IGNORE INTO meta (name, value) VALUES ('seed', ?)").run(String(randomInt(2 ** 31)));
  return Number(db.prepare("SELECT value FROM meta WHERE name = 'seed'").get()?.['value']);
}

function checkBounded(db: DatabaseSync, path: string): void {
  if (sizeOf(path) > CHECKED_BYTES_MAX) return;
  const found = db.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
  if (found !== 'ok') throw damaged(path, String(found));
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function explained(error: unknown, path: string): unknown {
  if (error instanceof AftermathError) return error;
  if (isDamage(error)) return damaged(path, messageOf(error));
  const system = codeOf(error);
  if (isForbidden(error) || (system !== undefined && system !== 'ERR_SQLITE_ERROR')) {
    const found = `Cannot open the ledger ${path}: ${messageOf(error)}.`;
    return new AftermathError(
      'stop',
      `${found} Make its folder writable, or name another file with --ledger.`,
      {
        cause: error,
      },
    );
  }
  return error;
}
