import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import type { ArenaReader } from '../ledger/arena.ts';
import type { Entry } from '../ledger/entry.ts';
import { isEntryOf, readEntry } from '../ledger/entry-codec.ts';
import { drop } from '../ledger/housekeeping.ts';
import { keyHash } from '../ledger/key-hash.ts';
import { Blocks, bufferOf, type Segment, SegmentCursor, SegmentWriter } from '../ledger/segment.ts';
import { SegmentList } from '../ledger/segment-list.ts';

/** The file that entries are erased from. */
export interface ErasedFile {
  readonly db: DatabaseSync;
  readonly path: string;
  readonly seed: number;
  readonly reader: ArenaReader;
  /** Up to this batch the entries are in segments. */
  readonly foldedSeq: number;
}

/**
 * Takes the entries of some keys out of a ledger file, within a transaction: out of its batches, and each segment that has one
 * is written anew without it, its filter too.
 *
 * @returns the newest state of each that was there
 */
export function eraseEntries(file: ErasedFile, keys: readonly string[]): Entry[] {
  const newest = new Map<string, Entry>();
  eraseFromSegments(file, keys, newest);
  eraseFromBatches(file, keys, newest);
  return [...newest.values()];
}

function eraseFromSegments(
  { db, path, seed, reader }: ErasedFile,
  keys: readonly string[],
  newest: Map<string, Entry>,
): void {
  const blocks = new Blocks(db, path);
  const segments = new SegmentList(db, blocks);
  segments.load(path);
  // Oldest first: a later one has newer states.
  for (const segment of segments.live.toReversed()) {
    let isHere = false;
    for (const key of keys) {
      const found = blocks.find(segment, keyHash(key, seed), key);
      if (found === undefined) continue;
      newest.set(key, readEntry(reader, found.bytes, found.at));
      isHere = true;
    }
    if (isHere) rewrite(segment, { blocks, segments, keys });
  }
  const dropping = drop(db, segments);
  while (dropping.next().done !== true) continue;
}

function rewrite(
  segment: Segment,
  of: { readonly blocks: Blocks; readonly segments: SegmentList; readonly keys: readonly string[] },
): void {
  const { blocks, segments, keys } = of;
  const writer = new SegmentWriter(blocks, {
    id: segments.begin(),
    entriesMax: segment.entries,
    known: segments.known,
    areKnown: true,
  });
  for (const cursor = new SegmentCursor(blocks, segment); !cursor.ended; cursor.next()) {
    const { bytes, view, at } = cursor;
    if (!keys.some((key) => isEntryOf(bytes, at, key))) writer.add(bytes, view, at);
  }
  segments.add(writer.finish({ place: segment.place, level: segment.level }), [segment]);
}

function eraseFromBatches(
  { db, reader, foldedSeq }: ErasedFile,
  keys: readonly string[],
  newest: Map<string, Entry>,
): void {
  const select = db.prepare('SELECT bytes FROM batch WHERE seq = ?');
  const update = db.prepare('UPDATE batch SET bytes = ?, crc = ? WHERE seq = ?');
  const remove = db.prepare('DELETE FROM batch WHERE seq = ?');
  for (const row of db.prepare('SELECT seq FROM batch ORDER BY seq').all()) {
    const seq = Number(row['seq']);
    const bytes = bufferOf(select.get(seq)?.['bytes']);
    const kept: Buffer[] = [];
    let keptFrom = 0;
    for (let at = 0, size = 0; at < bytes.length; at += size) {
      size = bytes.readUInt32LE(at);
      const here = at;
      const key = keys.find((each) => isEntryOf(bytes, here, each));
      if (key === undefined) continue;
      kept.push(bytes.subarray(keptFrom, at));
      keptFrom = at + size;
      // One that is folded already is in a segment, or has been replaced there.
      if (seq > foldedSeq) newest.set(key, readEntry(reader, bytes, at));
    }
    if (keptFrom === 0) continue;
    const rest = Buffer.concat([...kept, bytes.subarray(keptFrom)]);
    if (rest.length === 0) remove.run(seq);
    else update.run(rest, crc32(rest), seq);
  }
}
