import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import pino from 'pino';
import { putCopyInPlace } from '../../src/metric/log/log-takeover.ts';
import { AftermathError } from '../../src/service/errors.ts';
import { eventually } from '../setup/eventually.ts';
import { testSchema } from '../setup/postgres.ts';
import { openResult } from '../workers/result.ts';
import { prediction, truth } from './records.ts';

const folder = mkdtempSync(join(tmpdir(), 'aftermath-takeover-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('several who take a log over at once leave a whole file and nothing beside it; who comes too late is told to try again', async () => {
  const path = join(folder, 'log.csv');
  const kept = 'id,y_true\n'.repeat(50_000);
  writeFileSync(path, `${kept}half a li`);
  const all = Array.from({ length: 8 }, () => putCopyInPlace(path, kept.length));
  const ends = await Promise.allSettled(all);
  assert.ok(ends.some(({ status }) => status === 'fulfilled'));
  for (const end of ends)
    if (end.status === 'rejected')
      assert.ok(
        end.reason instanceof AftermathError && end.reason.consequence === 'retry',
        String(end.reason),
      );
  await putCopyInPlace(path, kept.length);
  assert.equal(readFileSync(path, 'utf8'), kept);
  assert.deepEqual(readdirSync(folder), ['log.csv']);
});

test('a worker that wakes late and puts an older log in place harms it for a moment only, though nothing more is written', async () => {
  await using schema = await testSchema();
  const logs = mkdtempSync(join(folder, 'logs-'));
  const path = join(logs, 'metric_log.csv');
  const { ledger, metricLog } = await openResult(schema.url, logs, pino({ level: 'silent' }));
  try {
    const ids = Array.from({ length: 50 }, (_, i) => `id-${i}`);
    await ledger.commit({
      nowMs: Date.now(),
      predictions: ids.map((id, i) => prediction(id, i)),
      truths: ids.map((id, i) => truth(id, i + 1)),
      refused: { predictions: 0, truths: 0 },
    });
    const isWhole = async (): Promise<void> =>
      assert.equal(readFileSync(path, 'utf8').split('\n').length, 1 + ids.length + 1);
    await eventually(isWhole, 20_000);
    const [header = ''] = readFileSync(path, 'utf8').split('\n');
    writeFileSync(`${path}.older`, `${header}\n`);
    renameSync(`${path}.older`, path);
    await assert.rejects(isWhole());
    await eventually(isWhole, 20_000);
  } finally {
    await ledger[Symbol.asyncDispose]();
    metricLog[Symbol.dispose]();
  }
});
