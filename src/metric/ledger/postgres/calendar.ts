import { dueMs, type Entry } from '../entry.ts';
import { bigintArray, textArray } from './binary-array.ts';
import type { Connection } from './connection.ts';

/**
 * When to look at which entry again: because something in it runs out of time, or because it is to be forgotten. A batch
 * notes its keys under the end of a slot of time, so that there is a row a batch and slot, not one an entry, and no index on the
 * entries that every change would have to keep. Decisions never wait for it: the rules go by the clock.
 */
export class Calendar {
  readonly #slotMs: number;
  #keys = new Map<number, string[]>();

  /** @param horizonMs how long a record waits: a slot is a small part of it, at most a minute */
  constructor(horizonMs: number) {
    this.#slotMs = Math.min(60_000, Math.max(1, Math.floor(horizonMs / 4096)));
  }

  /** Notes when to look at an entry that is new, or that was looked at now. */
  note(key: string, entry: Entry): void {
    this.#note(key, Math.min(dueMs(entry), entry.forgetMs));
  }

  /** Notes it where something in it runs out of time before anybody would look. @param beforeMs when it did before the batch */
  noteEarlier(key: string, entry: Entry, beforeMs: number): void {
    const due = dueMs(entry);
    if (due < beforeMs) this.#note(key, due);
  }

  /** Stores what was noted, within the transaction of the entries. */
  async store(connection: Connection): Promise<void> {
    await storeRows(
      connection,
      [...this.#keys].map(([atMs, keys]) => [atMs, keys.join(SEPARATOR)]),
    );
  }

  #note(key: string, lookMs: number): void {
    const atMs = (Math.floor(lookMs / this.#slotMs) + 1) * this.#slotMs;
    const keys = this.#keys.get(atMs);
    if (keys === undefined) this.#keys.set(atMs, [key]);
    else keys.push(key);
  }
}

/** Takes keys out of the calendar, within a transaction. */
export async function eraseFromCalendar(connection: Connection, keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    const { rows } = await connection.run(
      'SELECT at_ms, seq, keys FROM calendar WHERE position($1 IN keys) > 0',
      [key],
    );
    for (const [atMs, seq, noted] of rows) {
      const row = [Number(atMs), Number(seq)];
      const rest = String(noted)
        .split(SEPARATOR)
        .filter((each) => each !== key);
      if (rest.length === 0) await connection.run('DELETE FROM calendar WHERE at_ms = $1 AND seq = $2', row);
      else
        await connection.run('UPDATE calendar SET keys = $3 WHERE at_ms = $1 AND seq = $2', [
          ...row,
          rest.join(SEPARATOR),
        ]);
    }
  }
}

/** In no key of a row: in JSON a line end is written as an escape. */
const SEPARATOR = '\n';

/**
 * Takes keys that are due to be looked at out of the calendar, within a transaction; what another worker has in hand is passed over.
 *
 * @param most so many keys at most, in rows of about so many bytes; what a row has beyond that stays due
 */
export async function takeDue(
  connection: Connection,
  nowMs: number,
  most: { readonly keys: number; readonly bytes: number },
): Promise<string[]> {
  const { rows } = await connection.run(
    `WITH due AS MATERIALIZED
       (SELECT ctid AS at, at_ms, seq, octet_length(keys) AS bytes FROM calendar WHERE at_ms <= $1
        ORDER BY at_ms, seq LIMIT ${ROWS_MAX} FOR UPDATE SKIP LOCKED),
     counted AS (SELECT at, sum(bytes) OVER (ORDER BY at_ms, seq) - bytes AS before FROM due)
     DELETE FROM calendar USING counted WHERE calendar.ctid = counted.at AND counted.before < $2 RETURNING at_ms, keys`,
    [Math.floor(nowMs), most.bytes],
  );
  const taken: string[] = [];
  const rest: (readonly [atMs: number, keys: string])[] = [];
  for (const [atMs, text] of rows) {
    const keys = String(text).split(SEPARATOR);
    const some = keys.splice(0, most.keys - taken.length);
    for (const key of some) taken.push(key);
    if (keys.length > 0) rest.push([Number(atMs), keys.join(SEPARATOR)]);
  }
  await storeRows(connection, rest);
  return taken;
}

async function storeRows(
  connection: Connection,
  rows: readonly (readonly [atMs: number, keys: string])[],
): Promise<void> {
  if (rows.length === 0) return;
  await connection.run('INSERT INTO calendar (at_ms, keys) SELECT * FROM unnest($1::int8[], $2::text[])', [
    bigintArray(rows.map(([atMs]) => atMs)),
    textArray(rows.map(([, keys]) => keys)),
  ]);
}

/** Rows that are looked through for one step: it bounds what is locked. */
const ROWS_MAX = 512;

/** Whether anything is due to be looked at. */
export async function isAnythingDue(connection: Connection, nowMs: number): Promise<boolean> {
  const { rows } = await connection.run('SELECT EXISTS (SELECT FROM calendar WHERE at_ms <= $1)', [
    Math.floor(nowMs),
  ]);
  return rows[0]?.[0] === true;
}
