import { hostname } from 'node:os';
import type { FigureSink, LedgerTask, Outcome } from '../ledger.ts';
import type { RulesState } from '../rules-state.ts';
import { readRulesState } from '../rules-state.ts';
import type { Words } from '../words.ts';
import { binaryArray, OID, textArray } from './binary-array.ts';
import type { Connection } from './connection.ts';
import { Contended } from './failures.ts';
import { decodeOutcomes } from './outcome-blob.ts';

/** A worker is taken for dead when it has not been heard of for so long; another may then have its place. */
export const WRITER_LEASE_SECONDS = 30;

/** The place of one worker among the writers of a ledger, as it was when it was taken. */
export interface WriterPlace {
  readonly id: number;
  /** Raised whenever the place changes hands: who has an older one may not write. */
  readonly epoch: number;
  /** Number of the last batch that was committed here. */
  readonly batch: number;
  /** Up to this batch the outcomes are in the stored figures. */
  readonly figuresBatch: number;
  /** The writer's share of the books, as text. Some counts may be negative: only those of all writers together make sense. */
  readonly rules: string;
}

/** Who this process is, for people. */
export function holderName(): string {
  return `process ${process.pid} on ${hostname()}`;
}

/**
 * Takes a place among the writers: one whose worker has ended or is dead, else a new one. So there are never more places than
 * workers at once, and what a dead one had is carried on.
 *
 * @param fresh the rules of a writer that has done nothing, as text
 */
export async function takePlace(connection: Connection, holder: string, fresh: string): Promise<WriterPlace> {
  return connection.transaction(async () => {
    await connection.run("SELECT pg_advisory_xact_lock(hashtext('aftermath place ' || current_schema()))");
    const free = await connection.run(
      `UPDATE writer SET epoch = epoch + 1, holder = $1, until = clock_timestamp() + $2::interval
       WHERE id = (SELECT id FROM writer WHERE until < clock_timestamp() ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING ${PLACE}`,
      [holder, LEASE],
    );
    if (free.rows[0] !== undefined) return placeOf(free.rows[0]);
    const made = await connection.run(
      `INSERT INTO writer (id, epoch, holder, until, batch, at, rules, figures_batch)
       SELECT coalesce(max(id), 0) + 1, 1, $1, clock_timestamp() + $2::interval, 0, clock_timestamp(), $3, 0 FROM writer
       RETURNING ${PLACE}`,
      [holder, LEASE, fresh],
    );
    return placeOf(made.rows[0] ?? []);
  });
}

/**
 * Takes the own place anew after a lost connection. It waits for a transaction that is still being decided, and after it none of
 * the old session can commit: what comes back is what was committed.
 *
 * @returns `undefined` when the place was given to another meanwhile
 */
export async function resumePlace(
  connection: Connection,
  place: WriterPlace,
): Promise<WriterPlace | undefined> {
  const { rows } = await connection.run(
    `UPDATE writer SET epoch = epoch + 1, until = clock_timestamp() + $3::interval
     WHERE id = $1 AND epoch = $2 RETURNING ${PLACE}`,
    [place.id, place.epoch, LEASE],
  );
  return rows[0] === undefined ? undefined : placeOf(rows[0]);
}

/**
 * The last statement of a batch's transaction: the place is still ours, and now has this batch.
 *
 * @returns how far the database's clock is ahead of this machine's, in milliseconds
 * @throws {Contended} when another worker has the place
 */
export async function storeBatch(
  connection: Connection,
  place: WriterPlace,
  batch: { readonly number: number; readonly rules: string; readonly figuresBatch: number },
): Promise<number> {
  const { rows } = await connection.run(
    `UPDATE writer SET batch = $3, rules = $4, figures_batch = $5, at = clock_timestamp(),
       until = clock_timestamp() + $6::interval
     WHERE id = $1 AND epoch = $2 RETURNING extract(epoch FROM clock_timestamp()) * 1000`,
    [place.id, place.epoch, batch.number, batch.rules, batch.figuresBatch, LEASE],
  );
  if (rows[0] === undefined)
    throw new PlaceLost(`the place ${place.id} among the writers belongs to another worker now`);
  return Number(rows[0][0]) - Date.now();
}

/** This worker was silent for so long that another has its place. */
export class PlaceLost extends Contended {}

/** Stores the states of a writer's linear figures, within a transaction. */
export async function storeFigures(
  connection: Connection,
  writer: number,
  states: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  await connection.run(
    `INSERT INTO writer_figure (writer, name, bytes) SELECT $1, * FROM unnest($2::text[], $3::bytea[])
     ON CONFLICT (writer, name) DO UPDATE SET bytes = excluded.bytes`,
    [writer, textArray([...states.keys()]), binaryArray(OID.bytea, [...states.values()])],
  );
}

/** Brings a sink to where a writer's place stands. @returns whether all of it could be read */
export async function restoreFigures(
  connection: Connection,
  place: WriterPlace,
  to: { readonly sink: FigureSink; readonly task: LedgerTask | undefined; readonly words: Words },
): Promise<boolean> {
  const { rows } = await connection.run('SELECT name, bytes FROM writer_figure WHERE writer = $1', [
    place.id,
  ]);
  const states = new Map(rows.map(([name, bytes]) => [String(name), bytes as Buffer]));
  const isWhole = to.sink.restore(states, to.task);
  for (let after = place.figuresBatch; ;) {
    const { rows: batches } = await connection.run(
      'SELECT batch, bytes FROM outcome_batch WHERE writer = $1 AND batch > $2 AND batch <= $3 ORDER BY batch LIMIT 16',
      [place.id, after, place.batch],
    );
    for (const [batch, bytes] of batches) {
      const outcomes: Outcome[] = decodeOutcomes(to.words, bytes as Buffer);
      to.sink.add(outcomes);
      after = Number(batch);
    }
    if (batches.length === 0) return isWhole;
  }
}

/** The rules of a place. */
export function rulesOf(place: WriterPlace): RulesState {
  return readRulesState(JSON.parse(place.rules) as RulesState);
}

const LEASE = `${WRITER_LEASE_SECONDS} seconds`;
const PLACE = 'id, epoch, batch, figures_batch, rules';

function placeOf([id, epoch, batch, figuresBatch, rules]: readonly unknown[]): WriterPlace {
  return {
    id: Number(id),
    epoch: Number(epoch),
    batch: Number(batch),
    figuresBatch: Number(figuresBatch),
    rules: String(rules),
  };
}

/** Whether any other worker is at work. */
export async function othersAlive(connection: Connection, place: WriterPlace): Promise<boolean> {
  const { rows } = await connection.run(
    'SELECT EXISTS (SELECT FROM writer WHERE id <> $1 AND until >= clock_timestamp())',
    [place.id],
  );
  return rows[0]?.[0] === true;
}
