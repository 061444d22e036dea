import { createHash } from 'node:crypto';
import { keyHash } from '../key-hash.ts';
import { binaryArray, OID, textArray, xidArray } from './binary-array.ts';
import type { Answer, Connection } from './connection.ts';
import { Contended } from './failures.ts';

/** Entries lie in so many tables, by the hash of their key: each is vacuumed by itself, with an index of its own. */
export const LEAVES = 8;

/** An entry as it lies in its table. */
export interface StoredEntry {
  /** The entry, from `at` on. */
  readonly bytes: Buffer;
  readonly at: number;
  /** The transaction that wrote it: as long as it is the same, so is the entry. */
  readonly xmin: number;
}

/** What is to be written of an entry. */
export interface EntryChange {
  /** Its key in the table: see `rowKey`. */
  readonly key: string;
  /** `undefined`: the entry goes. */
  readonly bytes: Buffer | undefined;
  /** The state that it takes the place of; `undefined`: there was none. */
  readonly xmin: number | undefined;
}

/** The key of an entry in its table: its own, or a digest where that would be too long for an index. */
export function rowKey(key: string): string {
  return key.length <= ROW_KEY_CHARACTERS_MAX ? key : `#${createHash('sha256').update(key).digest('hex')}`;
}

const ROW_KEY_CHARACTERS_MAX = 200;

/**
 * Reads entries without a lock: a later write says which of them have changed meanwhile.
 *
 * @returns by key; what is not there is left out
 */
export async function readEntries(
  connection: Connection,
  keys: readonly string[],
): Promise<Map<string, StoredEntry>> {
  return collect(
    await overLeaves(keys, (leaf, some) =>
      connection.run(
        `SELECT string_agg(int4send(octet_length(key)) || textsend(key) || xidsend(xmin) || bytes, '') FROM entry_${leaf} WHERE key = ANY ($1::text[])`,
        [textArray(some)],
      ),
    ),
  );
}

/**
 * Locks entries and reads them as they are now.
 *
 * @throws `55P03` when another worker has one: to wait here could be to wait for each other
 */
export async function lockEntries(
  connection: Connection,
  keys: readonly string[],
): Promise<Map<string, StoredEntry>> {
  return collect(
    await overLeaves(keys, (leaf, some) =>
      connection.run(
        `SELECT string_agg(int4send(octet_length(key)) || textsend(key) || xidsend(x) || bytes, '')
         FROM (SELECT key, xmin AS x, bytes FROM entry_${leaf} WHERE key = ANY ($1::text[]) FOR UPDATE NOWAIT) AS locked`,
        [textArray(some)],
      ),
    ),
  );
}

/**
 * Writes the changes whose entry is still in the state that they were made from; for the others it waits until whoever has
 * them is done. All workers write in one order, first what is there, then what is new, so none waits for one that waits for it.
 *
 * @param changes one a key
 * @returns the keys that another worker has changed meanwhile: these are not written
 */
export async function writeEntries(
  connection: Connection,
  changes: readonly EntryChange[],
): Promise<string[]> {
  const sorted = [...changes].sort((a, b) => (a.key < b.key ? -1 : 1));
  const [updates, deletions, inserts] = [
    sorted.filter(({ bytes, xmin }) => bytes !== undefined && xmin !== undefined),
    sorted.filter(({ bytes }) => bytes === undefined),
    sorted.filter(({ xmin }) => xmin === undefined),
  ];
  const written = [
    ...byLeaf(updates).map(([leaf, some]) => ({ leaf, some, answer: update(connection, leaf, some) })),
    ...byLeaf(deletions).map(([leaf, some]) => ({ leaf, some, answer: remove(connection, leaf, some) })),
    ...byLeaf(inserts).map(([leaf, some]) => ({ leaf, some, answer: insert(connection, leaf, some) })),
  ];
  await Promise.all(written.map(({ answer }) => answer));
  const lost: string[] = [];
  for (const { leaf, some, answer } of written) {
    if ((await answer).count === some.length) continue;
    const keys = some.map(({ key }) => key);
    const { rows } = await connection.run(
      `SELECT k FROM unnest($1::text[]) AS k WHERE NOT EXISTS
         (SELECT FROM entry_${leaf} WHERE key = k AND xmin = pg_current_xact_id()::xid)`,
      [textArray(keys)],
    );
    // What was deleted is written by nobody, whoever did it.
    const gone = new Set(some.filter(({ bytes }) => bytes === undefined).map(({ key }) => key));
    if (gone.size > 0) throw new Contended('another worker has changed an entry that is to be forgotten');
    for (const [key] of rows) lost.push(String(key));
  }
  return lost;
}

function update(connection: Connection, leaf: number, changes: readonly EntryChange[]) {
  return connection.run(
    `UPDATE entry_${leaf} AS e SET bytes = u.bytes
     FROM unnest($1::text[], $2::bytea[], $3::xid[]) AS u (key, bytes, was) WHERE e.key = u.key AND e.xmin = u.was`,
    [
      textArray(changes.map(({ key }) => key)),
      binaryArray(
        OID.bytea,
        changes.map(({ bytes }) => bytes ?? NOTHING),
      ),
      xidArray(changes.map(({ xmin }) => xmin ?? 0)),
    ],
  );
}

function insert(connection: Connection, leaf: number, changes: readonly EntryChange[]) {
  return connection.run(
    `INSERT INTO entry_${leaf} (key, bytes) SELECT * FROM unnest($1::text[], $2::bytea[]) ON CONFLICT DO NOTHING`,
    [
      textArray(changes.map(({ key }) => key)),
      binaryArray(
        OID.bytea,
        changes.map(({ bytes }) => bytes ?? NOTHING),
      ),
    ],
  );
}

function remove(connection: Connection, leaf: number, changes: readonly EntryChange[]) {
  return connection.run(
    `DELETE FROM entry_${leaf} AS e USING unnest($1::text[], $2::xid[]) AS u (key, was) WHERE e.key = u.key AND e.xmin = u.was`,
    [textArray(changes.map(({ key }) => key)), xidArray(changes.map(({ xmin }) => xmin ?? 0))],
  );
}

const NOTHING = Buffer.alloc(0);

/** The table in which a key lies, counted from 0. */
export function leafOf(key: string): number {
  return keyHash(key, 0) % LEAVES;
}

function byLeaf(changes: readonly EntryChange[]): [leaf: number, changes: EntryChange[]][] {
  const leaves = new Map<number, EntryChange[]>();
  for (const change of changes) {
    const leaf = leafOf(change.key);
    const there = leaves.get(leaf);
    if (there === undefined) leaves.set(leaf, [change]);
    else there.push(change);
  }
  // Sorted, as all workers have it.
  return [...leaves].sort(([a], [b]) => a - b);
}

function overLeaves(
  keys: readonly string[],
  ask: (leaf: number, keys: readonly string[]) => Promise<Answer>,
): Promise<Answer[]> {
  const leaves = Array.from({ length: LEAVES }, (): string[] => []);
  for (const key of keys) leaves[leafOf(key)]!.push(key);
  return Promise.all(leaves.flatMap((some, leaf) => (some.length === 0 ? [] : [ask(leaf, some)])));
}

/** The rows of an answer come as one value, one behind the other: an object for each would cost more than all the rest. */
function collect(answers: readonly Answer[]): Map<string, StoredEntry> {
  const entries = new Map<string, StoredEntry>();
  for (const { rows } of answers) {
    const bytes = rows[0]?.[0];
    if (!Buffer.isBuffer(bytes)) continue;
    for (let at = 0; at < bytes.length;) {
      const keyEnd = at + 4 + bytes.readUInt32BE(at);
      const key = bytes.toString('utf8', at + 4, keyEnd);
      at = keyEnd + 4;
      entries.set(key, { bytes, at, xmin: bytes.readUInt32BE(keyEnd) });
      at += bytes.readUInt32LE(at);
    }
  }
  return entries;
}
