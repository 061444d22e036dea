import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import pino from 'pino';
import { openBroker } from '../../src/broker/open.ts';
import { encodeControl } from '../../src/wire/control.ts';
import { decodePredictions } from '../../src/wire/predictions.ts';
import { CONTROL } from '../../src/wire/queues.ts';
import type { PredictionRecord } from '../../src/wire/records.ts';
import { boosterText, WIDTH, writeBooster } from '../model/booster-files.ts';
import { rowsMessage } from '../model/stage-harness.ts';
import { testBroker } from '../setup/rabbitmq.ts';
import { eventually, Program } from './program.ts';

test(
  'two workers under load take a new model file: no row is lost or scored twice, and a bad file changes nothing',
  { timeout: 120_000 },
  async () => {
    await using server = await testBroker();
    const path = writeBooster(mkdtempSync(join(tmpdir(), 'reload-')), 'model.json', { baseScore: 0 });
    const replace = (content: string): void => {
      writeFileSync(`${path}.new`, content);
      renameSync(`${path}.new`, path);
    };
    await using one = Program.aftermath(['model', '--model', path, '--broker', server.url, '--port', '0']);
    await using two = Program.aftermath(['model', '--model', path, '--broker', server.url, '--port', '0']);
    const workers = [one, two];
    for (const worker of workers) await worker.says(/runs; health/);
    await using broker = openBroker({ url: server.url, log: pino({ level: 'silent' }) });
    for (const name of ['features', 'y_pred']) await broker.declareQueue({ name, durable: true });
    await broker.declareFanout(CONTROL);
    const predictions: PredictionRecord[] = [];
    await broker.consume(
      'y_pred',
      { prefetch: 1_000, batchMax: 1_000, lingerMs: 0, overlap: 1 },
      async (batch) => {
        for (const { payload } of batch)
          predictions.push(...decodePredictions(payload, { nowMs: Date.now() }).records);
      },
    );

    let sent = 0;
    const zeros = Array.from({ length: 20 }, () => Array.from({ length: WIDTH }, () => 0));
    const send = async (): Promise<void> => {
      await broker.publish({ queue: 'features' }, { payload: rowsMessage(zeros, sent) });
      sent += zeros.length;
    };
    const versions = (): Set<string | undefined> => new Set(predictions.map(({ version }) => version));

    for (let i = 0; i < 20; i++) await send();
    replace('not a model');
    await eventually('both workers to refuse the bad file', async () => {
      await send();
      return workers.every(({ stderr }) => /Cannot load .*goes on serving/.test(stderr));
    });
    assert.equal(versions().size, 1);

    replace(boosterText({ baseScore: 1_000 }));
    await broker.publish({ exchange: CONTROL }, { payload: encodeControl({ reload: 'model' }) });
    await eventually('both workers to serve the new file', async () => {
      await send();
      return workers.every(({ stderr }) => /model serves version [0-9a-f]{12} from here on/.test(stderr));
    });
    for (let i = 0; i < 20; i++) await send();

    await eventually('a prediction for every row', () => predictions.length >= sent);
    assert.equal(predictions.length, sent);
    assert.equal(new Set(predictions.map(({ id }) => id)).size, sent);
    const values = new Map<string | undefined, Set<unknown>>();
    for (const { version, value } of predictions)
      values.set(version, (values.get(version) ?? new Set()).add(value));
    assert.equal(values.size, 2);
    for (const [version, said] of values) assert.equal(said.size, 1, `version ${version} says one thing`);
    for (const worker of workers) {
      worker.signal('SIGTERM');
      assert.equal(await worker.ended(), 0, worker.stderr);
    }
  },
);
