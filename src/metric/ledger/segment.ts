import { crc32 } from 'node:zlib';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { AftermathError } from '../../service/errors.ts';
import { DUE_AT, FORGET_AT, HASH_AT, isEntryOf } from './entry-codec.ts';
import { BlockCache } from './block-cache.ts';
import { HashFilter } from './hash-filter.ts';
import type { KnownHashes } from './known-hashes.ts';

/**
 * A sorted, immutable run of entries on disk. In memory are the first hash of each block and a filter, so that
 * an id that is not here usually costs no read, and one that is costs one.
 */
export interface Segment {
  readonly id: number;
  /** Position in age: a larger one holds newer states. */
  readonly place: number;
  /** How many merges lie behind it. */
  readonly level: number;
  readonly entries: number;
  readonly fences: Float64Array;
  readonly filter: HashFilter;
  /** Nothing in it runs out of time before this. */
  dueMs: number;
  /** Everything in it may be forgotten after this. */
  readonly forgetMs: number;
  /** The generation of known hashes (`known-hashes.ts`) that all of its are among; −1 where nobody has told. */
  readonly knownIn: number;
}

/** An entry as it lies in a block. */
export interface Found {
  readonly bytes: Buffer;
  readonly at: number;
}

/** Reads and writes the blocks of one ledger file. */
export class Blocks {
  readonly #path: string;
  readonly #select: StatementSync;
  readonly #insert: StatementSync;
  /** A block is never written again, so what was read once stays true. */
  readonly #cache = new BlockCache(CACHED_BLOCKS_MAX);
  #bytesWritten = 0;

  constructor(db: DatabaseSync, path: string) {
    this.#path = path;
    this.#select = db.prepare('SELECT bytes, crc FROM block WHERE id = ?');
    this.#insert = db.prepare('INSERT INTO block (id, bytes, crc) VALUES (?, ?, ?)');
  }

  get bytesWritten(): number {
    return this.#bytesWritten;
  }

  /**
   * @param into memory for it; absent, or too little: the block has memory of its own
   * @throws {AftermathError} `stop` when the block is damaged
   */
  read(segment: number, number: number, into?: ArrayBufferLike): Buffer {
    const row = this.#select.get(segment * BLOCKS_MAX + number);
    const bytes = row === undefined ? undefined : bufferOf(row['bytes']);
    if (bytes === undefined || crc32(bytes) !== row?.['crc']) {
      throw damaged(this.#path, `block ${number} of segment ${segment} is not what was written`);
    }
    if (into === undefined || into.byteLength < bytes.length) return bytes;
    const copy = Buffer.from(into, 0, bytes.length);
    bytes.copy(copy);
    // Its memory is free now, not when the garbage collector comes.
    if (bytes.buffer instanceof ArrayBuffer) bytes.buffer.transfer(0);
    return copy;
  }

  write(segment: number, number: number, bytes: Buffer): void {
    this.#insert.run(segment * BLOCKS_MAX + number, bytes, crc32(bytes));
    this.#bytesWritten += bytes.length;
  }

  /** The entry of a key in a segment. */
  find(segment: Segment, hash: number, key: string): Found | undefined {
    if (!segment.filter.mayHave(hash)) return undefined;
    const { fences } = segment;
    let number = lastAtMost(fences, hash);
    while (number > 0 && fences[number] === hash) number--;
    for (; number >= 0 && number < fences.length && fences[number]! <= hash; number++) {
      const block = number;
      const bytes = this.#cache.get(segment.id * BLOCKS_MAX + block, (into) =>
        this.read(segment.id, block, into ?? new ArrayBuffer(BLOCK_BYTES)),
      );
      const view = viewOf(bytes);
      for (let at = 0; at < bytes.length; at += view.getUint32(at, true)) {
        const here = view.getFloat64(at + HASH_AT, true);
        if (here > hash) return undefined;
        if (here === hash && isEntryOf(bytes, at, key)) return { bytes, at };
      }
    }
    return undefined;
  }
}

/** Writes a segment block by block; entries come in order of hash. */
export class SegmentWriter {
  readonly id: number;
  readonly #blocks: Blocks;
  readonly #filter: HashFilter;
  readonly #known: KnownHashes | undefined;
  readonly #knownIn: number;
  readonly #fences: number[] = [];
  #block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  #at = 0;
  #entries = 0;
  #dueMs = Infinity;
  #forgetMs = -Infinity;

  /**
   * @param options.entriesMax at least as many as will be added
   * @param options.known the known hashes
   * @param options.areKnown whether those that will be added are among them; else they are put there
   */
  constructor(
    blocks: Blocks,
    options: {
      readonly id: number;
      readonly entriesMax: number;
      readonly known: KnownHashes;
      readonly areKnown: boolean;
    },
  ) {
    this.id = options.id;
    this.#blocks = blocks;
    this.#filter = HashFilter.for(options.entriesMax, FILTER_BITS_PER_ENTRY);
    this.#known = options.areKnown ? undefined : options.known;
    this.#knownIn = options.known.generation;
  }

  /** Adds the entry at this place of these bytes; `view` is over the same bytes. */
  add(bytes: Buffer, view: DataView, at: number): void {
    const size = view.getUint32(at, true);
    if (this.#at > 0 && this.#at + size > BLOCK_BYTES) this.#flush();
    const hash = view.getFloat64(at + HASH_AT, true);
    if (this.#at === 0) this.#fences.push(hash);
    if (size > this.#block.length) this.#block = Buffer.allocUnsafeSlow(size);
    bytes.copy(this.#block, this.#at, at, at + size);
    this.#at += size;
    this.#entries++;
    this.#filter.add(hash);
    this.#known?.add(hash);
    const due = view.getFloat64(at + DUE_AT, true);
    if (due < this.#dueMs) this.#dueMs = due;
    const forget = view.getFloat64(at + FORGET_AT, true);
    if (forget > this.#forgetMs) this.#forgetMs = forget;
  }

  finish(options: { readonly place: number; readonly level: number }): Segment {
    if (this.#at > 0) this.#flush();
    return {
      id: this.id,
      place: options.place,
      level: options.level,
      entries: this.#entries,
      fences: Float64Array.from(this.#fences),
      filter: this.#filter,
      dueMs: this.#dueMs,
      forgetMs: this.#forgetMs,
      knownIn: this.#knownIn,
    };
  }

  #flush(): void {
    this.#blocks.write(this.id, this.#fences.length - 1, this.#block.subarray(0, this.#at));
    this.#at = 0;
  }
}

/** Walks a segment in order of hash, a block in memory at a time. */
export class SegmentCursor {
  readonly segment: Segment;
  readonly #blocks: Blocks;
  #number = 0;
  bytes: Buffer = Buffer.alloc(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  at = 0;
  /** Of the entry it stands at; infinity behind the last. */
  hash = Infinity;

  constructor(blocks: Blocks, segment: Segment) {
    this.#blocks = blocks;
    this.segment = segment;
    this.#load();
  }

  get ended(): boolean {
    return this.hash === Infinity;
  }

  next(): void {
    this.at += this.view.getUint32(this.at, true);
    if (this.at < this.bytes.length) this.hash = this.view.getFloat64(this.at + HASH_AT, true);
    else this.#load();
  }

  #load(): void {
    this.at = 0;
    this.hash = Infinity;
    if (this.#number >= this.segment.fences.length) return;
    this.bytes = this.#blocks.read(this.segment.id, this.#number++);
    this.view = viewOf(this.bytes);
    this.hash = this.view.getFloat64(HASH_AT, true);
  }
}

/** 8 MiB of blocks: ids that come back together from the disk lie in the same ones. */
const CACHED_BLOCKS_MAX = 1_024;

/** Of twenty segments one more than the right one is read from about 1 time in 10. */
const FILTER_BITS_PER_ENTRY = 12;

/** Blocks of one segment at most; a block's row id is its segment's times this, and its number. */
export const BLOCKS_MAX = 2 ** 24;

/** Of a block, unless one entry alone is larger: so that it and its row fit one page of the file. */
export const BLOCK_BYTES = 8192 - 64;

/** What to say when bytes are not those that were written. */
export function damaged(path: string, found: string): AftermathError {
  return new AftermathError(
    'stop',
    `Cannot read the ledger ${path}: it is damaged (${found}). ` +
      'Run `aftermath ledger check` on it, or `aftermath ledger rebuild` to make a new one from the log.',
  );
}

/** A blob as a Buffer over the same bytes. @throws {TypeError} when it is no blob */
export function bufferOf(value: unknown): Buffer {
  if (!(value instanceof Uint8Array)) throw new TypeError('A blob was expected');
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

/** A view over the same bytes. */
export function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Index of the last fence that is at most `hash`, or −1. */
function lastAtMost(fences: Float64Array, hash: number): number {
  let low = 0;
  let high = fences.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (fences[middle]! <= hash) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
