import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { privateNode } from '../setup/find-rabbitmq.ts';
import { eventually } from '../setup/eventually.ts';
import { testSchema, type TestSchema } from '../setup/postgres.ts';
import { prediction, truth } from '../metric/records.ts';
import { Fleet } from './fleet.ts';
import type { Phase } from './history.ts';

/** Asked for, from the end of the lease on. */
const WITHIN_MS = 5_000;
const ROWS = 500;

function pairs(from: number): Phase {
  const ids = Array.from({ length: ROWS }, (_, i) => from + i);
  return { predictions: ids.map((id) => prediction(id, id)), truths: ids.map((id) => truth(id, id + 1)) };
}

/** The lease on the log, by the database's clock. */
async function lease(schema: TestSchema): Promise<{
  readonly token: number;
  readonly pid: number;
  readonly endMs: number;
  readonly nowMs: number;
}> {
  const [row] = await schema.query(
    'SELECT token, holder, extract(epoch FROM until) * 1000 AS end_ms, extract(epoch FROM clock_timestamp()) * 1000 AS now_ms FROM log',
  );
  return {
    token: Number(row?.['token']),
    pid: Number(/process (\d+)/.exec(String(row?.['holder']))?.[1]),
    endMs: Number(row?.['end_ms']),
    nowMs: Number(row?.['now_ms']),
  };
}

test('when the worker that writes the log is killed, another does within 5 s of the end of its lease, and every outcome is in the log once', async () => {
  await using node = await privateNode();
  await using schema = await testSchema();
  await using fleet = await Fleet.start({ node, ledgers: [schema.url, schema.url] });
  const log = join(fleet.logsDir, 'metric_log.csv');
  const hasRows = (count: number): Promise<void> =>
    eventually(async () => {
      const ids = readFileSync(log, 'utf8')
        .split('\n')
        .slice(1, -1)
        .map((line) => line.split(',')[0]);
      assert.equal(ids.length, count);
      assert.equal(new Set(ids).size, count);
    }, 30_000);
  await fleet.send(pairs(0));
  await hasRows(ROWS);

  const { pid, token } = await lease(schema);
  const writer = fleet.workers.findIndex((worker) => worker.pid === pid);
  assert.ok(writer >= 0, 'one of the two writes the log');
  fleet.workers[writer]?.signal('SIGKILL');
  await fleet.workers[writer]?.ended();
  fleet.workers.splice(writer, 1);
  let held = await lease(schema);
  assert.equal(held.token, token);
  let late = 0;
  await eventually(async () => {
    const now = await lease(schema);
    if (now.token === token) held = now;
    else late = now.nowMs - held.endMs;
    assert.notEqual(now.token, token);
  }, 30_000);
  assert.ok(late > 0 && late <= WITHIN_MS, `taken over ${late.toFixed(0)} ms after the end of the lease`);

  await fleet.send(pairs(ROWS));
  await hasRows(2 * ROWS);
  assert.deepEqual(await fleet.stop(), [0], fleet.said());
});
