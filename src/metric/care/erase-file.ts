import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { AftermathError } from '../../service/errors.ts';
import type { Logger } from '../../service/logging.ts';
import { idMatch } from '../../wire/id-match.ts';
import { ArenaReader } from '../ledger/arena.ts';
import type { LogCursor } from '../ledger/ledger.ts';
import { emptyRulesState } from '../ledger/rules-state.ts';
import { prepareSchema } from '../ledger/sqlite-schema.ts';
import { explained, SqliteStore, type StoredState } from '../ledger/sqlite-store.ts';
import { WriterLock } from '../ledger/writer-lock.ts';
import { adoptErased, writeErased } from '../log/log-erase.ts';
import { statesWithout } from '../ordered/outcome-keeper.ts';
import { takeOutWaiting } from './erase-books.ts';
import { eraseEntries } from './erase-entries.ts';
import { type Erased, erasedOf, type ErasedParts, type EraseOptions } from './erased.ts';
import { asideOf } from './put-aside.ts';

/**
 * Takes an id out of a ledger file and its log. The log is written aside first, its new length goes into the transaction
 * that takes the entries out, then it takes the place of the old one: whoever is next, metric or this again, finishes what
 * was stopped in between. Last the file is written anew, so that nothing of it is left in what is free.
 *
 * @throws {AftermathError} `stop`: somebody writes the ledger, it was not stopped in order, or the log is not there
 */
export async function eraseFromFile(options: EraseOptions, log: Logger): Promise<Erased> {
  const { ledger: path, logPath } = options;
  if (!existsSync(path))
    throw new AftermathError('stop', `Cannot erase from the ledger ${path}: there is no such file.`);
  using _lock = WriterLock.take(path);
  try {
    using db = new DatabaseSync(path, { timeout: 5000 });
    prepareSchema(db, path);
    // What is deleted is overwritten, and what was freed before goes with VACUUM.
    db.exec('PRAGMA secure_delete = ON');
    const store = new SqliteStore(db, path, () => emptyRulesState(undefined));
    mustBeStopped(store.state, path);
    const { cursor, ...found } = eraseInTransaction(db, store, options, log);
    log.info('the ledger is without it');
    if (logPath !== undefined && cursor !== undefined) adoptErased(logPath, cursor.bytes);
    log.info('the log is without it');
    db.exec('VACUUM');
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    const copies = [...asideOf(path, 'damaged'), ...asideOf(path, 'moved')];
    return erasedOf(options, path, {
      ...found,
      elsewhere: copies.length > 0 ? [`Older files of this ledger may hold it: ${copies.join(', ')}.`] : [],
    });
  } catch (error) {
    throw explained(error, path);
  }
}

/** Outcomes that are not in the stored figures yet are told from their entries at the next start. */
function mustBeStopped({ rules, figuresNumber }: StoredState, path: string): void {
  if (figuresNumber === rules.number) return;
  throw new AftermathError(
    'stop',
    `Cannot erase from the ledger ${path}: it was not stopped in order, and ${rules.number - figuresNumber} outcomes are not in its stored figures. ` +
      'Start metric once and stop it, then run this again.',
  );
}

function eraseInTransaction(
  db: DatabaseSync,
  store: SqliteStore,
  { ledger: path, logPath, id }: EraseOptions,
  log: Logger,
): Omit<ErasedParts, 'elsewhere'> & { readonly cursor: LogCursor | undefined } {
  const { rules, cursor, foldedSeq } = store.state;
  const { keys, isCell } = idMatch(id);
  if (logPath !== undefined && cursor !== undefined) adoptErased(logPath, cursor.bytes);
  const erasedLog =
    logPath === undefined || cursor === undefined ? undefined : writeErased(logPath, cursor, isCell);
  log.info('the log without it is written aside');
  const words = store.words();
  store.begin();
  const seed = Number(db.prepare("SELECT value FROM meta WHERE name = 'seed'").get()?.['value']);
  const reader = new ArenaReader(words);
  const entries = eraseEntries({ db, path, seed, reader, foldedSeq }, keys);
  for (const entry of entries) takeOutWaiting(rules.books, entry);
  const { states, rows } = statesWithout(store.figures(), new Set(keys));
  const after = erasedLog?.cursor ?? cursor;
  if (after === undefined) store.rollback();
  else
    store.commit({
      rules,
      cursor: after,
      entries: Buffer.alloc(0),
      words,
      foldedSeq: undefined,
      figures: states.size > 0 ? states : undefined,
    });
  return { entries, lines: erasedLog?.lines ?? 0, lastRows: rows, books: rules.books, cursor: after };
}
