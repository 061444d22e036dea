/**
 * What a row costs, features to log, at each stage and at both servers: CPU, bytes on the wire, bytes on disk. Four services
 * over RabbitMQ, the ledger in SQLite and then in PostgreSQL; one number, one table, and the same as JSON for `capacity.ts`.
 *
 * Usage: npm run bench:costs [-- ROWS [FILE.json]]. Linux, with `ss` of iproute2.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { privateNode } from '../test/setup/find-rabbitmq.ts';
import { GrowingLog } from '../test/chaos/growing-log.ts';
import { BenchDatabase } from './bench-database.ts';
import { costOf, Measured, pause } from './processes.ts';

const EXAMPLE = join(import.meta.dirname, '..', 'examples', 'diabetes');
const [rows = '1000000', file] = process.argv.slice(2);
const ROWS = Number(rows);
/** With each of the two ledgers. */
const WITHIN_MS = 5 * 60_000;

/** What a row costs one process, or one server. */
export interface RowCost {
  readonly cpuMicros: number;
  /** Sent and received over its connections to RabbitMQ, and to PostgreSQL. */
  readonly brokerBytes: number;
  readonly databaseBytes: number;
  /** Kept, and written on the way there. */
  readonly diskBytes: number;
  readonly writtenBytes: number;
}

/** By ledger, then by process. */
export type Costs = Readonly<Record<string, Readonly<Record<string, RowCost>>>>;

const costs: Costs = {
  SQLite: await overSqlite(),
  PostgreSQL: await overPostgres(),
};
say(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}, ${ROWS} rows`);
for (const [ledger, processes] of Object.entries(costs)) {
  say(
    `\n| ledger in ${ledger}, a row | CPU, µs | RabbitMQ's wire, bytes | PostgreSQL's wire, bytes | kept on disk, bytes | written, bytes |`,
  );
  say('|---|--:|--:|--:|--:|--:|');
  for (const [name, cost] of Object.entries(processes)) {
    const { cpuMicros, brokerBytes, databaseBytes, diskBytes, writtenBytes } = cost;
    say(
      `| ${name} | ${cpuMicros.toFixed(1)} | ${[brokerBytes, databaseBytes, diskBytes, writtenBytes].map(whole).join(' | ')} |`,
    );
  }
}
if (file !== undefined) writeFileSync(file, `${JSON.stringify(costs, undefined, 2)}\n`);

async function overSqlite(): Promise<Record<string, RowCost>> {
  using logs = temporaryFolder();
  return await measured(logs.path, [], () => ({
    metric: { kept: sizeOf(logs.path, 'ledger.db') + sizeOf(logs.path, 'metric_log.csv') },
  }));
}

async function overPostgres(): Promise<Record<string, RowCost>> {
  using logs = temporaryFolder();
  await using database = await BenchDatabase.start();
  const before = await database.logBytes();
  return await measured(logs.path, ['--ledger', database.url], async () => ({
    metric: { kept: sizeOf(logs.path, 'metric_log.csv') },
    PostgreSQL: {
      cpuSeconds: database.cpuSeconds(),
      kept: await database.tableBytes(),
      written: (await database.logBytes()) - before,
    },
  }));
}

/** What all rows have cost. */
interface Counted {
  readonly cpuSeconds?: number;
  readonly broker?: number;
  readonly database?: number;
  readonly kept?: number;
  readonly written?: number;
}

type Servers = Readonly<Record<string, Counted>>;

/** Runs the four services until every row is in the log. */
async function measured(
  logs: string,
  ledger: readonly string[],
  servers: () => Servers | Promise<Servers>,
): Promise<Record<string, RowCost>> {
  await using node = await privateNode();
  const server = Number(/\d+/.exec(await node.ctl('eval', 'os:getpid().'))?.[0]);
  const common = ['--broker', node.url, '--port', '0'];
  await using plot = Measured.aftermath(['plot', '--logs', logs, ...common]);
  await using metric = Measured.aftermath(['metric', '--logs', logs, ...ledger, ...common]);
  await using model = Measured.aftermath([
    'model',
    '--model',
    join(EXAMPLE, 'diabetes_linear.pkl'),
    ...common,
  ]);
  for (const service of [plot, metric, model]) await service.says(/http:\/\/127/);
  const data = ['--data', join(EXAMPLE, 'diabetes.csv'), '--target', 'progression', '--rate', '0'];
  const idle = costOf(server).cpuSeconds;
  await using features = Measured.aftermath(['features', ...data, '--rows', rows, '--logs', logs, ...common]);
  await features.says(/http:\/\/127/);
  const stages = { features, model, metric, plot };
  const started = Object.values(stages).map((stage) => stage.cost().cpuSeconds);
  const last: Record<string, Pick<Counted, 'cpuSeconds' | 'broker' | 'database'>> = {};
  const log = new GrowingLog(join(logs, 'metric_log.csv'));
  const startMs = performance.now();
  for (let logged = 0; logged < ROWS; logged = log.rows()) {
    if (performance.now() - startMs > WITHIN_MS) {
      const said = Object.values(stages).map((stage) => stage.said.slice(-1_000));
      throw new Error(
        `${logged} of ${ROWS} rows are in the log after ${WITHIN_MS / 60_000} minutes: take fewer, or see what they say:\n${said.join('\n')}`,
      );
    }
    const [broker, database] = [wireByProcess(portOf(node.url)), wireByProcess(portOf(ledger[1] ?? ''))];
    for (const [i, [name, stage]] of Object.entries(stages).entries()) {
      const { cpuSeconds } = stage.cost();
      // A service that has ended has cost what it had when it was last seen.
      if (cpuSeconds > 0)
        last[name] = {
          cpuSeconds: cpuSeconds - (started[i] ?? 0),
          broker: broker.get(stage.pid) ?? last[name]?.broker ?? 0,
          database: database.get(stage.pid) ?? last[name]?.database ?? 0,
        };
    }
    await pause(200);
  }
  const further = await servers();
  const found: Record<string, RowCost> = {};
  for (const [name, stage] of Object.entries(last)) found[name] = perRow({ ...stage, ...further[name] });
  const written = Number(/^write_bytes: (\d+)/m.exec(readFileSync(`/proc/${server}/io`, 'utf8'))?.[1]);
  found['RabbitMQ'] = perRow({ cpuSeconds: costOf(server).cpuSeconds - idle, written });
  for (const [name, cost] of Object.entries(further)) found[name] ??= perRow(cost);
  return found;
}

function perRow({ cpuSeconds = 0, broker = 0, database = 0, kept = 0, written = 0 }: Counted): RowCost {
  return {
    cpuMicros: round((cpuSeconds * 1e6) / ROWS),
    brokerBytes: round(broker / ROWS),
    databaseBytes: round(database / ROWS),
    diskBytes: round(kept / ROWS),
    writtenBytes: round(written / ROWS),
  };
}

function portOf(url: string): number {
  return URL.canParse(url) ? Number(new URL(url).port) : 0;
}

/** Bytes that each process has sent and received over the connections to a port that it has now. */
function wireByProcess(port: number): Map<number, number> {
  const bytes = new Map<number, number>();
  const said = execFileSync('ss', ['-tipHO', 'dport', '=', `:${port}`], { encoding: 'utf8' });
  for (const line of said.split('\n')) {
    const pid = Number(/pid=(\d+)/.exec(line)?.[1]);
    const counts = [...line.matchAll(/bytes_(?:sent|received):(\d+)/g)];
    bytes.set(
      pid,
      counts.reduce((sum, [, count]) => sum + Number(count), bytes.get(pid) ?? 0),
    );
  }
  return bytes;
}

function sizeOf(folder: string, name: string): number {
  return statSync(join(folder, name)).size;
}

function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'aftermath-bench-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function whole(bytes: number): string {
  return bytes === 0 ? '' : bytes.toFixed(0);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
