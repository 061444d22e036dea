import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { openBroker } from '../../src/broker/open.ts';
import type { FeaturesSettings } from '../../src/features/settings.ts';
import { Payload } from '../../src/wire/payload.ts';
import { TASKS } from '../../src/wire/queues.ts';
import type { FeatureRecord, TruthRecord } from '../../src/wire/records.ts';
import { decodeTaskReply } from '../../src/wire/tasks.ts';
import { testBroker } from '../setup/rabbitmq.ts';
import { folder } from './files.ts';
import { bench, DATASET, settingsIn, type Bench } from './stage-harness.ts';

const PROGRAM = fileURLToPath(new URL('publisher-process.ts', import.meta.url));

/** Seven passes over the diabetes data. */
const ROWS = 7 * 442;

interface Publisher {
  kill(): Promise<void>;
  readonly exited: Promise<number | null>;
}

function publisher(url: string, settings: FeaturesSettings): Publisher {
  const child = spawn(process.execPath, [PROGRAM, url, JSON.stringify(settings)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  return {
    exited,
    async kill() {
      child.kill('SIGKILL');
      assert.equal(await exited, null, 'the publisher was still running when it was killed');
    },
  };
}

/** Every id once at least, all with one value; gives how many came more than once. */
function repeated(records: readonly (FeatureRecord | TruthRecord)[], expected: ReadonlySet<string>): number {
  const values = new Map<string, unknown>();
  for (const record of records) {
    const value = 'body' in record ? record.body : record.value;
    if (values.has(record.id)) assert.deepEqual(value, values.get(record.id), record.id);
    values.set(record.id, value);
  }
  assert.deepEqual(new Set(values.keys()), expected);
  return records.length - values.size;
}

function idsOf(run: string, rows: number): Set<string> {
  const id = (i: number): string =>
    `"${run}-${(i % 442) + 1}${i < 442 ? '' : `-${Math.floor(i / 442) + 1}`}"`;
  return new Set(Array.from({ length: rows }, (_, i) => id(i)));
}

async function amqpBench(url: string): Promise<Bench> {
  return bench({ broker: openBroker({ url, log: pino({ level: 'silent' }) }) });
}

test('killed again and again, a run loses no row and no truth, and what comes twice is the same', async () => {
  await using rabbit = await testBroker();
  await using dir = await folder();
  await using b = await amqpBench(rabbit.url);
  const settings = settingsIn(dir.path, {
    dataset: { rows: ROWS, rate: 3_000, order: 'random', labelDelay: { minMs: 50, maxMs: 400 } },
    limits: { storeEveryMs: 50 },
  });
  for (const [i, killAt] of [0, 500, 1_100, 1_900, 2_600].entries()) {
    const child = publisher(rabbit.url, { ...settings, resume: i > 0 });
    await b.until(() => new Set(b.features().map(({ id }) => id)).size > killAt);
    await child.kill();
  }
  const last = publisher(rabbit.url, { ...settings, resume: true });
  assert.equal(await last.exited, 0);
  await b.until(() => new Set(b.truths().map(({ id }) => id)).size === ROWS);
  const run = b.features()[0]?.id.slice(1, 11) ?? '';
  const expected = idsOf(run, ROWS);
  const again = repeated(b.features(), expected);
  assert.ok(again < ROWS / 2, `${again} of ${ROWS} rows came again after five kills`);
  repeated(b.truths(), expected);
});

test('a killed task goes on, and its end is told', async () => {
  await using rabbit = await testBroker();
  await using dir = await folder();
  await using b = await amqpBench(rabbit.url);
  const directory = join(dir.path, 'data');
  await mkdir(directory);
  const lines = Array.from({ length: 1_000 }, (_, i) => `${i},${i}`);
  await dir.write('data/numbers.csv', `x,y\n${lines.join('\n')}\n`);
  const { data: _, ...defaults } = { ...DATASET, target: 'y', rows: undefined, passes: 1 };
  const settings: FeaturesSettings = {
    ...settingsIn(dir.path),
    dataset: undefined,
    tasks: { queue: TASKS, directory, defaults },
  };
  const states: string[] = [];
  const { promise: told, resolve } = Promise.withResolvers<number>();
  await b.broker.declareQueue({ name: 'replies', durable: true });
  await b.broker.declareQueue({ name: TASKS, durable: true });
  await b.broker.consume('replies', { prefetch: 9, batchMax: 9, lingerMs: 0, overlap: 1 }, async (batch) => {
    for (const { payload } of batch) {
      const { state, rows } = decodeTaskReply(payload);
      states.push(state);
      if (state === 'done') resolve(rows);
    }
  });
  const payload = Payload.ofJson({ data: 'numbers.csv', rate: 1_000, label_delay: '50ms..300ms' });
  await b.broker.publish({ queue: TASKS }, { payload, replyTo: 'replies', correlationId: 'the task' });
  for (const killAt of [0, 300, 700]) {
    const child = publisher(rabbit.url, settings);
    await b.until(() => new Set(b.features().map(({ id }) => id)).size > killAt);
    await child.kill();
  }
  const last = publisher(rabbit.url, settings);
  assert.equal(await told, 1_000);
  await last.kill();
  await b.until(() => new Set(b.truths().map(({ id }) => id)).size === 1_000);
  const run = b.features()[0]?.id.slice(1, 11) ?? '';
  const expected = new Set(Array.from({ length: 1_000 }, (_, i) => `"${run}-${i + 1}"`));
  repeated(b.features(), expected);
  repeated(b.truths(), expected);
  assert.equal(states[0], 'accepted');
});
