import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { connect } from 'amqplib';
import { testBroker } from '../setup/rabbitmq.ts';
import { slowTurn } from './faults.ts';
import { Pipeline, type StageName } from './pipeline.ts';
import { safetyOff } from './unsafe/safety-off.ts';
import { isClean, verdictOf } from './verdict.ts';

const STAGES = ['features', 'model', 'metric'] as const;
const ROWS = 300_000;
/** Twenty messages of 256 rows in hand, at most, in either queue. */
const SHORT_HAND = ['--prefetch', '20', '--batch', '5'];
const GROWTH_MIB_MAX = 100;

test('while metric is slow and the others fast the queues grow, and the memory of none does; then all of it is caught up', async () => {
  await using broker = await testBroker();
  await using pipeline = await Pipeline.start({
    url: broker.url,
    rows: ROWS,
    stages: STAGES,
    flags: SHORT_HAND,
  });
  const early = await slowUntil(
    pipeline,
    async () => (await depth(broker.url)) > 200 || !pipeline.runs('features'),
  );
  const late = await slowUntil(pipeline, async () => !pipeline.runs('features'));
  const waiting = await depth(broker.url);
  assert.ok(waiting > 400, `${waiting} messages wait in the queues, where everybody sees them`);
  for (const stage of ['model', 'metric'] as const) {
    const grown = late[stage] - early[stage];
    assert.ok(grown < GROWTH_MIB_MAX, `${stage} has grown by ${grown} MiB`);
  }
  await pipeline.reaches(ROWS);
  await pipeline.stopAll();
  assert.ok(isClean(verdictOf(pipeline)));
});

test('where metric acknowledges on delivery its backlog is in no queue', async () => {
  await using broker = await testBroker();
  const env = { metric: safetyOff('auto-ack') };
  await using pipeline = await Pipeline.start({
    url: broker.url,
    rows: ROWS,
    stages: STAGES,
    flags: SHORT_HAND,
    env,
  });
  await slowUntil(pipeline, async () => !pipeline.runs('features') && (await depth(broker.url)) === 0);
  const rows = pipeline.log.rows();
  assert.ok(rows < ROWS, `${rows} rows were through when no queue had any`);
});

type Memory = Record<(typeof STAGES)[number], number>;

/** Slows metric until it is so, and gives the resident memory of each in MiB. */
async function slowUntil(pipeline: Pipeline, isSo: () => Promise<boolean>): Promise<Memory> {
  while (!(await isSo())) await slowTurn(pipeline);
  const memory = (stage: StageName): number => residentMiB(pipeline.program(stage).pid);
  return { features: memory('features'), model: memory('model'), metric: memory('metric') };
}

/** Of a process, from /proc; 0 when it has ended. */
function residentMiB(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Messages that wait for metric. */
async function depth(url: string): Promise<number> {
  const connection = await connect(url);
  const channel = await connection.createChannel();
  const [predictions, truths] = [await channel.checkQueue('y_pred'), await channel.checkQueue('y_true')];
  await connection.close();
  return predictions.messageCount + truths.messageCount;
}
