import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { DUE_AT, FORGET_AT, isSameKey } from './entry-codec.ts';
import type { KnownHashes } from './known-hashes.ts';
import type { RecentTable } from './recent-table.ts';
import {
  BLOCK_BYTES,
  BLOCKS_MAX,
  type Blocks,
  type Found,
  type Segment,
  SegmentCursor,
  SegmentWriter,
  viewOf,
} from './segment.ts';
import type { SegmentList } from './segment-list.ts';

/** Work that goes on over many transactions: each step says how many entries it has handled. */
export type Work<R> = Generator<number, R, void>;

/** Writes a table that takes no more entries as a segment. */
export function* fold(table: RecentTable, blocks: Blocks, segments: SegmentList): Work<Segment> {
  // A generator begins with its first step, which is within a transaction.
  const id = segments.begin();
  const places = table.sortedPlaces();
  const { known } = segments;
  const writer = new SegmentWriter(blocks, { id, entriesMax: places.length, known, areKnown: false });
  for (let i = 0; i < places.length; i++) {
    writer.add(table.arena.bytes, table.arena.view, places[i]!);
    if (i % STEP_ENTRIES === 0) yield STEP_ENTRIES;
  }
  return writer.finish({ place: id, level: 0 });
}

/**
 * Makes one segment of several that are neighbours in age: of an entry that is in more than one the newest
 * state stays. What nobody needs to know any longer is left out, but only where nothing older is kept that
 * would come back to light.
 *
 * @param inputs newest first
 */
export function* merge(
  inputs: readonly Segment[],
  blocks: Blocks,
  options: {
    readonly id: number;
    readonly nowMs: number;
    readonly oldest: boolean;
    readonly known: KnownHashes;
  },
): Work<Segment> {
  const cursors = inputs.map((segment) => new SegmentCursor(blocks, segment));
  const entriesMax = inputs.reduce((sum, { entries }) => sum + entries, 0);
  const { id, known } = options;
  const areKnown = inputs.every((segment) => segment.knownIn === known.generation);
  const writer = new SegmentWriter(blocks, { id, entriesMax, known, areKnown });
  const states: Seen[] = [];
  for (let n = 1; ; n++) {
    if (!nextStates(cursors, states)) break;
    for (const { bytes, view, at } of states) {
      const over =
        options.oldest &&
        view.getFloat64(at + FORGET_AT, true) < options.nowMs &&
        view.getFloat64(at + DUE_AT, true) >= options.nowMs;
      if (!over) writer.add(bytes, view, at);
    }
    if (n % STEP_ENTRIES === 0) yield STEP_ENTRIES;
  }
  const level = Math.max(...inputs.map((segment) => segment.level)) + 1;
  return writer.finish({ place: inputs[0]!.place, level });
}

/**
 * Finds what has run out of time in a segment, except what a newer state has replaced.
 *
 * @param options.replaced whether the entry at this place of these bytes has a newer state
 * @param options.expire takes care of the entry, and says whether it was due: not when the clock was set back meanwhile
 * @returns when something in it next runs out of time
 */
export function* sweep(
  segment: Segment,
  blocks: Blocks,
  options: {
    readonly nowMs: number;
    readonly replaced: (bytes: Buffer, at: number) => boolean;
    readonly expire: (bytes: Buffer, at: number) => boolean;
  },
): Work<number> {
  let next = Infinity;
  let seen = 0;
  const memory = new ArrayBuffer(BLOCK_BYTES);
  for (let number = 0; number < segment.fences.length; number++) {
    const bytes = blocks.read(segment.id, number, memory);
    const view = viewOf(bytes);
    for (let at = 0; at < bytes.length; at += view.getUint32(at, true)) {
      const due = view.getFloat64(at + DUE_AT, true);
      seen += 0.1;
      if (due >= options.nowMs) next = Math.min(next, due);
      else if (!options.replaced(bytes, at)) {
        if (!options.expire(bytes, at)) next = Math.min(next, due);
        seen += 2;
      }
    }
    if (seen < STEP_ENTRIES) continue;
    yield seen;
    seen = 0;
  }
  return next;
}

/** Takes the blocks of dead segments off the disk. */
export function* drop(db: DatabaseSync, segments: SegmentList): Work<void> {
  const remove: StatementSync = db.prepare('DELETE FROM block WHERE id >= ? AND id < ?');
  for (let dead = segments.firstDead(); dead !== undefined; dead = segments.firstDead()) {
    const from = dead.id * BLOCKS_MAX;
    for (let number = 0; number < dead.blocks; number += DROP_BLOCKS) {
      remove.run(from + number, from + number + DROP_BLOCKS);
      yield STEP_ENTRIES;
    }
    // Blocks of a segment that was never finished have no known number.
    remove.run(from, from + BLOCKS_MAX);
    segments.bury(dead.id);
  }
}

const STEP_ENTRIES = 128;
const DROP_BLOCKS = 64;

/** An entry in a block, with a view over the block. */
export interface Seen extends Found {
  readonly view: DataView;
}

/**
 * The newest state of each entry with the least hash that is left, usually one, into `states`. Moves the cursors.
 *
 * @param cursors of the newest segment first
 * @returns whether there was one
 */
export function nextStates(cursors: readonly SegmentCursor[], states: Seen[]): boolean {
  states.length = 0;
  let hash = Infinity;
  for (const cursor of cursors) if (cursor.hash < hash) hash = cursor.hash;
  if (hash === Infinity) return false;
  for (const cursor of cursors) {
    while (cursor.hash === hash) {
      const { bytes, view, at } = cursor;
      if (states.length === 0 || !states.some((state) => isSameKey(state.bytes, state.at, bytes, at))) {
        states.push({ bytes, view, at });
      }
      cursor.next();
    }
  }
  return true;
}
