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
const [rows = '300000', file] = process.argv.slice(2);
const ROWS = Number(rows);
/** Before what counts, with each of the two ledgers: a process costs several times as much a row while it is new. */
const WARM_UP_ROWS = 100_000;
/** Each time. */
const WITHIN_MS = 3 * 60_000;

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
  return await measured(logs.path, ['--ledger', database.url], async () => ({
    metric: { kept: sizeOf(logs.path, 'metric_log.csv') },
    PostgreSQL: {
      cpuSeconds: database.cpuSeconds(),
      kept: await database.tableBytes(),
      written: await database.logBytes(),
    },
  }));
}

/** What a process or server has done so far. */
interface Counted {
  readonly cpuSeconds?: number;
  readonly broker?: number;
  readonly database?: number;
  readonly kept?: number;
  readonly written?: number;
}

type AllCounted = Readonly<Record<string, Counted>>;

/**
 * Runs the four services: first until they are warm, then until every row is in the log, and counts what came between. Features is
 * another process each time, so what it takes to start and to be warm is in both, and falls out of the difference.
 */
async function measured(
  logs: string,
  ledger: readonly string[],
  furtherSoFar: () => AllCounted | Promise<AllCounted>,
): Promise<Record<string, RowCost>> {
  await using node = await privateNode();
  const server = Number(/\d+/.exec(await node.ctl('eval', 'os:getpid().'))?.[0]);
  const common = ['--broker', node.url, '--port', '0', '--logs', logs];
  await using plot = Measured.aftermath(['plot', ...common]);
  await using metric = Measured.aftermath(['metric', ...ledger, ...common]);
  const pickle = join(EXAMPLE, 'diabetes_linear.pkl');
  await using model = Measured.aftermath(['model', '--model', pickle, ...common.slice(0, 4)]);
  const stages = { model, metric, plot };
  for (const service of [plot, metric, model]) await service.says(/http:\/\/127/);
  const ports = [portOf(node.url), portOf(ledger[1] ?? '')] as const;
  const log = new GrowingLog(join(logs, 'metric_log.csv'));
  const warm = await pass(WARM_UP_ROWS, { log, common, port: ports[0], stages });
  const before = { ...(await soFar()), features: warm };
  const whole = await pass(ROWS, { log, common, port: ports[0], stages });
  const after = { ...(await soFar()), features: whole };
  const found: Record<string, RowCost> = {};
  for (const name of ['features', ...Object.keys(after)]) {
    const count = name === 'features' ? ROWS - WARM_UP_ROWS : ROWS;
    found[name] = perRow(
      after[name as keyof typeof after] ?? {},
      before[name as keyof typeof before] ?? {},
      count,
    );
  }
  return found;

  async function soFar(): Promise<AllCounted> {
    const [broker, database] = ports.map(wireByProcess);
    const further = await furtherSoFar();
    const counted: Record<string, Counted> = {};
    for (const [name, stage] of Object.entries(stages))
      counted[name] = {
        cpuSeconds: stage.cost().cpuSeconds,
        broker: broker?.get(stage.pid) ?? 0,
        database: database?.get(stage.pid) ?? 0,
        ...further[name],
      };
    const written = Number(/^write_bytes: (\d+)/m.exec(readFileSync(`/proc/${server}/io`, 'utf8'))?.[1]);
    return { ...further, ...counted, RabbitMQ: { cpuSeconds: costOf(server).cpuSeconds, written } };
  }
}

/** Publishes rows and waits until they are in the log. @returns what features has done for them */
async function pass(
  count: number,
  rig: {
    readonly log: GrowingLog;
    readonly common: readonly string[];
    /** Of RabbitMQ. */
    readonly port: number;
    readonly stages: Readonly<Record<string, Measured>>;
  },
): Promise<Counted> {
  const { log, common, port, stages } = rig;
  const data = ['--data', join(EXAMPLE, 'diabetes.csv'), '--target', 'progression', '--rate', '0'];
  const until = log.rows() + count;
  // With tasks to wait for it does not end, and can be looked at when all is done.
  const args = [...data, '--rows', String(count), '--tasks-dir', EXAMPLE, ...common];
  await using features = Measured.aftermath(['features', ...args]);
  const startMs = performance.now();
  for (let logged = 0; logged < until; logged = log.rows()) {
    if (performance.now() - startMs > WITHIN_MS) {
      const said = [features, ...Object.values(stages)].map((stage) => stage.said.slice(-1_000));
      throw new Error(
        `${logged} of ${until} rows are in the log after ${WITHIN_MS / 60_000} minutes: take fewer, or see what they say:\n${said.join('\n')}`,
      );
    }
    await pause(200);
  }
  return { cpuSeconds: features.cost().cpuSeconds, broker: wireByProcess(port).get(features.pid) ?? 0 };
}

function perRow(after: Counted, before: Counted, count: number): RowCost {
  const each = (of: keyof Counted): number => ((after[of] ?? 0) - (before[of] ?? 0)) / count;
  return {
    cpuMicros: round(each('cpuSeconds') * 1e6),
    brokerBytes: round(each('broker')),
    databaseBytes: round(each('database')),
    diskBytes: round(each('kept')),
    writtenBytes: round(each('written')),
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
