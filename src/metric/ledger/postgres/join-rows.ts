import { joinBatch } from '../join-batch.ts';
import type { Batch } from '../ledger.ts';
import type { Rules } from '../rules.ts';
import type { Words } from '../words.ts';
import { EntriesInHand } from './batch-entries.ts';
import type { Calendar } from './calendar.ts';
import type { Connection } from './connection.ts';
import { type EntryChange, lockEntries, type StoredEntry, writeEntries } from './entry-rows.ts';
import { Contended } from './failures.ts';
import type { SharedState } from './shared-state.ts';

/** What a transaction goes out from. */
export interface Basis {
  /** On this writer's share of the books as of its last commit, begun. */
  readonly rules: Rules;
  readonly shared: SharedState;
  readonly words: Words;
  readonly nowMs: number;
  /** Empty. */
  readonly calendar: Calendar;
}

/** What the rules have made of it: the rules have the books and the outcomes, the calendar when to look again. */
export interface Joined extends Basis {
  /** Of the entries, to be written. */
  readonly changes: readonly EntryChange[];
}

/** Runs the rules on a batch, over the entries as they were read. */
export function join(batch: Batch, stored: ReadonlyMap<string, StoredEntry>, basis: Basis): Joined {
  const entries = new EntriesInHand(stored, basis);
  joinBatch(basis.rules, batch, entries);
  return { ...basis, changes: entries.changes(basis.calendar) };
}

/**
 * The same where some of the entries have changed since they were read: these are locked, all is joined anew, and what is not
 * written yet is.
 *
 * @param basis a fresh one
 * @throws {Contended} where that does not do either: then the batch has to be read anew
 */
export async function joinAgain(
  connection: Connection,
  first: {
    readonly batch: Batch;
    readonly stored: ReadonlyMap<string, StoredEntry>;
    readonly joined: Joined;
    readonly lost: readonly string[];
  },
  basis: Basis,
): Promise<Joined> {
  const locked = await lockEntries(connection, first.lost);
  const stored = new Map(first.stored);
  for (const key of first.lost) {
    const now = locked.get(key);
    if (now === undefined) throw new Contended('an entry was forgotten by another worker');
    stored.set(key, now);
  }
  const again = join(first.batch, stored, basis);
  const written = new Map(first.joined.changes.map((change) => [change.key, change]));
  for (const key of first.lost) written.delete(key);
  let same = 0;
  const rest = again.changes.filter(({ key, bytes }) => {
    if (locked.has(key)) return true;
    // Entries do not depend on each other, but for the task.
    if (Buffer.compare(bytes ?? NOTHING, written.get(key)?.bytes ?? NOTHING) !== 0) {
      throw new Contended('an entry came out otherwise the second time');
    }
    same++;
    return false;
  });
  if (same !== written.size) throw new Contended('an entry came out unchanged the second time');
  const lost = await writeEntries(connection, rest);
  if (lost.length > 0) throw new Contended('an entry was changed although it was locked');
  return again;
}

const NOTHING = Buffer.alloc(0);
