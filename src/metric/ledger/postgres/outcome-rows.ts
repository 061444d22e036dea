import { Arena } from '../arena.ts';
import type { Outcome } from '../ledger.ts';
import type { Words } from '../words.ts';
import type { Connection } from './connection.ts';
import { readKnowingWords } from './known-words.ts';
import { decodeOutcomes, encodeOutcomes, withoutKeys } from './outcome-blob.ts';

/**
 * Leaves the outcomes of a batch for whoever writes the log, within the transaction of their entries.
 *
 * @param of.first the number of the first, where they are numbered and in the log already
 */
export async function leaveOutcomes(
  connection: Connection,
  outcomes: readonly Outcome[],
  of: {
    readonly words: Words;
    readonly writer: number;
    readonly batch: number;
    readonly nowMs: number;
    readonly first?: number;
  },
): Promise<void> {
  if (outcomes.length === 0) return;
  const bytes = encodeOutcomes(of.words, outcomes);
  await connection.run(
    'INSERT INTO outcome_batch (writer, batch, at_ms, count, first, bytes) VALUES ($1, $2, $3, $4, $5, $6)',
    [of.writer, of.batch, Math.floor(of.nowMs), outcomes.length, of.first ?? null, bytes],
  );
}

/** Every outcome that is kept and has a number, from one on, in order. */
export async function* numberedOutcomes(
  connection: Connection,
  words: Words,
  from: number,
): AsyncIterable<Outcome> {
  const { rows: start } = await connection.run(
    'SELECT coalesce(max(first), 0) FROM outcome_batch WHERE first <= $1',
    [from],
  );
  for (let next = Number(start[0]?.[0]); ;) {
    const { rows } = await connection.run(
      `SELECT first, bytes FROM outcome_batch WHERE first >= $1 ORDER BY first LIMIT ${BATCHES}`,
      [next],
    );
    for (const [first, bytes] of rows) {
      const number = Number(first);
      const outcomes = await readKnowingWords(connection, words, () =>
        decodeOutcomes(words, bytes as Buffer, number),
      );
      for (const outcome of outcomes) if (outcome.number >= from) yield outcome;
      next = number + 1;
    }
    if (rows.length === 0) return;
  }
}

/** Forgets outcomes that are older than the retention, a few at a time. @returns whether there may be more */
export async function forgetOutcomes(connection: Connection, beforeMs: number): Promise<boolean> {
  const { count } = await connection.run(
    `WITH old AS MATERIALIZED (SELECT ctid FROM outcome_batch
       WHERE first IS NOT NULL AND first <= (SELECT figures_number FROM log) AND at_ms < $1
         AND batch <= (SELECT figures_batch FROM writer AS w WHERE w.id = outcome_batch.writer) ORDER BY first LIMIT ${BATCHES})
     DELETE FROM outcome_batch USING old WHERE outcome_batch.ctid = old.ctid`,
    [Math.floor(beforeMs)],
  );
  return count === BATCHES;
}

/** Takes the outcomes of some keys out, within a transaction; all others keep their numbers. */
export async function eraseOutcomes(
  connection: Connection,
  words: Words,
  keys: readonly string[],
): Promise<void> {
  for (const key of keys) {
    const arena = new Arena(words);
    arena.text(key);
    // The server looks through the batches: only those that may have it travel.
    const { rows } = await connection.run(
      'SELECT seq, bytes FROM outcome_batch WHERE position($1::bytea IN bytes) > 0',
      [arena.bytes.subarray(0, arena.at)],
    );
    for (const [seq, bytes] of rows) {
      const rest = withoutKeys(words, bytes as Buffer, [key]);
      if (rest === undefined) continue;
      if (rest.count === 0) await connection.run('DELETE FROM outcome_batch WHERE seq = $1', [Number(seq)]);
      else
        await connection.run(
          'UPDATE outcome_batch SET bytes = $2, count = $3, first = first + $4 WHERE seq = $1',
          [Number(seq), rest.bytes, rest.count, rest.firstBehind],
        );
    }
  }
}

/** Batches that are in hand at once. */
const BATCHES = 16;

/** Every outcome that is kept, whether or not it has a number yet. */
export async function* everyOutcome(connection: Connection, words: Words): AsyncIterable<Outcome> {
  for (let after = 0; ;) {
    const { rows } = await connection.run(
      `SELECT seq, bytes FROM outcome_batch WHERE seq > $1 ORDER BY seq LIMIT ${BATCHES}`,
      [after],
    );
    for (const [seq, bytes] of rows) {
      yield* await readKnowingWords(connection, words, () => decodeOutcomes(words, bytes as Buffer));
      after = Number(seq);
    }
    if (rows.length === 0) return;
  }
}

/** What the other writers have scored since they stored their figures. */
export async function* unstoredOutcomes(
  connection: Connection,
  words: Words,
  own: number,
): AsyncIterable<readonly Outcome[]> {
  const { rows } = await connection.run(
    `SELECT o.bytes FROM outcome_batch AS o JOIN writer AS w ON w.id = o.writer
     WHERE w.id <> $1 AND o.batch > w.figures_batch AND o.batch <= w.batch ORDER BY o.seq`,
    [own],
  );
  for (const [bytes] of rows)
    yield readKnowingWords(connection, words, () => decodeOutcomes(words, bytes as Buffer));
}

/**
 * Takes over the outcomes of a worker that died before it had stored its figures: states of any writer add up to the same.
 *
 * @param adopt called within the transaction, at most once
 * @returns whether there were any
 */
export async function adoptOutcomes(
  connection: Connection,
  words: Words,
  adopt: (outcomes: readonly Outcome[]) => Promise<void>,
): Promise<boolean> {
  const dead = 'until < clock_timestamp() AND figures_batch < batch';
  const { rows: found } = await connection.run(`SELECT EXISTS (SELECT FROM writer WHERE ${dead})`);
  if (found[0]?.[0] !== true) return false;
  return connection.transaction(async () => {
    const { rows } = await connection.run(
      `SELECT id, figures_batch, batch FROM writer WHERE ${dead} ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED`,
    );
    const [writer] = rows;
    if (writer === undefined) return false;
    const [id, from, to] = writer.map(Number) as [number, number, number];
    const batches = await connection.run(
      'SELECT bytes FROM outcome_batch WHERE writer = $1 AND batch > $2 AND batch <= $3 ORDER BY batch',
      [id, from, to],
    );
    const outcomes: Outcome[] = [];
    for (const [bytes] of batches.rows)
      outcomes.push(
        ...(await readKnowingWords(connection, words, () => decodeOutcomes(words, bytes as Buffer))),
      );
    await connection.run('UPDATE writer SET epoch = epoch + 1, figures_batch = batch WHERE id = $1', [id]);
    await adopt(outcomes);
    return true;
  });
}
