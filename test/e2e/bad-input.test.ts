import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import pino from 'pino';
import { openBroker } from '../../src/broker/open.ts';
import { Payload } from '../../src/wire/payload.ts';
import { DEAD_LETTERS } from '../../src/wire/queues.ts';
import { testBroker } from '../setup/rabbitmq.ts';
import { eventually, Program } from './program.ts';

const LINEAR = join(import.meta.dirname, '..', '..', 'examples', 'diabetes', 'diabetes_linear.pkl');
const ROW = '[0,0,0,0,0,0,0,0,0,0]';
const HUGE = `{"id":"huge","body":"${'x'.repeat(10 * 2 ** 20)}"}`;
const DEEP = `{"id":"deep","body":${'['.repeat(5_000)}1${']'.repeat(5_000)}}`;

interface Bad {
  readonly queue: 'features' | 'y_true' | 'y_pred';
  readonly message: string | Uint8Array;
  readonly reason: RegExp;
}

const BAD: readonly Bad[] = [
  { queue: 'features', message: 'this is not JSON', reason: /JSON/ },
  { queue: 'features', message: '', reason: /JSON|empty/ },
  { queue: 'features', message: `{"body":${ROW}}`, reason: /id/ },
  { queue: 'features', message: `{"id":null,"body":${ROW}}`, reason: /id.*null/ },
  { queue: 'features', message: `{"id":{"a":1},"body":${ROW}}`, reason: /id.*object/ },
  { queue: 'features', message: '{"id":"no-body"}', reason: /body/ },
  { queue: 'features', message: '{"id":"short","body":[1,2,3]}', reason: /3.*10|10.*3/ },
  { queue: 'features', message: '{"id":"text","body":["a",0,0,0,0,0,0,0,0,0]}', reason: /text|"a"/ },
  { queue: 'features', message: '{"id":"infinite","body":[Infinity,0,0,0,0,0,0,0,0,0]}', reason: /Infinity/ },
  { queue: 'features', message: '{"id":"gap","body":[NaN,0,0,0,0,0,0,0,0,0]}', reason: /NaN|missing/ },
  { queue: 'features', message: DEEP, reason: /deep|nest/ },
  { queue: 'features', message: HUGE, reason: /bytes|large/ },
  { queue: 'features', message: Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d), reason: /UTF-8/ },
  { queue: 'features', message: `{"id":"ms","body":${ROW},"time":1700000000000}`, reason: /millisecond/ },
  { queue: 'y_true', message: '{"id":"nan","body":NaN}', reason: /NaN/ },
  { queue: 'y_true', message: '{"id":"array","body":[1,2]}', reason: /array|list|\[/ },
  { queue: 'y_pred', message: '{"id":"infinite","body":-Infinity}', reason: /Infinity/ },
  { queue: 'y_pred', message: '{"id":true,"body":1}', reason: /id/ },
];

test(
  'what cannot be used is dead-lettered with its reason, and nothing else is lost',
  { timeout: 120_000 },
  async () => {
    await using server = await testBroker();
    const folder = mkdtempSync(join(tmpdir(), 'bad-input-'));
    const common = ['--broker', server.url, '--port', '0'];
    await using metric = Program.aftermath(['metric', '--logs', folder, ...common]);
    await using model = Program.aftermath(['model', '--model', LINEAR, ...common]);
    await using broker = openBroker({ url: server.url, log: pino({ level: 'silent' }) });
    for (const queue of ['features', 'y_true', 'y_pred', DEAD_LETTERS])
      await broker.declareQueue({ name: queue, durable: true });
    const send = (queue: string, message: string | Uint8Array) =>
      broker.publish({ queue }, { payload: Payload.ofBytes(Buffer.from(message)) });

    const dead: { reason: string; origin: string; service: string; at: string }[] = [];
    await broker.consume(
      DEAD_LETTERS,
      { prefetch: 100, batchMax: 1, lingerMs: 0, overlap: 1 },
      async (batch) => {
        for (const { headers } of batch) {
          dead.push({
            reason: String(headers?.['reason']),
            origin: String(headers?.['origin']),
            service: String(headers?.['service']),
            at: String(headers?.['at']),
          });
        }
      },
    );

    let good = 0;
    for (const { queue, message, reason } of BAD) {
      const before = dead.length;
      const isRecord = typeof message === 'string' && message.startsWith('{') && message.length < 1_000;
      good += 1;
      const id = `"good-${good}"`;
      const fine = `{"id":${id},"body":${queue === 'features' ? ROW : '1'}}`;
      // A bad record inside an array costs itself only; a message that is not readable at all costs itself
      if (isRecord) await send(queue, `[${message}, ${fine}]`);
      else await Promise.all([send(queue, message), send(queue, fine)]);
      const other = queue === 'y_true' ? 'y_pred' : 'y_true';
      await send(other, `{"id":${id},"body":2}`);
      await eventually(`a dead letter for ${String(message).slice(0, 60)}`, () => dead.length > before);
      assert.match(dead.at(-1)?.reason ?? '', reason);
      assert.equal(dead.at(-1)?.origin, queue);
      assert.ok(Number.isFinite(Date.parse(dead.at(-1)?.at ?? '')));
    }
    const log = join(folder, 'metric_log.csv');
    await eventually('every good row in the log', () => {
      const lines = readFileSync(log, 'utf8').split('\n').slice(1, -1);
      return new Set(lines.map((line) => line.split(',')[0])).size === good;
    });
    assert.equal(dead.length, BAD.length);
    assert.ok(model.code === null && metric.code === null, 'both still run');
  },
);

test('a truth sent as text where predictions are numbers is refused, one where labels are text is not', async () => {
  await using server = await testBroker();
  const folder = mkdtempSync(join(tmpdir(), 'bad-kind-'));
  await using _metric = Program.aftermath([
    'metric',
    '--logs',
    folder,
    '--broker',
    server.url,
    '--port',
    '0',
  ]);
  await using broker = openBroker({ url: server.url, log: pino({ level: 'silent' }) });
  for (const queue of ['y_true', 'y_pred', DEAD_LETTERS])
    await broker.declareQueue({ name: queue, durable: true });
  const send = (queue: string, text: string) =>
    broker.publish({ queue }, { payload: Payload.ofBytes(Buffer.from(text)) });
  await send('y_pred', '[{"id":1,"body":1.5},{"id":2,"body":2.5}]');
  await send('y_true', '{"id":1,"body":1}');
  const log = join(folder, 'metric_log.csv');
  await eventually(
    'the first outcome',
    () => existsSync(log) && readFileSync(log, 'utf8').includes('1,1,1.5,0.5'),
  );
  await send('y_true', '{"id":2,"body":"2.5"}');
  await eventually('a dead letter', async () => ((await broker.queueDepth(DEAD_LETTERS))?.messages ?? 0) > 0);
});
