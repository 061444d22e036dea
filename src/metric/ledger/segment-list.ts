import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { HashFilter } from './hash-filter.ts';
import { KnownHashes } from './known-hashes.ts';
import { type Blocks, type Found, type Segment, bufferOf, damaged } from './segment.ts';

/** A segment whose blocks are to go. */
export interface DeadSegment {
  readonly id: number;
  readonly blocks: number;
}

/** The live segments of one ledger file, newest first, and those that are to go. Every change is stored. */
export class SegmentList {
  /** Hashes of ids that are in segments. */
  readonly known = new KnownHashes();
  readonly #db: DatabaseSync;
  readonly #blocks: Blocks;
  readonly #setDue: StatementSync;
  #live: readonly Segment[] = [];
  /** Of the live ones those whose hashes are not all known: read from the file, not merged since. */
  #unknown: readonly Segment[] = [];
  #dead: DeadSegment[] = [];
  #nextId = 1;

  constructor(db: DatabaseSync, blocks: Blocks) {
    this.#db = db;
    this.#blocks = blocks;
    this.#setDue = db.prepare('UPDATE segment SET due = ? WHERE id = ?');
  }

  /** Newest first. */
  get live(): readonly Segment[] {
    return this.#live;
  }

  /** Reads the list; what was being built when its writer ended is dead. @param path for messages */
  load(path: string): void {
    this.#db.exec("UPDATE segment SET state = 'dead' WHERE state = 'building'");
    const live: Segment[] = [];
    this.#dead = [];
    const filters = this.#db.prepare('SELECT fences, words, crc FROM filter WHERE segment = ?');
    for (const row of this.#db.prepare('SELECT * FROM segment ORDER BY place DESC, id DESC').iterate()) {
      const id = Number(row['id']);
      this.#nextId = Math.max(this.#nextId, id + 1);
      if (row['state'] === 'dead') {
        this.#dead.push({ id, blocks: Number(row['blocks']) });
        continue;
      }
      const filter = filters.get(id);
      const fences = filter === undefined ? undefined : bufferOf(filter['fences']);
      const words = filter === undefined ? undefined : bufferOf(filter['words']);
      if (!fences || !words || crc32(words, crc32(fences)) !== filter?.['crc']) {
        throw damaged(path, `the filter of segment ${id} is not what was written`);
      }
      live.push({
        id,
        place: Number(row['place']),
        level: Number(row['level']),
        entries: Number(row['entries']),
        fences: new Float64Array(Uint8Array.from(fences).buffer),
        filter: HashFilter.of(words),
        dueMs: Number(row['due']),
        forgetMs: Number(row['forget']),
        knownIn: -1,
      });
    }
    this.#setLive(live);
  }

  /** The newest state of a key. @param newerThan only segments before this one in the list */
  find(hash: number, key: string, newerThan?: Segment): Found | undefined {
    const segments = this.known.mayHave(hash) ? this.#live : this.#unknown;
    for (const segment of segments) {
      if (segment === newerThan) return undefined;
      const found = this.#blocks.find(segment, hash, key);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The id of a segment that is going to be built. */
  begin(): number {
    const id = this.#nextId++;
    this.#db
      .prepare(
        "INSERT INTO segment (id, state, place, level, entries, blocks, due, forget) VALUES (?, 'building', 0, 0, 0, 0, 0, 0)",
      )
      .run(id);
    return id;
  }

  /** A finished segment takes the place of those it was made of. */
  add(made: Segment, instead: readonly Segment[]): void {
    const { id, place, level, entries, fences, filter, dueMs, forgetMs } = made;
    const kept = this.#live.filter((segment) => !instead.includes(segment));
    this.#retire(entries === 0 ? [...instead, made] : instead);
    if (entries === 0) {
      this.#setLive(kept);
      return;
    }
    this.#db
      .prepare(
        "UPDATE segment SET state = 'live', place = ?, level = ?, entries = ?, blocks = ?, due = ?, forget = ? WHERE id = ?",
      )
      .run(place, level, entries, fences.length, dueMs, forgetMs, id);
    const [fenceBytes, words] = [bytesOf(fences), bytesOf(filter.words)];
    this.#db
      .prepare('INSERT INTO filter (segment, fences, words, crc) VALUES (?, ?, ?, ?)')
      .run(id, fenceBytes, words, crc32(words, crc32(fenceBytes)));
    this.#setLive([...kept, made].sort((a, b) => b.place - a.place || b.id - a.id));
  }

  /** Forgets a segment. */
  retire(segment: Segment): void {
    this.#retire([segment]);
    this.#setLive(this.#live.filter((each) => each !== segment));
  }

  setDue(segment: Segment, dueMs: number): void {
    segment.dueMs = dueMs;
    this.#setDue.run(dueMs, segment.id);
  }

  firstDead(): DeadSegment | undefined {
    return this.#dead[0];
  }

  /** The blocks of a dead segment are gone. */
  bury(id: number): void {
    this.#dead = this.#dead.filter((dead) => dead.id !== id);
    this.#db.prepare('DELETE FROM segment WHERE id = ?').run(id);
    this.#db.prepare('DELETE FROM filter WHERE segment = ?').run(id);
  }

  #retire(segments: readonly Segment[]): void {
    const retire = this.#db.prepare("UPDATE segment SET state = 'dead', blocks = ? WHERE id = ?");
    for (const { id, fences } of segments) {
      retire.run(fences.length, id);
      this.#dead.push({ id, blocks: fences.length });
    }
  }

  /** What was forgotten stays among the known hashes, so where most of them are that they begin anew. */
  #setLive(live: readonly Segment[]): void {
    const entries = live.reduce((sum, segment) => sum + segment.entries, 0);
    if (this.known.count > 2 * entries) this.known.clear();
    this.#live = live;
    this.#unknown = live.filter((segment) => segment.knownIn !== this.known.generation);
  }
}

function bytesOf(array: Float64Array | Uint32Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}
