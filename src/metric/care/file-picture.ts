import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { AftermathError } from '../../service/errors.ts';
import { Arena, ArenaReader } from '../ledger/arena.ts';
import { HASH_AT, readKey } from '../ledger/entry-codec.ts';
import { HashFilter } from '../ledger/hash-filter.ts';
import { nextStates, type Seen } from '../ledger/housekeeping.ts';
import type { State } from '../ledger/outcomes.ts';
import { RecentTable } from '../ledger/recent-table.ts';
import { emptyRulesState } from '../ledger/rules-state.ts';
import { Blocks, BLOCKS_MAX, bufferOf, damaged, SegmentCursor, type Segment } from '../ledger/segment.ts';
import { APPLICATION_ID, SCHEMA_VERSION } from '../ledger/sqlite-schema.ts';
import { SqliteStore } from '../ledger/sqlite-store.ts';
import { Words } from '../ledger/words.ts';

/** A ledger file as it was at one moment, whatever is written meanwhile: to be read, never changed. */
export class FilePicture implements Disposable {
  readonly db: DatabaseSync;
  readonly #path: string;

  /**
   * @param doing for messages: `check`
   * @throws {AftermathError} `stop` when there is no such file, it is another program's, or of a newer version
   * @throws whatever SQLite says of a file that it cannot read
   */
  constructor(path: string, doing: string) {
    if (!existsSync(path))
      throw new AftermathError('stop', `Cannot ${doing} the ledger ${path}: there is no such file.`);
    this.#path = path;
    this.db = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
    try {
      this.db.exec('BEGIN');
      this.#mustBeOurs(doing);
    } catch (error) {
      this.db.close();
      throw error;
    }
  }

  /** What every commit writes, with the words and the figures. @throws {AftermathError} `stop` where it is damaged */
  store(): SqliteStore {
    return new SqliteStore(this.db, this.#path, () => emptyRulesState(undefined));
  }

  /** The words in order of their code. */
  texts(): string[] {
    const rows = this.db.prepare('SELECT text FROM word ORDER BY code').iterate();
    return rows.map((row) => String(row['text'])).toArray();
  }

  /** Seed of the hashes in it. */
  get seed(): number {
    return Number(this.db.prepare("SELECT value FROM meta WHERE name = 'seed'").get()?.['value']);
  }

  /**
   * The newest state of every entry.
   *
   * @param incomplete told of a segment that is not all there, which is passed over then; absent: it is thrown
   * @throws {AftermathError} `stop` where it is damaged
   */
  *newestStates(incomplete?: (found: string) => void): Iterable<State> {
    const words = new Words(this.texts());
    const reader = new ArenaReader(words);
    const recent = new RecentTable(new Arena(words));
    for (const bytes of this.store().batches()) recent.load(bytes, reader);
    yield* recent.states();
    const blocks = new Blocks(this.db, this.#path);
    const cursors = this.#segments(incomplete).map((segment) => new SegmentCursor(blocks, segment));
    const states: Seen[] = [];
    while (nextStates(cursors, states)) {
      for (const { bytes, at } of states) {
        if (recent.find(bytes.readDoubleLE(at + HASH_AT), readKey(reader, bytes, at)) < 0)
          yield { bytes, at };
      }
    }
  }

  /**
   * Every state from which outcomes can be told: the newest of each entry, and those since the last fold. A later entry of
   * an id that was forgotten hides outcomes that the stored figures need not have.
   */
  *everyState(): Iterable<State> {
    yield* this.newestStates();
    for (const bytes of this.store().batches()) {
      for (let at = 0; at < bytes.length; at += bytes.readUInt32LE(at)) yield { bytes, at };
    }
  }

  [Symbol.dispose](): void {
    this.db.close();
  }

  #mustBeOurs(doing: string): void {
    if (this.#pragma('application_id') !== APPLICATION_ID) {
      throw new AftermathError(
        'stop',
        `Cannot ${doing} ${this.#path}: it is no ledger, but a database of another program.`,
      );
    }
    const version = this.#pragma('user_version');
    if (version > SCHEMA_VERSION) {
      const found = `its schema has version ${version}, this program knows ${SCHEMA_VERSION}`;
      throw new AftermathError(
        'stop',
        `Cannot ${doing} ${this.#path}: ${found}. Use the newer program that wrote it.`,
      );
    }
  }

  #pragma(name: string): number {
    return Number(this.db.prepare(`PRAGMA ${name}`).get()?.[name]);
  }

  /** Newest first. */
  #segments(incomplete: ((found: string) => void) | undefined): Segment[] {
    const live: Segment[] = [];
    const filters = this.db.prepare('SELECT fences, words FROM filter WHERE segment = ?');
    const blocksOf = this.db.prepare('SELECT count(*) AS n FROM block WHERE id >= ? AND id < ?');
    for (const row of this.db
      .prepare("SELECT * FROM segment WHERE state = 'live' ORDER BY place DESC, id DESC")
      .iterate()) {
      const [id, filter] = [Number(row['id']), filters.get(Number(row['id']))];
      const there = Number(blocksOf.get(id * BLOCKS_MAX, (id + 1) * BLOCKS_MAX)?.['n']);
      if (filter === undefined || there !== row['blocks']) {
        const found = `segment ${id} is not complete: ${there} of ${String(row['blocks'])} blocks are there`;
        if (incomplete === undefined) throw damaged(this.#path, found);
        incomplete(found);
        continue;
      }
      live.push({
        id,
        place: Number(row['place']),
        level: Number(row['level']),
        entries: Number(row['entries']),
        fences: new Float64Array(Uint8Array.from(bufferOf(filter['fences'])).buffer),
        filter: HashFilter.of(bufferOf(filter['words'])),
        dueMs: Number(row['due']),
        forgetMs: Number(row['forget']),
        knownIn: -1,
      });
    }
    return live;
  }
}
