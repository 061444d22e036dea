import { AftermathError } from '../../service/errors.ts';
import { isLinearState } from '../figures/figure-keeper.ts';
import { Arena, ArenaReader } from '../ledger/arena.ts';
import { readEntry, writeEntry } from '../ledger/entry-codec.ts';
import type { Outcome } from '../ledger/ledger.ts';
import { keptOutcomes } from '../ledger/outcomes.ts';
import { Calendar } from '../ledger/postgres/calendar.ts';
import type { Connection } from '../ledger/postgres/connection.ts';
import { type EntryChange, rowKey, writeEntries } from '../ledger/postgres/entry-rows.ts';
import { storeLogFigures } from '../ledger/postgres/log-writer.ts';
import { leaveOutcomes } from '../ledger/postgres/outcome-rows.ts';
import { storeFigures } from '../ledger/postgres/writer.ts';
import { SharedWords, storeWords } from '../ledger/postgres/words.ts';
import type { StoredState } from '../ledger/sqlite-store.ts';
import { Words } from '../ledger/words.ts';
import type { FilePicture } from './file-picture.ts';

/** With which settings the ledger is used, and what is noted of where it came from. */
export interface FillOptions {
  readonly horizonMs: number;
  readonly retentionMs: number;
  /** For `writer.holder`. */
  readonly holder: string;
  /** For `ledger.moved_from`. */
  readonly movedFrom: string | undefined;
}

/** How much was written. */
export interface Filled {
  readonly ids: number;
  /** Outcomes that the file still knows. */
  readonly outcomes: number;
}

/**
 * Writes everything that a ledger file holds into empty tables, within a transaction: entries as workers write them, the
 * books and the linear figures as those of one writer that has ended, the outcomes with the numbers that they have, and the
 * place in the log. States of figures go over as bytes: not a bit of them changes.
 *
 * @throws {AftermathError} `stop` where the file is damaged, or has a text that PostgreSQL does not store
 */
export async function fillPostgres(
  connection: Connection,
  picture: FilePicture,
  options: FillOptions,
): Promise<Filled> {
  const store = picture.store();
  const { state } = store;
  const texts = picture.texts();
  mustBeText([...texts, ...state.rules.books.models.map(({ model }) => model)]);
  const words = new SharedWords();
  // In their order, so that each has the code that it has in the file.
  for (const text of texts) words.code(text);
  await storeWords(connection, words);
  words.stored();
  const reader = new ArenaReader(new Words(texts));
  const ids = await fillEntries(connection, picture, { words, reader, horizonMs: options.horizonMs });
  const { outcomes, batch, figuresBatch } = await fillOutcomes(connection, picture, {
    words,
    reader,
    figuresNumber: state.figuresNumber,
    retentionMs: options.retentionMs,
  });
  await connection.run(
    `INSERT INTO writer (id, epoch, holder, until, batch, at, rules, figures_batch)
     VALUES (${WRITER}, 1, $1, '-infinity', $2, clock_timestamp(), $3, $4)`,
    [options.holder, batch, JSON.stringify(state.rules), figuresBatch],
  );
  const figures = [...store.figures()];
  await storeFigures(connection, WRITER, new Map(figures.filter(([name]) => isLinearState(name))));
  await storeLogFigures(connection, new Map(figures.filter(([name]) => !isLinearState(name))));
  await fillLog(connection, state);
  await connection.run('UPDATE ledger SET task = $1, moved_from = $2', [
    state.rules.task ?? null,
    options.movedFrom ?? null,
  ]);
  return { ids, outcomes };
}

/** The writer as which all of it comes: the first worker that starts has its place. */
const WRITER = 1;

const CHUNK = 4_096;

/** Keys of a calendar in memory: more of them make fewer rows. */
const CALENDAR_CHUNKS = 64;

function mustBeText(texts: readonly string[]): void {
  const bad = texts.find((text) => text.includes('\0') || !text.isWellFormed());
  if (bad === undefined) return;
  throw new AftermathError(
    'stop',
    `Cannot put the ledger into PostgreSQL: it stores no text such as ${JSON.stringify(bad.slice(0, 60))} (the name of a model, a label or a tag). Keep the file.`,
  );
}

async function fillEntries(
  connection: Connection,
  picture: FilePicture,
  by: { readonly words: Words; readonly reader: ArenaReader; readonly horizonMs: number },
): Promise<number> {
  const arena = new Arena(by.words, 256 * CHUNK);
  let calendar = new Calendar(by.horizonMs);
  let places: { readonly key: string; readonly from: number; readonly to: number }[] = [];
  let [ids, chunks] = [0, 0];
  const write = async (): Promise<void> => {
    // The arena has moved while it grew.
    const changes = places.map(({ key, from, to }): EntryChange => ({
      key,
      bytes: arena.bytes.subarray(from, to),
      xmin: undefined,
    }));
    const lost = await writeEntries(connection, changes);
    if (lost.length > 0) throw new RangeError(`${lost.length} entries were there already`);
    places = [];
    arena.at = 0;
    if (++chunks % CALENDAR_CHUNKS !== 0) return;
    await calendar.store(connection);
    calendar = new Calendar(by.horizonMs);
  };
  for (const { bytes, at } of picture.newestStates()) {
    const entry = readEntry(by.reader, bytes, at);
    const key = rowKey(entry.key);
    const from = writeEntry(arena, entry, 0);
    places.push({ key, from, to: arena.at });
    calendar.note(key, entry);
    ids++;
    if (places.length === CHUNK) await write();
  }
  if (places.length > 0) await write();
  await calendar.store(connection);
  return ids;
}

/**
 * The outcomes in batches of the one writer. A new batch begins with the first outcome that is not in the stored figures, so
 * that those are brought up to date from there.
 */
async function fillOutcomes(
  connection: Connection,
  picture: FilePicture,
  from: {
    readonly words: Words;
    readonly reader: ArenaReader;
    readonly figuresNumber: number;
    readonly retentionMs: number;
  },
): Promise<{ readonly outcomes: number; readonly batch: number; readonly figuresBatch: number }> {
  let [outcomes, batch, figuresBatch] = [0, 0, 0];
  let chunk: Outcome[] = [];
  const write = async (): Promise<void> => {
    const last = chunk.at(-1);
    if (last === undefined) return;
    batch++;
    if (last.number <= from.figuresNumber) figuresBatch = batch;
    await leaveOutcomes(connection, chunk, {
      words: from.words,
      writer: WRITER,
      batch,
      nowMs: Math.max(...chunk.map(({ entry }) => entry.forgetMs)) - from.retentionMs,
      first: chunk[0]!.number,
    });
    chunk = [];
  };
  for await (const outcome of keptOutcomes(picture.everyState(), { from: 1, reader: from.reader })) {
    if (chunk.length === CHUNK || outcome.number === from.figuresNumber + 1) await write();
    chunk.push(asItWas(outcome));
    outcomes++;
  }
  await write();
  return { outcomes, batch, figuresBatch };
}

/** Without outcomes of its entry that came later: read back from its batch, all others of the entry count as earlier. */
function asItWas(outcome: Outcome): Outcome {
  const { number, entry, prediction } = outcome;
  const predictions = entry.predictions.map((each) => ({
    ...each,
    outcomes: each.outcomes.filter((mark) => mark.number <= number),
  }));
  const same = predictions[entry.predictions.indexOf(prediction)];
  if (same === undefined) throw new RangeError(`Outcome ${number} is of no prediction of its entry`);
  return { ...outcome, entry: { ...entry, predictions }, prediction: same };
}

async function fillLog(connection: Connection, { rules, cursor, figuresNumber }: StoredState): Promise<void> {
  await connection.run('UPDATE log SET number = $1, cursor = $2, figures_number = $3', [
    rules.number,
    cursor === undefined ? null : JSON.stringify(cursor),
    figuresNumber,
  ]);
}
