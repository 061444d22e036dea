import { DatabaseSync } from 'node:sqlite';
import type { ArenaReader } from './arena.ts';
import type { Entry } from './entry.ts';
import { readEntry } from './entry-codec.ts';
import type { Outcome } from './ledger.ts';

/** An entry as bytes. */
export interface State {
  readonly bytes: Buffer;
  readonly at: number;
}

/** The outcomes after number `after` in states that lie one behind the other, in order of their number. */
export function outcomesOf(bytes: Buffer, reader: ArenaReader, after: number): Outcome[] {
  const outcomes = new Map<number, Outcome>();
  for (let at = 0; at < bytes.length; at += bytes.readUInt32LE(at)) {
    for (const outcome of outcomesIn(readEntry(reader, bytes, at))) {
      if (outcome.number > after) outcomes.set(outcome.number, outcome);
    }
  }
  return [...outcomes.values()].sort((a, b) => a.number - b.number);
}

/**
 * The outcomes from a number on, in order, however many there are: they are sorted on disk.
 *
 * @param states every state there is, the newest of an entry first
 */
export async function* keptOutcomes(
  states: Iterable<State>,
  options: { readonly from: number; readonly reader: ArenaReader },
): AsyncIterable<Outcome> {
  // A database without a name is a temporary file of its own, gone with the connection.
  using sorted = new DatabaseSync('');
  sorted.exec('CREATE TABLE outcome (number INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT; BEGIN');
  const insert = sorted.prepare('INSERT OR IGNORE INTO outcome (number, bytes) VALUES (?, ?)');
  for (const { bytes, at } of states) {
    for (const { outcomes } of readEntry(options.reader, bytes, at).predictions) {
      for (const { number } of outcomes) {
        if (number >= options.from) insert.run(number, bytes.subarray(at, at + bytes.readUInt32LE(at)));
      }
    }
  }
  for (const row of sorted.prepare('SELECT number, bytes FROM outcome ORDER BY number').iterate()) {
    const bytes = Buffer.from(row['bytes'] as Uint8Array);
    const number = Number(row['number']);
    const outcome = outcomesIn(readEntry(options.reader, bytes, 0)).find(
      (outcome) => outcome.number === number,
    );
    if (outcome !== undefined) yield outcome;
  }
}

function outcomesIn(entry: Entry): Outcome[] {
  const found: Outcome[] = [];
  for (const prediction of entry.predictions) {
    for (const [revision, { number, version }] of prediction.outcomes.entries()) {
      const before = prediction.outcomes[revision - 1];
      const truth = entry.truth?.versions[version];
      if (truth === undefined) throw new RangeError(`Outcome ${number} has no truth`);
      const previous = before === undefined ? undefined : entry.truth?.versions[before.version];
      found.push({ number, entry, prediction, truth, previous, revision });
    }
  }
  return found;
}
