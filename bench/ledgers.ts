/**
 * Pairs per second and CPU per pair of the ledgers, without the wire: SQLite, and PostgreSQL with 1, 2 and 4 workers on the same
 * machine. Usage: npm run bench:ledgers [-- PAIRS [ordered|random]].
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { PostgresServer } from '../test/setup/postgres-server.ts';
import { testSchema } from '../test/setup/postgres.ts';
import { costOf, Measured } from './processes.ts';

const PAIRS = Number(process.argv[2] ?? 1_000_000);
const orders = process.argv[3] === undefined ? ['ordered', 'random'] : [process.argv[3]];
const SERVER = [
  'fsync = on',
  'shared_buffers = 1GB',
  'max_wal_size = 4GB',
  'wal_compression = lz4',
  'checkpoint_timeout = 15min',
];

const [cpu] = cpus();
say(`${cpus().length} × ${cpu?.model ?? 'unknown'}, Node ${process.version}, ${PAIRS} pairs`);
say('µs of CPU a pair; pairs/s by the clock, of a machine that may have had other work');
for (const order of orders) {
  say(`\nids ${order}`);
  {
    using folder = temporaryFolder();
    const { seconds, workerCpu } = await run(join(folder.path, 'ledger.db'), folder.path, 1, order);
    row('SQLite, 1 worker', { seconds, workerCpu, serverCpu: 0, bytes: 0 });
  }
  for (const workers of [1, 2, 4]) {
    using folder = temporaryFolder();
    await using server = await PostgresServer.start(...SERVER);
    await using schema = await testSchema(server);
    const cpuOfServer = (): number =>
      server.processes().reduce((sum, pid) => sum + costOf(pid).cpuSeconds, 0);
    const measured = await run(schema.url, folder.path, workers, order, cpuOfServer);
    const [size] = await schema.query(
      "SELECT sum(pg_total_relation_size(c.oid)) AS bytes FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE nspname = current_schema() AND relkind = 'r'",
    );
    const [wal] = await schema.query("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') AS bytes");
    row(`PostgreSQL, ${workers} worker${workers > 1 ? 's' : ''}`, {
      ...measured,
      bytes: Number(size?.['bytes']),
    });
    say(
      `    tables ${per(Number(size?.['bytes']))} bytes a pair, write-ahead log ${per(Number(wal?.['bytes']))}`,
    );
  }
}

async function run(ledger: string, folder: string, workers: number, order: string, cpuOfServer = () => 0) {
  const all = Array.from({ length: workers }, (_, i) =>
    Measured.script('ledger-worker.ts', [ledger, folder, String(PAIRS), String(i), String(workers), order]),
  );
  for (const worker of all) await worker.says(/ready/);
  const before = cpuOfServer();
  const startMs = performance.now();
  for (const worker of all) worker.say('begin');
  const costs = await Promise.all(all.map(async (worker) => Number((await worker.says(/done ([\d.]+)/))[1])));
  const seconds = (performance.now() - startMs) / 1000;
  while (logged(folder) < PAIRS) await new Promise((resolve) => setTimeout(resolve, 50));
  const caughtUp = (performance.now() - startMs) / 1000;
  const serverCpu = cpuOfServer() - before;
  for (const worker of all) worker.say('end');
  for (const worker of all) if ((await worker.ended) !== 0) throw new Error(worker.said);
  return { seconds, caughtUp, workerCpu: costs.reduce((sum, cost) => sum + cost, 0), serverCpu };
}

/** Rows in the log. */
function logged(folder: string): number {
  return readFileSync(join(folder, 'metric_log.csv')).reduce(
    (lines, byte) => lines + Number(byte === 10),
    -1,
  );
}

function row(
  what: string,
  cost: {
    readonly seconds: number;
    readonly caughtUp?: number;
    readonly workerCpu: number;
    readonly serverCpu: number;
    readonly bytes: number;
  },
): void {
  const rate = Math.round(PAIRS / cost.seconds).toLocaleString('en');
  const logRate =
    cost.caughtUp === undefined
      ? ''
      : ` (${Math.round(PAIRS / cost.caughtUp).toLocaleString('en')} with the log)`;
  say(
    `  ${what.padEnd(22)} ${rate.padStart(9)} pairs/s${logRate}   workers ${micros(cost.workerCpu)} µs, server ${micros(cost.serverCpu)} µs`,
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
