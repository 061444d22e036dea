import { idKey } from '../../../wire/id.ts';
import { Arena, ArenaReader } from '../arena.ts';
import { dueMs, type Entry } from '../entry.ts';
import { readEntry, writeEntry } from '../entry-codec.ts';
import type { BatchEntries } from '../join-batch.ts';
import type { Batch } from '../ledger.ts';
import type { Rules } from '../rules.ts';
import type { Words } from '../words.ts';
import { Calendar } from './calendar.ts';
import { type EntryChange, rowKey, type StoredEntry } from './entry-rows.ts';

/** The keys, in their tables, of all entries that a batch is about. */
export function keysOf({ predictions, truths }: Batch): string[] {
  const keys = new Set<string>();
  for (const { id } of predictions) keys.add(rowKey(idKey(id)));
  for (const { id } of truths) keys.add(rowKey(idKey(id)));
  return [...keys];
}

/** The entries of one transaction in memory: read from their rows when they are asked for, and written back as changes. */
export class EntriesInHand implements BatchEntries<EntryInHand> {
  readonly #stored: ReadonlyMap<string, StoredEntry>;
  readonly #rules: Rules;
  readonly #words: Words;
  readonly #reader: ArenaReader;
  readonly #nowMs: number;
  readonly #inHand = new Map<string, EntryInHand>();

  constructor(
    stored: ReadonlyMap<string, StoredEntry>,
    { rules, words, nowMs }: { readonly rules: Rules; readonly words: Words; readonly nowMs: number },
  ) {
    this.#stored = stored;
    this.#rules = rules;
    this.#words = words;
    this.#reader = new ArenaReader(words);
    this.#nowMs = nowMs;
  }

  find(key: string): EntryInHand {
    const row = rowKey(key);
    let inHand = this.#inHand.get(row);
    if (inHand === undefined) {
      inHand = this.#read(row, key);
      this.#inHand.set(row, inHand);
    }
    const { latest } = inHand;
    const isKnown = latest !== undefined && latest.forgetMs >= this.#nowMs;
    // What it waited for is over: the books have to say so before a new entry takes its place.
    if (latest !== undefined && !isKnown && this.#rules.settle(latest)) inHand.changed = true;
    inHand.entry = isKnown ? latest : undefined;
    return inHand;
  }

  put(inHand: EntryInHand, entry: Entry): void {
    inHand.latest = entry;
    inHand.changed = true;
  }

  /** Looks at an entry because its time has come: gives up on what has waited too long, and on all of it where it is to be forgotten. */
  look(row: string, calendar: Calendar): void {
    const inHand = this.#read(row, undefined);
    const { latest } = inHand;
    if (latest === undefined) return;
    this.#rules.meet(latest);
    this.#inHand.set(row, inHand);
    if (this.#rules.settle(latest)) inHand.changed = true;
    if (latest.forgetMs < this.#nowMs) inHand.forgotten = true;
    else calendar.note(row, latest);
  }

  /** What is to be written. @param calendar takes when to look at it again */
  changes(calendar: Calendar): EntryChange[] {
    const arena = new Arena(this.#words, 256 * Math.max(1, this.#inHand.size));
    const written: {
      readonly key: string;
      readonly xmin: number | undefined;
      readonly from: number;
      readonly to: number;
    }[] = [];
    const changes: EntryChange[] = [];
    for (const [key, { latest, changed, forgotten, stored, dueBeforeMs }] of this.#inHand) {
      const xmin = stored?.xmin;
      if (forgotten) changes.push({ key, bytes: undefined, xmin });
      else if (changed && latest !== undefined) {
        const from = writeEntry(arena, latest, 0);
        written.push({ key, xmin, from, to: arena.at });
        if (dueBeforeMs === undefined) calendar.note(key, latest);
        else calendar.noteEarlier(key, latest, dueBeforeMs);
      }
    }
    // The arena moves while it grows.
    for (const { key, xmin, from, to } of written)
      changes.push({ key, bytes: arena.bytes.subarray(from, to), xmin });
    return changes;
  }

  #read(row: string, key: string | undefined): EntryInHand {
    const stored = this.#stored.get(row);
    const latest = stored && readEntry(this.#reader, stored.bytes, stored.at, key);
    if (latest !== undefined) this.#rules.meet(latest);
    const isKnown = latest !== undefined && latest.forgetMs >= this.#nowMs;
    return {
      key: key ?? latest?.key ?? '',
      entry: undefined,
      latest,
      stored,
      // One that is to be forgotten is looked at for that reason alone; its follower has times of its own.
      dueBeforeMs: isKnown ? dueMs(latest) : undefined,
      changed: false,
      forgotten: false,
    };
  }
}

/** An entry while a transaction is made up. */
export interface EntryInHand {
  readonly key: string;
  /** As far as it is known still. */
  entry: Entry | undefined;
  latest: Entry | undefined;
  readonly stored: StoredEntry | undefined;
  /** When something in it was to run out of time before the transaction; `undefined` for one that was not there. */
  readonly dueBeforeMs: number | undefined;
  changed: boolean;
  forgotten: boolean;
}
