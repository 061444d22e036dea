import { Arena, ArenaReader } from '../arena.ts';
import type { Entry } from '../entry.ts';
import { isEntryOf, readEntry, writeEntry } from '../entry-codec.ts';
import type { Outcome } from '../ledger.ts';
import type { Words } from '../words.ts';

/**
 * The outcomes of a batch as bytes: each entry once, as it is after the batch, then which of its outcomes came, in order. An
 * outcome carries how far it lies behind the first, so that those of a ledger that was moved keep their numbers.
 */
export function encodeOutcomes(words: Words, outcomes: readonly Outcome[]): Buffer {
  const arena = new Arena(words, 256 * Math.max(1, outcomes.length));
  const indices = new Map<Entry, number>();
  for (const { entry } of outcomes) if (!indices.has(entry)) indices.set(entry, indices.size);
  arena.count(indices.size);
  for (const entry of indices.keys()) writeEntry(arena, entry, 0);
  arena.count(outcomes.length);
  const first = outcomes[0]?.number ?? 0;
  for (const { number, entry, prediction, revision } of outcomes) {
    arena.count(indices.get(entry) ?? 0);
    arena.count(entry.predictions.indexOf(prediction));
    arena.count(revision);
    arena.count(number - first);
  }
  return arena.bytes.subarray(0, arena.at);
}

/**
 * The outcomes that `encodeOutcomes` wrote.
 *
 * @param first the number of the first one; absent: all keep the numbers that their writer gave them. Outcomes of
 *   other batches, which hang on the same entries, then have the number 0: they were before all of these
 * @throws {MissingWord} where another worker has stored a word since
 */
export function decodeOutcomes(words: Words, bytes: Buffer, first?: number): Outcome[] {
  const reader = new ArenaReader(words);
  reader.open(bytes, 0);
  const entries: Entry[] = [];
  for (let left = reader.count(); left > 0; left--) {
    const at = reader.at;
    entries.push(readEntry(reader, bytes, at));
    reader.open(bytes, at + bytes.readUInt32LE(at));
  }
  if (first !== undefined) for (const entry of entries) forgetNumbers(entry);
  const outcomes: Outcome[] = [];
  for (let left = reader.count(); left > 0; left--) {
    const entry = entries[reader.count()];
    const prediction = entry?.predictions[reader.count()];
    const revision = reader.count();
    const behind = reader.count();
    const mark = prediction?.outcomes[revision];
    const truth = mark === undefined ? undefined : entry?.truth?.versions[mark.version];
    if (entry === undefined || prediction === undefined || mark === undefined || truth === undefined) {
      throw new RangeError('Cannot read the outcomes of a batch: one has no entry');
    }
    const number = first === undefined ? mark.number : first + behind;
    prediction.outcomes = prediction.outcomes.with(revision, { number, version: mark.version });
    const before = prediction.outcomes[revision - 1];
    const previous = before === undefined ? undefined : entry.truth?.versions[before.version];
    outcomes.push({ number, entry, prediction, truth, previous, revision });
  }
  return outcomes;
}

/**
 * The outcomes of a batch without those of some keys, as bytes. Those that are left lie as far behind each other as before.
 *
 * @returns `undefined` where the batch has none of them
 */
export function withoutKeys(
  words: Words,
  bytes: Buffer,
  keys: readonly string[],
): { readonly bytes: Buffer; readonly count: number; readonly firstBehind: number } | undefined {
  const reader = new ArenaReader(words);
  reader.open(bytes, 0);
  const kept: Buffer[] = [];
  const indices: (number | undefined)[] = [];
  for (let left = reader.count(); left > 0; left--) {
    const at = reader.at;
    const end = at + bytes.readUInt32LE(at);
    const isKept = !keys.some((key) => isEntryOf(bytes, at, key));
    indices.push(isKept ? kept.length : undefined);
    if (isKept) kept.push(bytes.subarray(at, end));
    reader.open(bytes, end);
  }
  if (kept.length === indices.length) return undefined;
  const outcomes: number[][] = [];
  for (let left = reader.count(); left > 0; left--) {
    const entry = indices[reader.count()];
    const [prediction, revision, behind] = [reader.count(), reader.count(), reader.count()];
    if (entry !== undefined) outcomes.push([entry, prediction, revision, behind]);
  }
  const firstBehind = outcomes[0]?.[3] ?? 0;
  const arena = new Arena(words, bytes.length);
  arena.count(kept.length);
  for (const entry of kept) {
    arena.reserve(entry.length);
    arena.at += entry.copy(arena.bytes, arena.at);
  }
  arena.count(outcomes.length);
  for (const [entry = 0, prediction = 0, revision = 0, behind = 0] of outcomes) {
    for (const value of [entry, prediction, revision, behind - firstBehind]) arena.count(value);
  }
  return { bytes: arena.bytes.subarray(0, arena.at), count: outcomes.length, firstBehind };
}

function forgetNumbers({ predictions }: Entry): void {
  for (const prediction of predictions) {
    prediction.outcomes = prediction.outcomes.map(({ version }) => ({ number: 0, version }));
  }
}
