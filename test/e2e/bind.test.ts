import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import pino from 'pino';
import { openBroker } from '../../src/broker/open.ts';
import { Payload } from '../../src/wire/payload.ts';
import { testBroker } from '../setup/rabbitmq.ts';
import { eventually, Program } from './program.ts';

test('with --bind the truth comes from an exchange, and the queue of whoever reads it keeps its messages', async () => {
  await using server = await testBroker();
  await server.manage('PUT', `/api/exchanges/${server.vhost}/labels`, { type: 'fanout', durable: true });
  await using broker = openBroker({ url: server.url, log: pino({ level: 'silent' }) });
  for (const name of ['y_true', 'y_pred']) await broker.declareQueue({ name, durable: true });
  await broker.bindQueue('y_true', { exchange: 'labels', key: '' });
  const folder = mkdtempSync(join(tmpdir(), 'bind-'));
  const flags = ['--broker', server.url, '--logs', folder, '--port', '0', '--bind', 'labels'];
  await using metric = Program.aftermath(['metric', ...flags]);
  await eventually(
    'a queue of our own',
    async () => (await broker.queueDepth('aftermath.y_true.labels'))?.consumers === 1,
  );
  const send = (target: Parameters<typeof broker.publish>[0], text: string) =>
    broker.publish(target, { payload: Payload.ofBytes(Buffer.from(text)) });
  await send({ queue: 'y_pred' }, '[{"id":1,"body":2.5},{"id":2,"body":3}]');
  await send({ exchange: 'labels' }, '[{"id":1,"body":2},{"id":2,"body":3}]');
  const log = join(folder, 'metric_log.csv');
  await eventually(
    'both outcomes',
    () => existsSync(log) && readFileSync(log, 'utf8').split('\n').length === 4,
  );
  assert.deepEqual(await broker.queueDepth('y_true'), { messages: 1, consumers: 0 });
  metric.signal('SIGTERM');
  assert.equal(await metric.ended(), 0, metric.stderr);
});
