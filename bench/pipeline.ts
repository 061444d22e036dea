/**
 * Rows per second from features to the log, over RabbitMQ and in one process, as ratios to a bare relay and
 * to Python services of the old kind in the same run.
 *
 * Usage: npm run bench [-- single|arrays|embedded|memory …]; AFTERMATH_BENCH_SCALE scales the number of rows.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { privateNode } from '../test/setup/find-rabbitmq.ts';
import { pythonWithPika } from '../test/setup/python.ts';
import type { RabbitNode } from '../test/setup/rabbit-node.ts';
import { Measured, pause, type Cost } from './processes.ts';
import { inTurns, type Rate } from './turns.ts';

const EXAMPLE = join(import.meta.dirname, '..', 'examples', 'diabetes');
const DATASET = ['--data', join(EXAMPLE, 'diabetes.csv'), '--target', 'progression', '--rate', '0'];
const MODEL = ['--model', join(EXAMPLE, 'diabetes_linear.pkl')];
const PEERS = join(import.meta.dirname, '..', 'test', 'e2e', 'peers');
/** Between two looks at metric: making its answer costs it a millisecond. */
const LOOK_EVERY_MS = 100;
const SCALE = Number(process.env['AFTERMATH_BENCH_SCALE'] ?? 1);
const TURNS = 3;

const MEASUREMENTS = { single, arrays, embedded, memory };
type Name = keyof typeof MEASUREMENTS;

const asked = process.argv.slice(2).filter((arg): arg is Name => arg in MEASUREMENTS);
const [cpu] = cpus();
say(
  `${cpus().length} × ${cpu?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`,
);
for (const name of asked.length > 0 ? asked : (['single', 'arrays', 'embedded'] as const))
  await MEASUREMENTS[name]();

/** One record a message. */
async function single(): Promise<void> {
  // So many that what all of them spend on compiling themselves is little of it.
  const rows = 90_000 * SCALE;
  say(`\none record a message, ${TURNS} turns of ${rows} rows`);
  const lines = await inTurns(TURNS, {
    'bare relay': () => relayRate(rows, 1),
    aftermath: () => oursRate(rows, ['--dialect', 'classic']),
    'Python services of the old kind': () => pythonRate(rows),
  });
  for (const line of lines) say(`  ${line}`);
}

/** Arrays of records, as our own services send them. */
async function arrays(): Promise<void> {
  const rows = 1_000_000 * SCALE;
  say(`\narrays, ${TURNS} turns of ${rows} rows`);
  const lines = await inTurns(TURNS, {
    'bare relay of arrays of 256': () => relayRate(rows, 256),
    aftermath: () => oursRate(rows, []),
  });
  for (const line of lines) say(`  ${line}`);
}

/** All four stages in one process. */
async function embedded(): Promise<void> {
  const rows = 2_000_000 * SCALE;
  say(`\nembedded, ${TURNS} turns of ${rows} rows`);
  for (const line of await inTurns(TURNS, { 'aftermath run': () => embeddedRate(rows) })) say(`  ${line}`);
}

async function embeddedRate(rows: number): Promise<Rate> {
  using folder = temporaryFolder();
  await using run = Measured.aftermath([
    'run',
    ...DATASET,
    ...MODEL,
    '--rows',
    String(rows),
    '--logs',
    folder.path,
    '--port',
    '0',
  ]);
  const [, port] = await run.says(/http:\/\/127\.0\.0\.1:(\d+)/);
  const { rate, cost } = await watch(Number(port), rows, () => run.cost());
  return { rate, costs: { run: cost } };
}

/** The most memory that each service held during each million of five million rows. */
async function memory(): Promise<void> {
  const step = 1_000_000 * SCALE;
  const most = Array.from({ length: 5 }, () => new Map<string, number>());
  say(`\nmemory, arrays, the most resident MiB during each ${step} rows`);
  await oursRate(5 * step, [], (scored, now) => {
    const during = most[Math.min(4, Math.floor(scored / step))]!;
    for (const [name, { residentMiB }] of Object.entries(now)) {
      during.set(name, Math.max(during.get(name) ?? 0, residentMiB));
    }
  });
  for (const name of ['features', 'model', 'metric']) {
    const cells = most.map((during) => (during.get(name) ?? 0).toFixed(0).padStart(6));
    say(`  ${name.padEnd(10)} ${cells.join(' ')}`);
  }
}

async function relayRate(rows: number, perMessage: number): Promise<Rate> {
  await using node = await privateNode();
  const args = [node.url, String(rows), String(perMessage)];
  await using sink = Measured.script('relay.ts', ['sink', ...args]);
  await sink.says(/ready/);
  await using _relay = Measured.script('relay.ts', ['relay', ...args]);
  await using _source = Measured.script('relay.ts', ['source', ...args]);
  const [, seconds] = await sink.says(/seconds ([\d.]+)/);
  return { rate: rows / Number(seconds) };
}

async function oursRate(
  rows: number,
  flags: readonly string[],
  look: (scored: number, now: Readonly<Record<string, Cost>>) => void = () => {},
): Promise<Rate> {
  await using node = await privateNode({ management: true });
  using folder = temporaryFolder();
  await durableQueues(node);
  const common = ['--broker', node.url, '--port', '0', ...flags];
  const logs = ['--logs', folder.path];
  await using metric = Measured.aftermath(['metric', ...logs, ...common]);
  await using model = Measured.aftermath(['model', ...MODEL, ...common]);
  const port = Number((await metric.says(/http:\/\/127\.0\.0\.1:(\d+)/))[1]);
  const modelPort = Number((await model.says(/http:\/\/127\.0\.0\.1:(\d+)/))[1]);
  await ready(port);
  await ready(modelPort);
  await using features = Measured.aftermath([
    'features',
    ...DATASET,
    '--rows',
    String(rows),
    ...logs,
    ...common,
  ]);
  let costs: Record<string, Cost> = {};
  const { rate } = await watch(port, rows, (scored) => {
    const now = { features: features.cost(), model: model.cost(), metric: metric.cost() };
    look(scored, now);
    if (now.features.residentMiB > 0) costs = now;
    else costs = { ...now, features: costs['features'] ?? now.features };
    return now.metric;
  });
  return { rate, costs };
}

async function pythonRate(rows: number): Promise<Rate> {
  const python = await pythonWithPika();
  await using node = await privateNode();
  using folder = temporaryFolder();
  const log = join(folder.path, 'metric_log.csv');
  const file = join(folder.path, 'rows.jsonl');
  const lines = readFileSync(join(EXAMPLE, 'diabetes.csv'), 'utf8').trim().split('\n').slice(1);
  const row = (i: number) => {
    const cells = (lines[i % lines.length] ?? '').split(',');
    return `[${1_700_000_000 + i}.5, [${cells.slice(0, -1).join(',')}], ${cells.at(-1)}]\n`;
  };
  writeFileSync(file, Array.from({ length: rows }, (_, i) => row(i)).join(''));
  await using _metric = new Measured(python, [join(PEERS, 'metric.py'), node.url, log]);
  await using _model = new Measured(python, [join(PEERS, 'model.py'), node.url]);
  await pause(1_500);
  await using _features = new Measured(python, [join(PEERS, 'features.py'), node.url, file, '0']);
  const count = () => readFileSync(log, 'utf8').split('\n').length - 2;
  while (count() < 1) await pause(5);
  const [startedAt, before] = [performance.now(), count()];
  let now = before;
  while (now < rows) {
    await pause(50);
    now = count();
  }
  return { rate: ((now - before) * 1000) / (performance.now() - startedAt) };
}

/** Watches the metric service until all rows are scored; the rate is from the first look that sees any. */
async function watch(
  port: number,
  rows: number,
  cost: (scored: number) => Cost,
): Promise<{ rate: number; cost: Cost }> {
  let first: { atMs: number; scored: number } | undefined;
  let last = cost(0);
  for (;;) {
    const scored = await scoredAt(port).catch(() => rows);
    const atMs = performance.now();
    if (scored > 0) first ??= { atMs, scored };
    const now = cost(scored);
    if (now.residentMiB > 0) last = now;
    if (first !== undefined && scored >= rows) {
      return { rate: ((scored - first.scored) * 1000) / (atMs - first.atMs), cost: last };
    }
    await pause(LOOK_EVERY_MS);
  }
}

async function scoredAt(port: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const found = [...text.matchAll(/^aftermath_predictions_total\{[^}]*result="scored"[^}]*\} (\d+)/gm)];
  return found.reduce((sum, match) => sum + Number(match[1]), 0);
}

async function ready(port: number): Promise<void> {
  while (!(await fetch(`http://127.0.0.1:${port}/readyz`)).ok) await pause(20);
}

/** The classic dialect would declare them transient; both sides are to have the same guarantees. */
async function durableQueues(node: RabbitNode): Promise<void> {
  const { origin, username, password } = new URL(node.managementUrl ?? '');
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  for (const queue of ['features', 'y_true', 'y_pred']) {
    await fetch(`${origin}/api/queues/%2F/${queue}`, {
      method: 'PUT',
      headers: { authorization, 'content-type': 'application/json' },
      body: '{"durable":true}',
    });
  }
}

function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'aftermath-bench-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
