import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { privateNode } from '../setup/find-rabbitmq.ts';
import { testSchema } from '../setup/postgres.ts';
import { Fleet } from './fleet.ts';
import { history } from './history.ts';
import { type Result, resultOf } from './result.ts';

const ROWS = Number(process.env['AFTERMATH_TEST_WORKERS_ROWS'] ?? 3_000);
const folder = mkdtempSync(join(tmpdir(), 'aftermath-workers-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('one SQLite worker and one, two and four on PostgreSQL come to the same counts, figures to the last bit, and last lines', async (t) => {
  await using node = await privateNode();
  const phases = history({ rows: ROWS, seed: 7, endMs: Date.now() - 3_600_000 });
  const run = async (ledger: string, workers: number): Promise<Result> => {
    const startMs = performance.now();
    await using fleet = await Fleet.start({ node, ledgers: Array.from({ length: workers }, () => ledger) });
    let records = 0;
    for (const phase of phases) {
      await fleet.send(phase);
      records += phase.predictions.length + phase.truths.length;
      await fleet.receives(records);
    }
    const seconds = ((performance.now() - startMs) / 1000).toFixed(0);
    t.diagnostic(`${workers} on ${new URL(ledger, 'file:').protocol} ${records} records in ${seconds} s`);
    assert.deepEqual(new Set(await fleet.stop()), new Set([0]), fleet.said());
    return resultOf(ledger, fleet.logsDir);
  };
  const expected = await run(join(folder, 'ledger.db'), 1);
  assert.ok(expected.lines.size > 0.9 * ROWS);
  t.diagnostic(JSON.stringify(expected.books.models.map(({ model, counts }) => ({ model, ...counts }))));
  t.diagnostic(JSON.stringify(expected.books.truths));
  for (const workers of [1, 2, 4]) {
    await using schema = await testSchema();
    assert.deepEqual(await run(schema.url, workers), expected, `${workers} workers`);
  }
});
