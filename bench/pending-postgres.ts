/**
 * How long a commit takes on a PostgreSQL in which very many predictions wait for their truth, with ids in order. They are put
 * there as a worker would have left them (`fill-pending.ts`); then one worker commits predictions and truths as the metric stage
 * does, in turns of 1,024 records, as many as its committer takes at a time.
 *
 * Usage: npm run bench:pending:postgres [-- PENDING [RECORDS [cold]]]. 50 million take 20 GB of the folder for temporary files. With
 * `cold` what the system holds of files in memory is dropped before each part (Linux, root).
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Committer } from '../src/metric/committer.ts';
import { predictionImbalance } from '../src/metric/ledger/books.ts';
import type { LedgerParts } from '../src/metric/ledger-parts.ts';
import { Moments } from '../test/chaos/moments.ts';
import { BenchDatabase } from './bench-database.ts';
import { fillPending } from './fill-pending.ts';
import {
  BATCH_ROWS,
  commitRows,
  DAY_MS,
  HORIZON_MS,
  openForBench,
  recordsOf,
  rowsOf,
} from './ledger-rows.ts';

const [pending = '50000000', records = '3276800', cold] = process.argv.slice(2);
const BATCHES = Math.ceil(Number(pending) / BATCH_ROWS);
/** Batches of predictions in each part, and as many of truths. */
const PART = Math.ceil(Number(records) / 2 / BATCH_ROWS);
/** Records that are handed to the committer together: the stage's contributions, and how many of them it has in hand. */
const CONTRIBUTION_ROWS = 1_024;
const OPEN_MAX = 16;
/** As the stage has it. */
const COMMIT_RECORDS_MAX = 4_096;
const NONE_REFUSED = { predictions: 0, truths: 0 };
/** Truths of new pairs come so many batches after their predictions. */
const LAG = 4;
/** So much of the day of the predictions that wait runs out in the last part. */
const EXPIRED_MS = DAY_MS / 24;

await using database = await BenchDatabase.start(
  `shared_buffers = ${cold === undefined ? '2GB' : '256MB'}`,
  // So that a table that is filled in one transaction is not written twice.
  'wal_level = minimal',
  'max_wal_senders = 0',
);
const folder = mkdtempSync(join(tmpdir(), 'aftermath-bench-'));
try {
  const startMs = Date.now() - DAY_MS;
  say(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`);
  say(`${PART * BATCH_ROWS} predictions and as many truths a part; milliseconds a commit`);
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
  return BATCHES + part * PART;
}

async function timed(what: string, parts: LedgerParts, rows: (i: number) => Rows): Promise<void> {
  if (cold !== undefined) {
    execFileSync('sync');
    writeFileSync('/proc/sys/vm/drop_caches', '3');
  }
  const commits: { readonly ms: number; readonly records: number }[] = [];
  let nowMs = 0;
  const committer = new Committer({
    ledger: parts.ledger,
    nowMs: () => nowMs,
    recordsMax: COMMIT_RECORDS_MAX,
    committed: (commit) => commits.push(commit),
  });
  const startMs = performance.now();
  const open: Promise<unknown>[] = [];
  for (let i = 0; i < PART; i++) {
    const of = rows(i);
    ({ nowMs } = of);
    const { predictions, truths } = recordsOf({ ...of, order: 'ordered' });
    for (let from = 0; from < BATCH_ROWS; from += CONTRIBUTION_ROWS) {
      const some = <R>(all: readonly R[]): readonly R[] => all.slice(from, from + CONTRIBUTION_ROWS);
      open.push(committer.submit({ predictions: some(predictions), truths: [], refused: NONE_REFUSED }));
      open.push(committer.submit({ predictions: [], truths: some(truths), refused: NONE_REFUSED }));
      while (open.length >= OPEN_MAX) await open.shift();
    }
  }
  await Promise.all(open);
  await committer.idle();
  const seconds = (performance.now() - startMs) / 1000;
  const times = ordered(commits.map(({ ms }) => ms));
  const sizes = ordered(commits.map((commit) => commit.records));
  const ms = (ratio: number): string => at(times, ratio).toFixed(0);
  say(
    `  ${what.padEnd(34)} ${commits.length} commits: p50 ${ms(0.5)}, p99 ${ms(0.99)}, at most ${ms(1)}; ` +
      `records p50 ${at(sizes, 0.5)}, least ${at(sizes, 0)}; ${Math.round((PART * BATCH_ROWS) / seconds).toLocaleString('en')} pairs/s`,
  );
}

function ordered(values: readonly number[]): readonly number[] {
  return [...values].sort((a, b) => a - b);
}

function at(sorted: readonly number[], ratio: number): number {
  return sorted[Math.max(0, Math.ceil(ratio * sorted.length) - 1)] ?? 0;
}

function expired({ ledger }: LedgerParts): number {
  return ledger.books.models.reduce((sum, { counts }) => sum + counts.expired, 0);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
