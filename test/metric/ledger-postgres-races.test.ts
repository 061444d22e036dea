import assert from 'node:assert/strict';
import { test } from 'node:test';
import pino from 'pino';
import type { OutcomeSinks } from '../../src/metric/ledger/ledger.ts';
import { PostgresLedger } from '../../src/metric/ledger/postgres/postgres-ledger.ts';
import { HORIZON_MS, RETENTION_MS } from '../contracts/ledger.ts';
import { RecordingSink } from '../contracts/recording-sink.ts';
import { testSchema } from '../setup/postgres.ts';
import { CommitCutter } from '../workers/commit-cutter.ts';
import { prediction, truth } from './records.ts';

function open(url: string, sinks: OutcomeSinks): Promise<PostgresLedger> {
  const rules = { task: undefined, output: undefined, slices: [], slicesMax: 1 };
  const limits = { horizonMs: HORIZON_MS, retentionMs: RETENTION_MS };
  return PostgresLedger.open(
    { url, durability: 'process', writesLog: false, ...limits, ...rules },
    sinks,
    pino({ level: 'silent' }),
  );
}

test('a connection that is lost in the moment in which a worker gets over a lost race is one more that is lost, not a bug', async () => {
  await using schema = await testSchema();
  await using cutter = await CommitCutter.to(schema.url);
  await using first = await open(schema.url, new RecordingSink());
  await using second = await open(cutter.through(schema.url), new RecordingSink());
  const refused = { predictions: 0, truths: 0 };
  const said = prediction('a', 1, { model: 'one that only the first worker has heard of' });
  await first.commit({ nowMs: Date.now(), predictions: [said], truths: [], refused });
  cutter.cutNext('before words are read');
  const { outcomes } = await second.commit({
    nowMs: Date.now(),
    predictions: [],
    truths: [truth('a', 2)],
    refused,
  });
  assert.equal(cutter.cuts, 1);
  assert.equal(outcomes.length, 1);
});
