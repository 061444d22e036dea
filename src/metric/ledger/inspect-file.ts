import { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { AftermathError, messageOf } from '../../service/errors.ts';
import { Arena, ArenaReader } from './arena.ts';
import { predictionImbalance, truthImbalance } from './books.ts';
import type { Entry } from './entry.ts';
import { HASH_AT, readEntry, readKey } from './entry-codec.ts';
import { HashFilter } from './hash-filter.ts';
import { nextStates } from './housekeeping.ts';
import { keyHash } from './key-hash.ts';
import { RecentTable } from './recent-table.ts';
import { Blocks, BLOCKS_MAX, type Segment, SegmentCursor, bufferOf } from './segment.ts';
import { APPLICATION_ID, SCHEMA_VERSION } from './sqlite-schema.ts';
import { type StoredState, readState } from './sqlite-store.ts';
import { Words } from './words.ts';

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
    using db = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
    // One picture of it, whatever is written meanwhile.
    db.exec('BEGIN');
    const version = numberOf(db, 'user_version');
    if (numberOf(db, 'application_id') !== APPLICATION_ID) {
      throw new AftermathError(
        'stop',
        `Cannot check ${path}: it is no ledger, but a database of another program.`,
      );
    }
    if (version > SCHEMA_VERSION) {
      const found = `its schema has version ${version}, this program knows ${SCHEMA_VERSION}`;
      throw new AftermathError(
        'stop',
        `Cannot check ${path}: ${found}. Use the newer program that wrote it.`,
      );
    }
    for (const row of db.prepare('PRAGMA integrity_check(20)').iterate()) {
      if (row['integrity_check'] !== 'ok') problems.push(`SQLite says: ${String(row['integrity_check'])}.`);
    }
    const state = stateIn(db, problems);
    if (problems.length === 0) checkBlobs(db, problems);
    const ids = problems.length === 0 && state !== undefined ? checkEntries(db, state, problems) : undefined;
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
function checkEntries(db: DatabaseSync, state: StoredState, problems: string[]): number {
  const words = new Words(
    db
      .prepare('SELECT text FROM word ORDER BY code')
      .iterate()
      .map((row) => String(row['text'])),
  );
  const reader = new ArenaReader(words);
  const recent = new RecentTable(new Arena(words));
  const batches = db.prepare('SELECT bytes FROM batch WHERE seq > ? ORDER BY seq').iterate(state.foldedSeq);
  for (const { bytes } of batches) recent.load(bufferOf(bytes), reader);
  const seed = Number(db.prepare("SELECT value FROM meta WHERE name = 'seed'").get()?.['value']);
  const tally = new Tally(state.rules.number);
  const take = (bytes: Buffer, at: number): void => {
    const entry = readEntry(reader, bytes, at);
    if (keyHash(entry.key, seed) !== bytes.readDoubleLE(at + HASH_AT))
      tally.problem(`The entry of ${entry.token} is not where it is looked for.`);
    tally.add(entry);
  };
  for (const { bytes, at } of recent.states()) take(bytes, at);
  for (const { bytes, at } of newestOf(db, problems)) {
    const hash = bytes.readDoubleLE(at + HASH_AT);
    if (recent.find(hash, readKey(reader, bytes, at)) < 0) take(bytes, at);
  }
  problems.push(...tally.problems(state));
  return tally.ids;
}

/** The newest state in the segments of each entry that is in any. */
function* newestOf(
  db: DatabaseSync,
  problems: string[],
): Iterable<{ readonly bytes: Buffer; readonly at: number }> {
  const live: Segment[] = [];
  const filters = db.prepare('SELECT fences, words FROM filter WHERE segment = ?');
  const blocksOf = db.prepare('SELECT count(*) AS n FROM block WHERE id >= ? AND id < ?');
  for (const row of db
    .prepare("SELECT * FROM segment WHERE state = 'live' ORDER BY place DESC, id DESC")
    .iterate()) {
    const [id, filter] = [Number(row['id']), filters.get(Number(row['id']))];
    const there = Number(blocksOf.get(id * BLOCKS_MAX, (id + 1) * BLOCKS_MAX)?.['n']);
    if (filter === undefined || there !== row['blocks']) {
      problems.push(`Segment ${id} is not complete: ${there} of ${String(row['blocks'])} blocks are there.`);
      continue;
    }
    const segment = {
      fences: new Float64Array(Uint8Array.from(bufferOf(filter['fences'])).buffer),
      filter: HashFilter.of(bufferOf(filter['words'])),
    };
    const [place, level, entries] = [Number(row['place']), Number(row['level']), Number(row['entries'])];
    live.push({
      id,
      place,
      level,
      entries,
      dueMs: Number(row['due']),
      forgetMs: Number(row['forget']),
      knownIn: -1,
      ...segment,
    });
  }
  const blocks = new Blocks(db, 'that is checked');
  const cursors = live.map((segment) => new SegmentCursor(blocks, segment));
  const states: { bytes: Buffer; view: DataView; at: number }[] = [];
  while (nextStates(cursors, states)) yield* states;
}

/** Counts entries again, to compare with the books. */
class Tally {
  ids = 0;
  #waiting = 0;
  readonly #pending = new Map<string, number>();
  readonly #numbers: number;
  readonly #problems: string[] = [];

  /** @param numbers of the last outcome */
  constructor(numbers: number) {
    this.#numbers = numbers;
  }

  problem(found: string): void {
    if (this.#problems.length < PROBLEMS_MAX) this.#problems.push(found);
  }

  add({ token, truth, predictions }: Entry): void {
    this.ids++;
    if (truth?.state === 'waiting') this.#waiting++;
    for (const { model, state, outcomes } of predictions) {
      if (state === 'pending') this.#pending.set(model, (this.#pending.get(model) ?? 0) + 1);
      if ((state === 'scored') !== outcomes.length > 0 || (state === 'scored' && truth === undefined))
        this.problem(`The entry of ${token} is ${state}, and has ${outcomes.length} outcomes.`);
      if (outcomes.some(({ number }) => number > this.#numbers))
        this.problem(`The entry of ${token} has an outcome after the last, ${this.#numbers}.`);
    }
  }

  problems({ rules: { books } }: StoredState): string[] {
    const found = [...this.#problems];
    if (truthImbalance(books.truths) !== 0)
      found.push(`The books of truths are out of balance by ${truthImbalance(books.truths)}.`);
    if (books.truths.waiting !== this.#waiting)
      found.push(`${this.#waiting} truths wait, the books say ${books.truths.waiting}.`);
    for (const { model, counts } of books.models) {
      if (predictionImbalance(counts) !== 0)
        found.push(`The books of the model "${model}" are out of balance by ${predictionImbalance(counts)}.`);
      const pending = this.#pending.get(model) ?? 0;
      if (counts.pending !== pending)
        found.push(
          `${pending} predictions of the model "${model}" are pending, the books say ${counts.pending}.`,
        );
    }
    return found;
  }
}

const PROBLEMS_MAX = 20;

function numberOf(db: DatabaseSync, pragma: string): number {
  return Number(db.prepare(`PRAGMA ${pragma}`).get()?.[pragma]);
}
