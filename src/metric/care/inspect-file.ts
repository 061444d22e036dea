import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { AftermathError, messageOf } from '../../service/errors.ts';
import { ArenaReader } from '../ledger/arena.ts';
import { HASH_AT, readEntry } from '../ledger/entry-codec.ts';
import { keyHash } from '../ledger/key-hash.ts';
import { bufferOf } from '../ledger/segment.ts';
import { type StoredState, readState } from '../ledger/sqlite-store.ts';
import { Words } from '../ledger/words.ts';
import { FilePicture } from './file-picture.ts';
import { Tally } from './tally.ts';

/** What a ledger file holds, and everything that is wrong with it. */
export interface FileFindings {
  /** Whole sentences; none: the file is sound. */
  readonly problems: readonly string[];
  /** The row that every commit writes, where it can be read. */
  readonly state: StoredState | undefined;
  /** Ids that are known. */
  readonly ids: number | undefined;
}

/**
 * Looks through a whole ledger file without changing it, a writer may be at work: SQLite's own check, the checksum of
 * every blob, then each entry: whether it can be read, lies where it is looked for, and is what the books count.
 *
 * @throws {AftermathError} `stop` when there is no such file, or it is another program's
 */
export function inspectFile(path: string): FileFindings {
  const problems: string[] = [];
  try {
    using picture = new FilePicture(path, 'check');
    const { db } = picture;
    for (const row of db.prepare('PRAGMA integrity_check(20)').iterate()) {
      if (row['integrity_check'] !== 'ok') problems.push(`SQLite says: ${String(row['integrity_check'])}.`);
    }
    const state = stateIn(db, problems);
    if (problems.length === 0) checkBlobs(db, problems);
    const ids =
      problems.length === 0 && state !== undefined ? checkEntries(picture, state, problems) : undefined;
    return { problems, state, ids };
  } catch (error) {
    if (error instanceof AftermathError || error instanceof TypeError) throw error;
    return {
      problems: [...problems, `It cannot be read: ${messageOf(error)}.`],
      state: undefined,
      ids: undefined,
    };
  }
}

function stateIn(db: DatabaseSync, problems: string[]): StoredState | undefined {
  const json = db.prepare('SELECT json FROM state').get()?.['json'];
  if (json === undefined) return undefined;
  try {
    return readState(String(json));
  } catch (error) {
    problems.push(`The row with books and cursor cannot be read: ${messageOf(error)}.`);
    return undefined;
  }
}

function checkBlobs(db: DatabaseSync, problems: string[]): void {
  const tables = [
    { what: 'batch', sql: 'SELECT seq AS name, bytes, crc FROM batch' },
    { what: 'figures of', sql: 'SELECT name, bytes, crc FROM figure' },
    { what: 'block', sql: 'SELECT id AS name, bytes, crc FROM block' },
  ];
  for (const { what, sql } of tables) {
    for (const { name, bytes, crc } of db.prepare(sql).iterate()) {
      if (crc32(bufferOf(bytes)) !== crc) problems.push(`${what} ${String(name)} is not what was written.`);
    }
  }
  for (const { segment, fences, words, crc } of db.prepare('SELECT * FROM filter').iterate()) {
    if (crc32(bufferOf(words), crc32(bufferOf(fences))) !== crc)
      problems.push(`The filter of segment ${String(segment)} is not what was written.`);
  }
}

/** @returns how many ids there are */
function checkEntries(picture: FilePicture, state: StoredState, problems: string[]): number {
  const reader = new ArenaReader(new Words(picture.texts()));
  const tally = new Tally();
  const { seed } = picture;
  const incomplete = (found: string): void => void problems.push(`It is damaged: ${found}.`);
  for (const { bytes, at } of picture.newestStates(incomplete)) {
    const entry = readEntry(reader, bytes, at);
    if (keyHash(entry.key, seed) !== bytes.readDoubleLE(at + HASH_AT))
      tally.problem(`The entry of ${entry.token} is not where it is looked for.`);
    for (const { outcomes } of entry.predictions) {
      if (outcomes.some(({ number }) => number > state.rules.number))
        tally.problem(`The entry of ${entry.token} has an outcome after the last, ${state.rules.number}.`);
    }
    tally.add(entry);
  }
  problems.push(...tally.problems(state.rules.books));
  return tally.ids;
}
