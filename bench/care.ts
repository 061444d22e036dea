/**
 * How long looking after a large ledger takes, and how much memory: a file of very many scored pairs is exported, an id is erased from
 * it, it is moved to PostgreSQL, exported from there, and another id erased. Usage: npm run bench:care [-- PAIRS].
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchDatabase } from './bench-database.ts';
import { BATCH_ROWS, commitRows, idOf, openForBench, rowsOf } from './ledger-rows.ts';
import { Measured, pause } from './processes.ts';

const [pairs = '1000000'] = process.argv.slice(2);
const BATCHES = Math.ceil(Number(pairs) / BATCH_ROWS);

await using database = await BenchDatabase.start();
const folder = mkdtempSync(join(tmpdir(), 'aftermath-bench-'));
try {
  const [ledger, log, lines] = ['ledger.db', 'metric_log.csv', 'entries.jsonl'].map((name) =>
    join(folder, name),
  );
  await fill(ledger!);
  say(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`);
  say(
    `${(BATCHES * BATCH_ROWS).toLocaleString('en')} pairs, ${mebibytes(ledger!)} MiB of ledger, ${mebibytes(log!)} of log`,
  );
  say('| | seconds | of them CPU | memory at most, MiB |');
  say('|---|--:|--:|--:|');
  const [first, second] = [3, 7].map((of) => idOf(Math.floor((BATCHES * BATCH_ROWS) / of), 'ordered'));
  await timed('export of the file', ['export', ledger!, '--out', lines!]);
  await timed('erase from the file', ['erase', ledger!, first!]);
  await timed('check of the file', ['check', ledger!]);
  await timed('move to PostgreSQL', ['move', ledger!, database.url]);
  rmSync(lines!);
  await timed('export from PostgreSQL', ['export', database.url, '--out', lines!]);
  await timed('erase from PostgreSQL', ['erase', database.url, second!, '--log', log!]);
  await timed('check of PostgreSQL', ['check', database.url, '--log', log!]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Truths come with their predictions: every id is scored. */
async function fill(ledger: string): Promise<void> {
  const parts = await openForBench(ledger, folder, { writesLog: true });
  const nowMs = Date.now();
  for (let batch = 0; batch < BATCHES; batch++) {
    const rows = rowsOf(batch);
    await commitRows(parts, { predictions: rows, truths: rows, order: 'ordered', nowMs });
  }
  await parts.ledger[Symbol.asyncDispose]();
  parts.metricLog[Symbol.dispose]();
}

async function timed(what: string, args: readonly string[]): Promise<void> {
  const startMs = performance.now();
  await using process = Measured.aftermath(['ledger', ...args]);
  let [cpuSeconds, residentMiB] = [0, 0];
  let code: number | undefined;
  do {
    const cost = process.cost();
    cpuSeconds = Math.max(cpuSeconds, cost.cpuSeconds);
    residentMiB = Math.max(residentMiB, cost.residentMaxMiB);
    code = await Promise.race([process.ended, pause(20).then(() => undefined)]);
  } while (code === undefined);
  if (code !== 0) throw new Error(process.said);
  const seconds = (performance.now() - startMs) / 1000;
  say(`| ${what} | ${seconds.toFixed(1)} | ${cpuSeconds.toFixed(1)} | ${residentMiB.toFixed(0)} |`);
}

function mebibytes(path: string): string {
  return (statSync(path).size / 2 ** 20).toFixed(0);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
