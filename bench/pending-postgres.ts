/**
 * How long a commit takes on a PostgreSQL in which very many predictions wait for their truth, with ids in order. They are put
 * there as a worker would have left them (`fill-pending.ts`); then one worker commits 4,096 predictions and 4,096 truths at a time.
 *
 * Usage: npm run bench:pending:postgres [-- PENDING [COMMITS]]. 50 million take 20 GB of the folder for temporary files.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { predictionImbalance } from '../src/metric/ledger/books.ts';
import type { LedgerParts } from '../src/metric/ledger-parts.ts';
import { Moments } from '../test/chaos/moments.ts';
import { BenchDatabase } from './bench-database.ts';
import { fillPending } from './fill-pending.ts';
import { BATCH_ROWS, commitRows, DAY_MS, HORIZON_MS, openForBench, rowsOf } from './ledger-rows.ts';

const [pending = '50000000', commits = '400'] = process.argv.slice(2);
const BATCHES = Math.ceil(Number(pending) / BATCH_ROWS);
const COMMITS = Number(commits);
/** Truths of new pairs come so many batches after their predictions. */
const LAG = 4;
/** So much of the day of the predictions that wait runs out in the last part. */
const EXPIRED_MS = DAY_MS / 24;

await using database = await BenchDatabase.start(
  'shared_buffers = 2GB',
  // So that a table that is filled in one transaction is not written twice.
  'wal_level = minimal',
  'max_wal_senders = 0',
);
const folder = mkdtempSync(join(tmpdir(), 'aftermath-bench-'));
try {
  const startMs = Date.now() - DAY_MS;
  say(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`);
  say(`${COMMITS} commits of ${BATCH_ROWS} predictions and as many truths; milliseconds`);
  await measure(async (parts) => {
    await timed('nothing waits: new pairs', parts, newPairs(0, Date.now()));
    await commitRows(parts, { predictions: rowsOf(0), truths: [], order: 'ordered', nowMs: Date.now() });
  });
  await fill(startMs);
  await measure(async (parts) => {
    await timed('new pairs', parts, newPairs(1, Date.now()));
    const middle = Math.floor(BATCHES / 2);
    await timed(
      'truths of what waits, in order',
      parts,
      oldTruths(2, (i) => rowsOf(middle + i)),
    );
    const random = new Moments(1);
    const anyRow = (): number => Math.floor(random.next() * BATCHES * BATCH_ROWS);
    const anyRows = (): number[] => Array.from({ length: BATCH_ROWS }, anyRow);
    await timed('truths of what waits, at random', parts, oldTruths(3, anyRows));
    const before = expired(parts);
    await timed('new pairs, while others expire', parts, newPairs(4, startMs + HORIZON_MS + EXPIRED_MS));
    say(`    ${(expired(parts) - before).toLocaleString('en')} have expired meanwhile`);
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

type Rows = Omit<Parameters<typeof commitRows>[1], 'order'>;

async function measure(work: (parts: LedgerParts) => Promise<void>): Promise<void> {
  const parts = await openForBench(database.url, folder, { writesLog: true });
  await work(parts);
  for (const { counts } of parts.ledger.books.models)
    if (predictionImbalance(counts) !== 0)
      throw new Error(`The books do not balance: ${JSON.stringify(counts)}`);
  await parts.ledger[Symbol.asyncDispose]();
  parts.metricLog[Symbol.dispose]();
}

async function fill(startMs: number): Promise<void> {
  const began = performance.now();
  const count = BATCHES * BATCH_ROWS;
  await fillPending(database.url, count, startMs);
  const seconds = (performance.now() - began) / 1000;
  say(`${count.toLocaleString('en')} predictions wait, after ${seconds.toFixed(0)} s`);
  for (const table of ['entry', 'calendar']) {
    const sizes = (['pg_relation_size', 'pg_indexes_size', 'pg_total_relation_size'] as const).map(
      async (size) => ((await database.tableBytes(table, size)) / count).toFixed(1),
    );
    const [rows, indexes, whole] = await Promise.all(sizes);
    say(`    ${table}: ${rows} bytes a prediction, indexes ${indexes}, in all ${whole}`);
  }
}

/** Predictions that nobody has seen, and the truths of those a few batches before. */
function newPairs(part: number, nowMs: number): (i: number) => Rows {
  const from = newBatches(part);
  return (i) => ({
    nowMs,
    predictions: rowsOf(from + i),
    truths: i < LAG ? [] : rowsOf(from + i - LAG),
  });
}

/** Predictions that nobody has seen, and truths of those that wait. */
function oldTruths(part: number, truths: (i: number) => number[]): (i: number) => Rows {
  const from = newBatches(part);
  return (i) => ({ nowMs: Date.now(), predictions: rowsOf(from + i), truths: truths(i) });
}

function newBatches(part: number): number {
  return BATCHES + part * COMMITS;
}

async function timed(what: string, parts: LedgerParts, rows: (i: number) => Rows): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < COMMITS; i++) {
    const of = rows(i);
    const before = performance.now();
    await commitRows(parts, { ...of, order: 'ordered' });
    times.push(performance.now() - before);
  }
  times.sort((a, b) => a - b);
  const at = (ratio: number): string => (times[Math.ceil(ratio * times.length) - 1] ?? 0).toFixed(0);
  say(`  ${what.padEnd(34)} p50 ${at(0.5)}, p99 ${at(0.99)}, at most ${at(1)}`);
}

function expired({ ledger }: LedgerParts): number {
  return ledger.books.models.reduce((sum, { counts }) => sum + counts.expired, 0);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
