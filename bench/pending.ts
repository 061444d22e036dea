/**
 * What a ledger full of predictions that wait for their truth costs: the metric service's speed on new pairs when nothing
 * waits and when ten million predictions do, in the same run, its speed on truths of those that wait, each of which is
 * somewhere on disk, and its memory.
 *
 * Usage: npm run bench:pending; AFTERMATH_BENCH_SCALE scales the number of rows.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ConfirmChannel } from 'amqplib';
import { privateNode } from '../test/setup/find-rabbitmq.ts';
import { Measured, pause } from './processes.ts';

const SCALE = Number(process.env['AFTERMATH_BENCH_SCALE'] ?? 1);
const PER_MESSAGE = 250;
const PENDING = PER_MESSAGE * Math.ceil(40_000 * SCALE);
/** So many that housekeeping, which has turns, is in each. */
const PAIRS = PER_MESSAGE * Math.ceil(4_000 * SCALE);
/** Of the predictions that wait each of so many gets its truth. */
const TRUTHS_STEP = 20;
const IN_FLIGHT_MAX = 200;
const PENDING_COUNT = /^aftermath_predictions_pending (\d+)/m;
const SCORED_COUNT = /^aftermath_predictions_total\{[^}]*result="scored"[^}]*\} (\d+)/m;

await using node = await privateNode();
const folder = mkdtempSync(join(tmpdir(), 'aftermath-pending-'));
try {
  await measure();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(): Promise<void> {
  await using metric = Measured.aftermath([
    'metric',
    '--logs',
    folder,
    '--broker',
    node.url,
    '--port',
    '0',
    '--horizon',
    '30d',
  ]);
  const port = Number((await metric.says(/http:\/\/127\.0\.0\.1:(\d+)/))[1]);
  while (!(await fetch(`http://127.0.0.1:${port}/readyz`)).ok) await pause(20);
  const connection = await connect(node.url);
  await using _closing = { [Symbol.asyncDispose]: () => connection.close() };
  const channel = await connection.createConfirmChannel();
  const warmed = await pairs('w', 0);
  const empty = await pairs('e', warmed.scored);
  const startedAt = performance.now();
  await publish(channel, PENDING, (from) => [
    ['y_pred', records(from, (i) => `{"id":"p-${i}","body":${i % 347}.25,"model":"linear"}`)],
  ]);
  while ((await counted(port, PENDING_COUNT)) < PENDING) await pause(100);
  say(`${PENDING} predictions wait, after ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
  const full = await pairs('f', empty.scored);
  const late = await measured(full.scored, PENDING / TRUTHS_STEP, () =>
    publish(channel, PENDING / TRUTHS_STEP, (from) => [
      ['y_true', records(from, (i) => `{"id":"p-${i * TRUTHS_STEP}","body":${i % 311}}`)],
    ]),
  );
  const bytes = statSync(join(folder, 'ledger.db')).size;
  line('pairs, when nothing waits', empty);
  line(`pairs, when ${PENDING} wait`, full);
  line('truths of those that wait', late);
  const { residentMiB, residentMaxMiB } = metric.cost();
  say(`  metric holds ${residentMiB.toFixed(0)} MiB (at most ${residentMaxMiB.toFixed(0)})`);
  say(
    `  the ledger has ${(bytes / 2 ** 20).toFixed(0)} MiB, ${(bytes / PENDING).toFixed(0)} bytes a prediction`,
  );
  say(`  speed by CPU: ${(empty.cpuMicros / full.cpuMicros).toFixed(2)} of that of the empty one`);

  function pairs(name: string, before: number): Promise<Speed> {
    return measured(before, PAIRS, () =>
      publish(channel, PAIRS, (from) => [
        ['y_pred', records(from, (i) => `{"id":"${name}-${i}","body":${i % 347}.25,"model":"linear"}`)],
        ['y_true', records(from, (i) => `{"id":"${name}-${i}","body":${i % 311}}`)],
      ]),
    );
  }

  /** From the first message until so many more are scored. */
  async function measured(before: number, rows: number, send: () => Promise<void>): Promise<Speed> {
    const [startMs, cpu] = [performance.now(), metric.cost().cpuSeconds];
    await send();
    let scored = before;
    while (scored < before + rows) {
      await pause(20);
      scored = await counted(port, SCORED_COUNT);
    }
    const cpuMicros = ((metric.cost().cpuSeconds - cpu) * 1e6) / rows;
    return { rate: (rows * 1000) / (performance.now() - startMs), cpuMicros, scored };
  }
}

interface Speed {
  /** Outcomes a second by the clock, with the publisher on the same machine. */
  readonly rate: number;
  /** Of the metric service, an outcome. */
  readonly cpuMicros: number;
  /** So far, in all. */
  readonly scored: number;
}

async function publish(
  channel: ConfirmChannel,
  rows: number,
  messages: (from: number) => readonly (readonly [queue: string, body: string])[],
): Promise<void> {
  let open = 0;
  let room = Promise.withResolvers<void>();
  for (let from = 0; from < rows; from += PER_MESSAGE) {
    for (const [queue, body] of messages(from)) {
      if (open >= IN_FLIGHT_MAX) await (room = Promise.withResolvers<void>()).promise;
      open += 1;
      channel.sendToQueue(queue, Buffer.from(body), { persistent: true }, () => {
        open -= 1;
        room.resolve();
      });
    }
  }
  await channel.waitForConfirms();
}

function records(from: number, record: (i: number) => string): string {
  return `[${Array.from({ length: PER_MESSAGE }, (_, i) => record(from + i)).join(',')}]`;
}

async function counted(port: number, count: RegExp): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(count.exec(text)?.[1] ?? 0);
}

function line(what: string, { rate, cpuMicros }: Speed): void {
  say(
    `  ${what.padEnd(34)} ${Math.round(rate).toLocaleString('en').padStart(9)} outcomes/s, ${cpuMicros.toFixed(1)} µs CPU each`,
  );
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
