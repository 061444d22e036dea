import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openBroker } from '../../src/broker/open.ts';
import { Payload } from '../../src/wire/payload.ts';
import { decodePredictions } from '../../src/wire/predictions.ts';
import { collectedLog } from '../broker/collected-log.ts';
import { WIDTH, writeBooster } from '../model/booster-files.ts';
import { testBroker } from '../setup/rabbitmq.ts';
import { eventually, Program } from './program.ts';

const MESSAGES = 600;
const ROWS_EACH = 128;

const LIGHT = { baseScore: 1 };
const HEAVY = { baseScore: 1, times: 400 };

test('of two model workers on one queue the one whose model is heavy takes a small share, and holds up nothing', async (t) => {
  await using server = await testBroker();
  await using broker = openBroker({ url: server.url, log: collectedLog().log });
  const folder = mkdtempSync(join(tmpdir(), 'aftermath-shares-'));
  const files = {
    light: writeBooster(folder, 'light.json', LIGHT),
    heavy: writeBooster(folder, 'heavy.json', HEAVY),
  };
  await using programs = new AsyncDisposableStack();
  // The heavy one asks four of its kind about each row.
  const heavy = ['heavy', 'second', 'third', 'fourth'].flatMap((name) => [
    '--model',
    `${name}=${files.heavy}`,
  ]);
  for (const models of [['--model', `light=${files.light}`], heavy]) {
    programs.use(Program.aftermath(['model', ...models, '--broker', server.url, '--port', '0']));
  }
  await eventually(
    'both workers at the queue',
    async () => (await broker.queueDepth('features'))?.consumers === 2,
  );
  const rows: Record<string, number> = { light: 0, heavy: 0 };
  const lastAtMs: Record<string, number> = {};
  const options = { prefetch: 1_000, batchMax: 500, lingerMs: 0, overlap: 1 };
  await broker.consume('y_pred', options, async (batch) => {
    for (const { payload } of batch) {
      for (const { model } of decodePredictions(payload, { nowMs: Date.now() }).records) {
        rows[model] = (rows[model] ?? 0) + 1;
        lastAtMs[model] = performance.now();
      }
    }
  });
  const messages = Array.from({ length: MESSAGES }, (_, message) =>
    Payload.ofJson(
      Array.from({ length: ROWS_EACH }, (_row, row) => ({
        id: `${message}-${row}`,
        body: Array.from({ length: WIDTH }, (_value, k) => Math.sin(message + 7 * row + k)),
      })),
    ),
  );
  await Promise.all(messages.map((payload) => broker.publish({ queue: 'features' }, { payload })));
  await eventually(
    'all rows scored',
    () => (rows['light'] ?? 0) + (rows['heavy'] ?? 0) >= MESSAGES * ROWS_EACH,
  );
  t.diagnostic(
    `rows ${JSON.stringify(rows)}; the heavy one was done ${Math.round((lastAtMs['heavy'] ?? 0) - (lastAtMs['light'] ?? 0))} ms after the light one`,
  );
  assert.equal((rows['light'] ?? 0) + (rows['heavy'] ?? 0), MESSAGES * ROWS_EACH);
  assert.ok((rows['heavy'] ?? 0) > 0, 'it takes part');
  assert.ok((rows['heavy'] ?? 0) < (MESSAGES * ROWS_EACH) / 4, `${rows['heavy']} of ${MESSAGES * ROWS_EACH}`);
});
