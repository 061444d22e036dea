import { AftermathError } from '../../service/errors.ts';
import type { DatabaseSync } from 'node:sqlite';

/** Marks a SQLite file as ours: "AfMt". */
export const APPLICATION_ID = 0x41664d74;

/** Raised with every change of the tables or of the bytes in them; an older file is migrated, a newer one refused. */
export const SCHEMA_VERSION = 1;

/**
 * The tables of a ledger file.
 *
 * - `state`: one row; the rules' memory, the log's cursor and the place in `batch`, as JSON, with every commit.
 * - `batch`: one row a commit that changed entries; their new states one behind the other.
 * - `word`: texts that entries hold by number.
 * - `figure`: the figures as they stood at an outcome that `state` names.
 * - `segment`, `filter`, `block`: sorted runs of older entries; a block's id is its segment · 2^24 + its number.
 * - `meta`: what belongs to the file: the seed of its hashes, who holds it.
 *
 * Every blob has its CRC-32 beside it: SQLite itself does not notice a bit that flipped in one.
 */
const TABLES = `
  CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), json TEXT NOT NULL) STRICT;
  CREATE TABLE batch (seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL, crc INTEGER NOT NULL) STRICT;
  CREATE TABLE word (code INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
  CREATE TABLE figure (name TEXT PRIMARY KEY, bytes BLOB NOT NULL, crc INTEGER NOT NULL) STRICT;
  CREATE TABLE segment (
    id INTEGER PRIMARY KEY, state TEXT NOT NULL CHECK (state IN ('building', 'live', 'dead')),
    place REAL NOT NULL, level INTEGER NOT NULL, entries INTEGER NOT NULL, blocks INTEGER NOT NULL,
    due REAL NOT NULL, forget REAL NOT NULL
  ) STRICT;
  CREATE TABLE filter (segment INTEGER PRIMARY KEY, fences BLOB NOT NULL, words BLOB NOT NULL, crc INTEGER NOT NULL) STRICT;
  CREATE TABLE block (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL, crc INTEGER NOT NULL) STRICT;
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
`;

/**
 * Makes the tables in a new file, brings those of an older one up to date, and refuses what is not ours.
 *
 * @throws {AftermathError} `stop`: the file is another program's, or of a newer version
 */
export function prepareSchema(db: DatabaseSync, path: string): void {
  const found = numberOf(db, 'application_id');
  const version = numberOf(db, 'user_version');
  const tables = db.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n'];
  if (tables === 0 && found === 0) {
    db.exec(
      `BEGIN IMMEDIATE; ${TABLES} PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`,
    );
    return;
  }
  if (found !== APPLICATION_ID) {
    throw new AftermathError(
      'stop',
      `Cannot open the ledger ${path}: it is a database of another program. Name another file with --ledger.`,
    );
  }
  if (version > SCHEMA_VERSION) {
    throw new AftermathError(
      'stop',
      `Cannot open the ledger ${path}: its schema has version ${version}, this program knows ${SCHEMA_VERSION}. ` +
        'Use the newer program that wrote it, or name another file with --ledger.',
    );
  }
}

function numberOf(db: DatabaseSync, pragma: string): number {
  return Number(db.prepare(`PRAGMA ${pragma}`).get()?.[pragma]);
}
