import { AftermathError } from '../../service/errors.ts';
import type { Logger } from '../../service/logging.ts';
import { idMatch } from '../../wire/id-match.ts';
import { ArenaReader } from '../ledger/arena.ts';
import type { Entry } from '../ledger/entry.ts';
import { readEntry } from '../ledger/entry-codec.ts';
import type { LogCursor } from '../ledger/ledger.ts';
import { eraseFromCalendar } from '../ledger/postgres/calendar.ts';
import type { Connection } from '../ledger/postgres/connection.ts';
import { LEAVES, readEntries, rowKey, writeEntries } from '../ledger/postgres/entry-rows.ts';
import { storeLogFigures } from '../ledger/postgres/log-writer.ts';
import { mergeBooks } from '../ledger/postgres/merged-books.ts';
import { eraseOutcomes } from '../ledger/postgres/outcome-rows.ts';
import { loadWords, SharedWords } from '../ledger/postgres/words.ts';
import { readRulesState, type RulesState } from '../ledger/rules-state.ts';
import { adoptErased, writeErased } from '../log/log-erase.ts';
import { statesWithout } from '../ordered/outcome-keeper.ts';
import { quiesce, withDatabase } from './care-connection.ts';
import { mustHaveLedger } from './database-picture.ts';
import { takeOutWaiting } from './erase-books.ts';
import { type Erased, erasedOf, type ErasedParts, type EraseOptions } from './erased.ts';

/**
 * Takes an id out of a ledger in PostgreSQL and out of its log, in the same order as out of a file: the log is written aside,
 * one transaction takes the id out of every table and stores the log's new length, then the log takes the place of the old one.
 *
 * @throws {AftermathError} `stop`: a worker is at work, the last ones were not stopped in order, or the log is not there
 */
export function eraseFromDatabase(options: EraseOptions, log: Logger): Promise<Erased> {
  return withDatabase(options.ledger, async (connection, where) => {
    await mustHaveLedger(connection, where, 'erase from');
    const { shown } = where;
    const parts = await connection.transaction(async () => {
      await quiesce(connection, { doing: `erase from the ledger ${shown}`, shown });
      await mustBeStopped(connection, shown);
      return eraseRows(connection, options, log);
    });
    log.info('the ledger is without it');
    if (options.logPath !== undefined && parts.cursor !== undefined)
      adoptErased(options.logPath, parts.cursor.bytes);
    log.info('the log is without it');
    // Of somebody else's tables it is passed over.
    await connection.script(`VACUUM ${TABLES.join(', ')}`);
    return erasedOf(options, shown, {
      ...parts,
      elsewhere: [
        'PostgreSQL overwrites what is deleted in its files in its own time, at once with VACUUM FULL; its write-ahead log and its backups hold it for as long as they are kept.',
      ],
    });
  });
}

/** Outcomes that are not in the stored figures, or not in the log, are told from their entries at the next start. */
async function mustBeStopped(connection: Connection, shown: string): Promise<void> {
  const { rows } = await connection.run(
    `SELECT EXISTS (SELECT FROM writer WHERE figures_batch < batch)
         OR EXISTS (SELECT FROM outcome_batch WHERE first IS NULL)
         OR EXISTS (SELECT FROM log WHERE figures_number < number)`,
  );
  if (rows[0]?.[0] !== true) return;
  throw new AftermathError(
    'stop',
    `Cannot erase from the ledger ${shown}: its workers were not stopped in order, and some outcomes are not in the log or in the stored figures. ` +
      'Start metric once and stop it, then run this again.',
  );
}

async function eraseRows(
  connection: Connection,
  { logPath, id }: EraseOptions,
  log: Logger,
): Promise<Omit<ErasedParts, 'elsewhere'> & { readonly cursor: LogCursor | undefined }> {
  const { keys, isCell } = idMatch(id);
  const { rows } = await connection.run('SELECT cursor FROM log');
  const before = typeof rows[0]?.[0] === 'string' ? (JSON.parse(rows[0][0]) as LogCursor) : undefined;
  if (logPath !== undefined && before !== undefined) adoptErased(logPath, before.bytes);
  const erasedLog =
    logPath === undefined || before === undefined ? undefined : writeErased(logPath, before, isCell);
  log.info('the log without it is written aside');
  const words = new SharedWords();
  await loadWords(connection, words);
  const entries = await eraseEntries(connection, words, keys);
  await eraseOutcomes(connection, words, keys);
  await eraseFromCalendar(connection, keys.map(rowKey));
  const states = await connection.run('SELECT name, bytes FROM log_figure');
  const without = statesWithout(
    new Map(states.rows.map(([name, bytes]) => [String(name), bytes as Buffer])),
    new Set(keys),
  );
  if (without.states.size > 0) await storeLogFigures(connection, without.states);
  const cursor = erasedLog?.cursor ?? before;
  if (erasedLog !== undefined)
    await connection.run('UPDATE log SET cursor = $1', [JSON.stringify(erasedLog.cursor)]);
  const books = await takeOutOfBooks(connection, entries);
  return { entries, lines: erasedLog?.lines ?? 0, lastRows: without.rows, books, cursor };
}

async function eraseEntries(
  connection: Connection,
  words: SharedWords,
  keys: readonly string[],
): Promise<Entry[]> {
  const stored = await readEntries(connection, keys.map(rowKey));
  const reader = new ArenaReader(words);
  const entries = [...stored.values()].map(({ bytes, at }) => readEntry(reader, bytes, at));
  await writeEntries(
    connection,
    [...stored].map(([key, { xmin }]) => ({ key, bytes: undefined, xmin })),
  );
  return entries;
}

/** Out of the share of any writer: only those of all together make sense. @returns all of them */
async function takeOutOfBooks(
  connection: Connection,
  entries: readonly Entry[],
): Promise<ErasedParts['books']> {
  const { rows } = await connection.run(
    'SELECT id, extract(epoch FROM at) * 1000, rules FROM writer ORDER BY id',
  );
  const writers = rows.map(([id, atMs, rules]) => ({
    id: Number(id),
    atMs: Number(atMs),
    rules: readRulesState(JSON.parse(String(rules)) as RulesState),
  }));
  const [first] = writers;
  if (first !== undefined && entries.length > 0) {
    for (const entry of entries) takeOutWaiting(first.rules.books, entry);
    await connection.run('UPDATE writer SET rules = $2 WHERE id = $1', [
      first.id,
      JSON.stringify(first.rules),
    ]);
  }
  return mergeBooks(writers.map(({ rules, atMs }) => ({ books: rules.books, atMs })));
}

/** Those that may have held the id. */
const TABLES = [
  ...Array.from({ length: LEAVES }, (_, leaf) => `entry_${leaf}`),
  'outcome_batch',
  'calendar',
  'log_figure',
  'writer',
];
