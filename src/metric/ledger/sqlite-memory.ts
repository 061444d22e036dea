import { Arena, ArenaReader } from './arena.ts';
import type { Entry } from './entry.ts';
import { HASH_AT, readEntry, readKey } from './entry-codec.ts';
import { Housekeeper } from './housekeeper.ts';
import { keyHash } from './key-hash.ts';
import type { LedgerRulesSettings, LedgerTask } from './ledger.ts';
import { RecentTable } from './recent-table.ts';
import { AftermathError } from '../../service/errors.ts';
import { Rules } from './rules.ts';
import { type RulesState, emptyRulesState } from './rules-state.ts';
import { Blocks } from './segment.ts';
import { SegmentList } from './segment-list.ts';
import type { LedgerFile } from './sqlite-file.ts';
import { SqliteStore } from './sqlite-store.ts';
import type { Words } from './words.ts';

/** What is kept in memory, beside the rules. */
export interface LedgerMemorySettings extends LedgerRulesSettings {
  /** Ids in memory at most. */
  readonly recentIdsMax: number;
}

/** Memory of a table for each id that it may hold; when entries are larger it is full with fewer. */
const BYTES_PER_ID = 160;

/** Ids that a table has room for from the start. What it does not use takes no memory, and what does not grow is not copied. */
const FIRST_IDS_MAX = 2 ** 18;

/** Where an entry was found, or would go. Of a ledger there is one, good until the next entry is looked for. */
export interface Place {
  key: string;
  hash: number;
  /** Index in the table that takes new states, or −1. */
  index: number;
  entry: Entry | undefined;
}

/**
 * All of a ledger that lies in memory, and the way to what lies in its file: thrown away and read back after a failure.
 */
export class LedgerMemory {
  readonly store: SqliteStore;
  readonly words: Words;
  readonly reader: ArenaReader;
  readonly rules: Rules;
  readonly housekeeper: Housekeeper;
  readonly #segments: SegmentList;
  readonly #blocks: Blocks;
  readonly #seed: number;
  /** Of one table; there are two at most. */
  readonly #idsMax: number;
  /** Takes new states. */
  #recent: RecentTable;
  /** Takes no more; it is being written as a segment. */
  #full: RecentTable | undefined;
  /** The last batch that is in `#full`. */
  fullSeq = 0;
  /** An emptied table, for the next one. */
  #spare: RecentTable | undefined;
  readonly #place: Place = { key: '', hash: 0, index: -1, entry: undefined };
  /** Up to where the arena of `#recent` is stored. */
  #storedTo = 0;
  #bytesWritten = 0;
  #bytesTaken = 0;

  constructor(file: LedgerFile, settings: LedgerMemorySettings) {
    const { db, path, seed } = file;
    this.#seed = seed;
    this.#idsMax = Math.max(1, Math.floor(settings.recentIdsMax / 2));
    this.store = new SqliteStore(db, path, () => emptyRulesState(settings.task));
    this.words = this.store.words();
    this.reader = new ArenaReader(this.words);
    this.rules = new Rules(this.#withTask(this.store.state.rules, settings.task, path), settings);
    this.#recent = this.#emptyTable();
    this.#blocks = new Blocks(db, path);
    this.#segments = new SegmentList(db, this.#blocks);
    this.#segments.load(path);
    this.housekeeper = new Housekeeper({
      db,
      blocks: this.#blocks,
      segments: this.#segments,
      horizonMs: settings.horizonMs,
      replaced: (segment, bytes, at) => {
        const hash = bytes.readDoubleLE(at + HASH_AT);
        const key = readKey(this.reader, bytes, at);
        if (this.#recent.find(hash, key) >= 0 || (this.#full?.find(hash, key) ?? -1) >= 0) return true;
        return this.#segments.find(hash, key, segment) !== undefined;
      },
      expire: (bytes, at) =>
        this.#settle(readEntry(this.reader, bytes, at), bytes.readDoubleLE(at + HASH_AT), -1),
    });
  }

  /** Reads the batches since the last fold into the table, one after the other. */
  *load(): Iterable<Buffer> {
    for (const bytes of this.store.batches()) {
      this.#recent.load(bytes, this.reader);
      yield bytes;
    }
    this.#storedTo = this.#recent.arena.at;
  }

  /** The latest state of an id. One that is known no longer is settled in the books, and not found. */
  find(key: string, nowMs: number): Readonly<Place> {
    const hash = keyHash(key, this.#seed);
    const index = this.#recent.find(hash, key);
    const entry = index >= 0 ? this.#recent.read(index, this.reader, key) : this.#older(hash, key);
    const place = this.#place;
    place.key = key;
    place.hash = hash;
    place.index = index;
    place.entry = entry;
    if (entry === undefined || entry.forgetMs >= nowMs) return place;
    this.#settle(entry, hash, index);
    place.index = this.#recent.find(hash, key);
    place.entry = undefined;
    return place;
  }

  put(place: Readonly<Place>, entry: Entry): void {
    this.#recent.put(place.index, entry, place.hash);
  }

  /** Gives up on what has waited too long in memory, at most so many. */
  expire(nowMs: number, max: number): void {
    this.#recent.flush();
    for (const index of this.#recent.due(nowMs, max)) {
      const entry = this.#recent.read(index, this.reader);
      this.#settle(entry, this.#recent.hashOf(index), index);
    }
    const full = this.#full;
    if (full === undefined) return;
    for (const index of full.due(nowMs, max)) {
      const entry = full.read(index, this.reader);
      const hash = full.hashOf(index);
      if (this.#recent.find(hash, entry.key) < 0) this.#settle(entry, hash, -1);
      full.setDue(index, Infinity);
    }
  }

  /** Whether anything is due without a batch. */
  hasWork(nowMs: number): boolean {
    return (
      this.#recent.isDue(nowMs) || (this.#full?.isDue(nowMs) ?? false) || this.housekeeper.hasWork(nowMs)
    );
  }

  /** What was written since the last transaction. */
  takeWritten(): Buffer {
    this.#recent.flush();
    const { arena } = this.#recent;
    const written = arena.bytes.subarray(this.#storedTo, arena.at);
    this.#storedTo = arena.at;
    this.#bytesWritten += written.length;
    return written;
  }

  /** Bytes of entries, in batches and in segments, that were given to the file since this was last asked. */
  takeBytesWritten(): number {
    const all = this.#bytesWritten + this.#blocks.bytesWritten;
    const taken = all - this.#bytesTaken;
    this.#bytesTaken = all;
    return taken;
  }

  freezeIfFull(): void {
    if (this.#recent.count < this.#idsMax && this.#recent.arena.at < this.#idsMax * BYTES_PER_ID) return;
    // The one before is not written yet: it is, long before this one is full, unless batches are larger than it.
    if (this.#full !== undefined) return;
    this.#full = this.#recent;
    this.fullSeq = this.store.state.seq;
    this.#recent = this.#spare ?? this.#emptyTable();
    this.#spare = undefined;
    this.#storedTo = 0;
    this.housekeeper.fold(this.#full);
  }

  /** The full table is a segment now. */
  dropFull(): void {
    this.#full?.clear();
    this.#spare = this.#full;
    this.#full = undefined;
  }

  /** Every state there is, newest first: of an entry that comes more than once the first counts. */
  *everyState(): Iterable<{ readonly bytes: Buffer; readonly at: number }> {
    for (const table of [this.#recent, this.#full]) {
      if (table !== undefined) yield* table.states();
    }
    for (const segment of this.#segments.live) {
      for (let number = 0; number < segment.fences.length; number++) {
        const bytes = this.#blocks.read(segment.id, number);
        for (let at = 0; at < bytes.length; at += bytes.readUInt32LE(at)) yield { bytes, at };
      }
    }
  }

  /** With room for what makes it full, and for the batch that does. */
  #emptyTable(): RecentTable {
    const ids = Math.min(FIRST_IDS_MAX, this.#idsMax);
    return new RecentTable(new Arena(this.words, Math.ceil(1.25 * ids * BYTES_PER_ID)), ids);
  }

  /** The task that was set, where the ledger has none yet. */
  #withTask(state: RulesState, task: LedgerTask | undefined, path: string): RulesState {
    if (task === undefined || state.task === task) return state;
    if (state.task !== undefined) {
      const found = `it holds a ${state.task}, the settings say ${task}`;
      throw new AftermathError(
        'stop',
        `Cannot use the ledger ${path}: ${found}. Name another file with --ledger.`,
      );
    }
    state.task = task;
    return state;
  }

  #older(hash: number, key: string): Entry | undefined {
    const full = this.#full;
    if (full !== undefined) {
      const index = full.find(hash, key);
      if (index >= 0) return full.read(index, this.reader, key);
    }
    const found = this.#segments.find(hash, key);
    return found === undefined ? undefined : readEntry(this.reader, found.bytes, found.at, key);
  }

  #settle(entry: Entry, hash: number, index: number): boolean {
    const changed = this.rules.settle(entry);
    if (changed) this.#recent.put(index, entry, hash);
    return changed;
  }
}
