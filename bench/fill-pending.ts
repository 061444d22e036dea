import { readRulesState, type RulesState } from '../src/metric/ledger/rules-state.ts';
import { Arena, ArenaReader } from '../src/metric/ledger/arena.ts';
import type { Entry } from '../src/metric/ledger/entry.ts';
import { HEAD_BYTES, readEntry, writeEntry } from '../src/metric/ledger/entry-codec.ts';
import { postgresAddress } from '../src/metric/ledger/postgres/address.ts';
import { bigintArray } from '../src/metric/ledger/postgres/binary-array.ts';
import { Calendar } from '../src/metric/ledger/postgres/calendar.ts';
import { Connection } from '../src/metric/ledger/postgres/connection.ts';
import { LEAVES, leafOf, readEntries } from '../src/metric/ledger/postgres/entry-rows.ts';
import { loadWords, SharedWords } from '../src/metric/ledger/postgres/words.ts';
import { BATCH_ROWS, DAY_MS, HORIZON_MS, idOf } from './ledger-rows.ts';

/** Batches that have one time, and go to the server together. */
const BATCHES = 16;

/**
 * Predictions that wait for their truth, put into a ledger as a worker would have left them, in a tenth of the time that it takes:
 * every entry is the first one with another id and another time, the calendar is written as ever, the books know of all of
 * them. The indexes are made once the rows are there. What was in the tables of entries before goes.
 *
 * @param url of a ledger whose first batch of predictions waits, stored by a worker that has left
 * @param count of rows, the first batch included; a multiple of a batch
 * @param startMs the times are spread evenly over the day from then on
 */
export async function fillPending(url: string, count: number, startMs: number): Promise<void> {
  await using open = new AsyncDisposableStack();
  const connection = await Connection.open({
    address: postgresAddress(url),
    durability: 'process',
    name: 'filler',
  });
  open.defer(() => connection.close());
  await connection.script(
    "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET maintenance_work_mem = '512MB'",
  );
  const words = new SharedWords();
  await loadWords(connection, words);
  const first = await firstEntry(connection, words);
  const tables = Array.from({ length: LEAVES }, (_, leaf) => `entry_${leaf}`);
  await connection.transaction(async () => {
    await connection.script(`TRUNCATE ${tables.join(', ')}, calendar`);
    for (const table of tables) await connection.script(`ALTER TABLE ${table} DROP CONSTRAINT ${table}_pkey`);
    for (let from = 0; from < count; from += BATCHES * BATCH_ROWS) {
      const to = Math.min(count, from + BATCHES * BATCH_ROWS);
      await insert(connection, at(first, startMs + (from / count) * DAY_MS), { words, from, to });
    }
    for (const table of tables) await connection.script(`ALTER TABLE ${table} ADD PRIMARY KEY (key)`);
    await tellBooks(connection, count, startMs);
  });
  await connection.script(`VACUUM (ANALYZE) ${tables.join(', ')}`);
  await connection.script('CHECKPOINT');
}

async function firstEntry(connection: Connection, words: SharedWords): Promise<Entry> {
  const key = keyOf(0);
  const stored = (await readEntries(connection, [key])).get(key);
  if (stored === undefined) throw new RangeError(`Cannot fill the ledger: ${key} is not in it`);
  return readEntry(new ArenaReader(words), stored.bytes, stored.at);
}

/** The entry as if it had come at another time. */
function at(entry: Entry, atMs: number): Entry {
  const laterMs = atMs - (entry.predictions[0]?.atMs ?? atMs);
  return {
    ...entry,
    forgetMs: entry.forgetMs + laterMs,
    predictions: entry.predictions.map((slot) => ({
      ...slot,
      atMs: slot.atMs + laterMs,
      deadlineMs: slot.deadlineMs + laterMs,
    })),
  };
}

/** Inserts rows that have come at the time of an entry, table by table, and notes batch by batch when to look at them. */
async function insert(
  connection: Connection,
  entry: Entry,
  { words, from, to }: { readonly words: SharedWords; readonly from: number; readonly to: number },
): Promise<void> {
  const numbers = Array.from({ length: LEAVES }, (): number[] => []);
  const sent: Promise<unknown>[] = [];
  for (let number = from; number < to;) {
    const calendar = new Calendar(HORIZON_MS);
    for (const end = number + BATCH_ROWS; number < end; number++) {
      const key = keyOf(number);
      numbers[leafOf(key)]!.push(number);
      calendar.note(key, entry);
    }
    sent.push(calendar.store(connection));
  }
  const arena = new Arena(words);
  writeEntry(arena, entry, 0);
  const bytes = Buffer.from(arena.bytes.subarray(0, arena.at));
  for (const [leaf, some] of numbers.entries()) {
    // The key lies behind the head and its length.
    const sql = `INSERT INTO entry_${leaf} SELECT key, overlay($2::bytea placing textsend(key) from ${HEAD_BYTES + 2})
      FROM (SELECT '"run-' || lpad(number::text, 9, '0') || '"' AS key FROM unnest($1::int8[]) AS number) AS keys`;
    sent.push(connection.run(sql, [bigintArray(some), bytes]));
  }
  await Promise.all(sent);
}

/** The first batch is in the books already. */
async function tellBooks(connection: Connection, count: number, startMs: number): Promise<void> {
  const { rows } = await connection.run('SELECT rules FROM writer WHERE id = 1');
  const state = readRulesState(JSON.parse(String(rows[0]?.[0])) as RulesState);
  const [model] = state.books.models;
  if (model === undefined) throw new RangeError('Cannot fill the ledger: its books know no model');
  const further = count - BATCH_ROWS;
  model.counts.received += further;
  model.counts.pending += further;
  for (let row = BATCH_ROWS; row < count; row++) model.cohorts.add(startMs + (row / count) * DAY_MS, 1);
  await connection.run('UPDATE writer SET rules = $1 WHERE id = 1', [JSON.stringify(state)]);
}

function keyOf(number: number): string {
  return JSON.stringify(idOf(number, 'ordered'));
}
