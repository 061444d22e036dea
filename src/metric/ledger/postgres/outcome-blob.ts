import { Arena, ArenaReader } from '../arena.ts';
import type { Entry } from '../entry.ts';
import { readEntry, writeEntry } from '../entry-codec.ts';
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

function forgetNumbers({ predictions }: Entry): void {
  for (const prediction of predictions) {
    prediction.outcomes = prediction.outcomes.map(({ version }) => ({ number: 0, version }));
  }
}
