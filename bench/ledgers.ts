/**
 * Pairs per second and CPU per pair of the ledgers, without the wire: SQLite, and PostgreSQL with 1, 2 and 4 workers on the same
 * machine, and with one while another process writes the log. Usage: npm run bench:ledgers [-- PAIRS [ordered|random]].
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { GrowingLog } from '../test/chaos/growing-log.ts';
import { BenchDatabase } from './bench-database.ts';
import { Measured, pause } from './processes.ts';

const PAIRS = Number(process.argv[2] ?? 1_000_000);
const orders = process.argv[3] === undefined ? ['ordered', 'random'] : [process.argv[3]];

const [cpu] = cpus();
say(`${cpus().length} × ${cpu?.model ?? 'unknown'}, Node ${process.version}, ${PAIRS} pairs`);
say('µs of CPU a pair; pairs/s by the clock, of a machine that may have had other work');
for (const order of orders) {
  say(`\nids ${order}`);
  {
    using folder = temporaryFolder();
    const path = join(folder.path, 'ledger.db');
    row('SQLite, 1 worker', await run(path, folder.path, { workers: 1, order, logApart: false }));
  }
  for (const workers of [1, 2, 4]) await overPostgres(workers, order, { logApart: false });
  await overPostgres(1, order, { logApart: true });
}

async function overPostgres(
  workers: number,
  order: string,
  { logApart }: { readonly logApart: boolean },
): Promise<void> {
  using folder = temporaryFolder();
  await using database = await BenchDatabase.start();
  await using writer = logApart
    ? Measured.script('ledger-worker.ts', [database.url, folder.path, '0', '0', '1', order, 'log'])
    : undefined;
  await writer?.says(/ready/);
  const idle = writer?.cost().cpuSeconds ?? 0;
  const measured = await run(database.url, folder.path, { workers, order, logApart, database });
  const what = `PostgreSQL, ${workers} worker${workers > 1 ? 's' : ''}${logApart ? ', log apart' : ''}`;
  row(what, measured);
  if (writer !== undefined) say(`    who writes the log: ${micros(writer.cost().cpuSeconds - idle)} µs`);
  const [tables, written] = [await database.tableBytes(), await database.logBytes()];
  say(`    tables ${per(tables)} bytes a pair, write-ahead log ${per(written)}`);
  writer?.say('begin');
  await writer?.says(/done/);
  writer?.say('end');
}

async function run(
  ledger: string,
  folder: string,
  of: {
    readonly workers: number;
    readonly order: string;
    readonly logApart: boolean;
    readonly database?: BenchDatabase;
  },
): Promise<Costs> {
  const cpuOfServer = (): number => of.database?.cpuSeconds() ?? 0;
  const all = Array.from({ length: of.workers }, (_, i) => {
    const rows = [PAIRS, i, of.workers].map(String);
    return Measured.script('ledger-worker.ts', [
      ledger,
      folder,
      ...rows,
      of.order,
      ...(of.logApart ? [] : ['log']),
    ]);
  });
  for (const worker of all) await worker.says(/ready/);
  const before = cpuOfServer();
  const startMs = performance.now();
  for (const worker of all) worker.say('begin');
  const costs = await Promise.all(all.map(async (worker) => Number((await worker.says(/done ([\d.]+)/))[1])));
  const seconds = (performance.now() - startMs) / 1000;
  const log = new GrowingLog(join(folder, 'metric_log.csv'));
  while (log.rows() < PAIRS) await pause(50);
  const caughtUp = (performance.now() - startMs) / 1000;
  const serverCpu = cpuOfServer() - before;
  for (const worker of all) worker.say('end');
  for (const worker of all) if ((await worker.ended) !== 0) throw new Error(worker.said);
  return { seconds, caughtUp, workerCpu: costs.reduce((sum, cost) => sum + cost, 0), serverCpu };
}

interface Costs {
  /** Until the workers were done, and until the log had everything. */
  readonly seconds: number;
  readonly caughtUp: number;
  readonly workerCpu: number;
  readonly serverCpu: number;
}

function row(what: string, cost: Costs): void {
  const rate = Math.round(PAIRS / cost.seconds).toLocaleString('en');
  const logRate = ` (${Math.round(PAIRS / cost.caughtUp).toLocaleString('en')} with the log)`;
  say(
    `  ${what.padEnd(33)} ${rate.padStart(9)} pairs/s${logRate}   workers ${micros(cost.workerCpu)} µs, server ${micros(cost.serverCpu)} µs`,
  );
}

function micros(cpuSeconds: number): string {
  return ((cpuSeconds * 1e6) / PAIRS).toFixed(1);
}

function per(bytes: number): string {
  return (bytes / PAIRS).toFixed(0);
}

function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'aftermath-bench-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
