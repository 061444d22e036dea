import { type Arena, type ArenaReader } from './arena.ts';
import type { Entry } from './entry.ts';
import { DUE_AT, HASH_AT, isEntryOf, readEntry, readKey, writeEntry } from './entry-codec.ts';
import { HASH_RANGE } from './key-hash.ts';

/**
 * The latest state of the ids that were touched last, in memory: entries as bytes in an arena, and an open-addressed
 * table from hash to place. What a transaction stores is the piece of the arena that it wrote; nothing here
 * is an object that the garbage collector would have to walk, but for what the transaction under way has changed: an
 * entry that a batch touches more than once, as a prediction and its truth do, is read once and written once.
 */
export class RecentTable {
  readonly arena: Arena;
  #count = 0;
  /** By index, in order of arrival: the hash, the earliest deadline, and where the latest state begins. */
  #hashes: Float64Array;
  #dues: Float64Array;
  #places: Uint32Array;
  /** Index + 1, or 0; its size is a power of two and at least twice the count. */
  #slots: Int32Array;
  /** Changed and not written yet: in `#places` such an entry has its number here, counted from `OPEN_FROM`. */
  readonly #open: Entry[] = [];
  readonly #openIndices: number[] = [];
  /** No entry is due before this. */
  #dueFrom = Infinity;

  constructor(arena: Arena, capacity = 1024) {
    this.arena = arena;
    const size = 2 ** Math.ceil(Math.log2(Math.max(16, capacity)));
    this.#hashes = new Float64Array(size);
    this.#dues = new Float64Array(size);
    this.#places = new Uint32Array(size);
    this.#slots = new Int32Array(2 * size);
  }

  get count(): number {
    return this.#count;
  }

  /** Index of an entry, or −1. */
  find(hash: number, key: string): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const index = this.#slots[slot]! - 1;
      if (index < 0) return -1;
      if (this.#hashes[index] === hash && this.#isAt(index, key)) return index;
    }
  }

  /** Whether the entry whose bytes begin at `at` is here too. */
  findSame(hash: number, bytes: Buffer, at: number, reader: ArenaReader): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const index = this.#slots[slot]! - 1;
      if (index < 0) return -1;
      if (this.#hashes[index] === hash) return this.find(hash, readKey(reader, bytes, at));
    }
  }

  /** @param key of the entry, where it is known */
  read(index: number, reader: ArenaReader, key?: string): Entry {
    const place = this.#places[index]!;
    return place >= OPEN_FROM
      ? this.#open[place - OPEN_FROM]!
      : readEntry(reader, this.arena.bytes, place, key);
  }

  /** Keeps the new state of an entry, to be written by `flush`. `index` is where it was found here, −1 for none. */
  put(index: number, entry: Entry, hash: number): void {
    if (index >= 0 && this.#places[index]! >= OPEN_FROM) {
      this.#open[this.#places[index]! - OPEN_FROM] = entry;
      return;
    }
    if (this.#open.length === OPEN_MAX) this.flush();
    const at = index >= 0 ? index : this.#add(hash);
    this.#places[at] = OPEN_FROM + this.#open.length;
    this.#open.push(entry);
    this.#openIndices.push(at);
  }

  /** Writes what was put since the last time, each entry once. */
  flush(): void {
    for (let i = 0; i < this.#open.length; i++) {
      const index = this.#openIndices[i]!;
      this.#point(index, writeEntry(this.arena, this.#open[i]!, this.#hashes[index]!));
    }
    this.#open.length = 0;
    this.#openIndices.length = 0;
  }

  /** Takes over the entries of a piece of another arena, in order: a later state of an entry replaces an earlier one. */
  load(bytes: Buffer, reader: ArenaReader): void {
    const { arena } = this;
    arena.reserve(bytes.length);
    let at = arena.at;
    bytes.copy(arena.bytes, at);
    arena.at += bytes.length;
    while (at < arena.at) {
      const hash = arena.view.getFloat64(at + HASH_AT, true);
      const index = this.findSame(hash, arena.bytes, at, reader);
      this.#point(index >= 0 ? index : this.#add(hash), at);
      at += arena.view.getUint32(at, true);
    }
  }

  /** Empties it; its memory is kept. */
  clear(): void {
    this.#count = 0;
    this.#dueFrom = Infinity;
    this.#slots.fill(0);
    this.arena.at = 0;
  }

  /** Indices of entries that are due, at most so many. */
  due(nowMs: number, max: number): number[] {
    const found: number[] = [];
    if (nowMs <= this.#dueFrom) return found;
    let from = Infinity;
    for (let index = 0; index < this.#count; index++) {
      const due = this.#dues[index]!;
      if (due < nowMs && found.length < max) found.push(index);
      else if (due < from) from = due;
    }
    this.#dueFrom = found.length > 0 ? Math.min(from, nowMs - 1) : from;
    return found;
  }

  /** Where the state of each entry begins, in order of hash. */
  sortedPlaces(): Uint32Array {
    const count = this.#count;
    const buckets = 2 ** Math.ceil(Math.log2(Math.max(2, count)));
    const scale = buckets / HASH_RANGE;
    const ends = new Uint32Array(buckets + 1);
    for (let i = 0; i < count; i++) ends[Math.floor(this.#hashes[i]! * scale) + 1]!++;
    for (let b = 1; b <= buckets; b++) ends[b]! += ends[b - 1]!;
    const sorted = new Uint32Array(count);
    const next = ends.slice();
    for (let i = 0; i < count; i++) sorted[next[Math.floor(this.#hashes[i]! * scale)]!++] = i;
    for (let b = 0; b < buckets; b++) this.#insertionSort(sorted, ends[b]!, ends[b + 1]!);
    for (let i = 0; i < count; i++) sorted[i] = this.#places[sorted[i]!]!;
    return sorted;
  }

  hashOf(index: number): number {
    return this.#hashes[index]!;
  }

  /** Moves when an entry counts as due, for one whose newer state is elsewhere. */
  setDue(index: number, dueMs: number): void {
    this.#dues[index] = dueMs;
  }

  /** Whether an entry may be due. */
  isDue(nowMs: number): boolean {
    return nowMs > this.#dueFrom;
  }

  /** Every entry's latest state. */
  *states(): Iterable<{ readonly bytes: Buffer; readonly at: number }> {
    for (let index = 0; index < this.#count; index++)
      yield { bytes: this.arena.bytes, at: this.#places[index]! };
  }

  #insertionSort(indices: Uint32Array, start: number, end: number): void {
    for (let i = start + 1; i < end; i++) {
      const index = indices[i]!;
      const hash = this.#hashes[index]!;
      let j = i - 1;
      for (; j >= start && this.#hashes[indices[j]!]! > hash; j--) indices[j + 1] = indices[j]!;
      indices[j + 1] = index;
    }
  }

  #isAt(index: number, key: string): boolean {
    const place = this.#places[index]!;
    return place >= OPEN_FROM
      ? this.#open[place - OPEN_FROM]!.key === key
      : isEntryOf(this.arena.bytes, place, key);
  }

  /** The entry at this index is the one that was written here. */
  #point(index: number, place: number): void {
    const due = this.arena.view.getFloat64(place + DUE_AT, true);
    if (due < this.#dueFrom) this.#dueFrom = due;
    this.#dues[index] = due;
    this.#places[index] = place;
  }

  #add(hash: number): number {
    if (this.#count === this.#hashes.length) this.#grow();
    const added = this.#count++;
    this.#hashes[added] = hash;
    this.#dues[added] = Infinity;
    this.#enter(added, hash);
    return added;
  }

  #enter(index: number, hash: number): void {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = index + 1;
  }

  #grow(): void {
    const size = this.#hashes.length * 2;
    const [hashes, dues, places] = [this.#hashes, this.#dues, this.#places];
    this.#hashes = new Float64Array(size);
    this.#hashes.set(hashes);
    this.#dues = new Float64Array(size);
    this.#dues.set(dues);
    this.#places = new Uint32Array(size);
    this.#places.set(places);
    this.#slots = new Int32Array(2 * size);
    for (let index = 0; index < this.#count; index++) this.#enter(index, this.#hashes[index]!);
  }
}

/** Entries that are not written yet, at most. */
const OPEN_MAX = 2 ** 20;
/** No arena is so large. */
const OPEN_FROM = 2 ** 32 - OPEN_MAX;
