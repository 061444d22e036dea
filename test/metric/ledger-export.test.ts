import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { type ExportedRow, exportLedger } from '../../src/metric/care/export-ledger.ts';
import { says } from '../contracts/inbox.ts';
import { testSchema } from '../setup/postgres.ts';
import { openBusy, takeBusy } from './busy-ledger.ts';
import { Scratch } from './ledger-fixture.ts';
import { prediction, truth } from './records.ts';

interface Line extends ExportedRow {
  readonly id: number | string;
}

async function linesOf(ledger: string): Promise<{ lines: Line[]; text: string; pieces: number }> {
  let [text, pieces] = ['', 0];
  const told = await exportLedger(ledger, async (some) => {
    assert.ok(some.endsWith('\n'), 'only whole lines');
    text += some;
    pieces++;
  });
  const lines = text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);
  assert.equal(told.lines, lines.length);
  assert.equal(told.ids, new Set(lines.map(({ id }) => JSON.stringify(id))).size);
  return { lines, text, pieces };
}

test('both ledgers export the same lines, which count what the books count', async () => {
  using scratch = new Scratch();
  using other = new Scratch();
  await using schema = await testSchema();
  const ledgers = [join(scratch.dir, 'ledger.db'), schema.url] as const;
  const exported: string[][] = [];
  for (const [i, dir] of [scratch.dir, other.dir].entries()) {
    await using parts = await openBusy(ledgers[i]!, dir);
    await takeBusy(parts, 0, 3_500);
    const { lines, text, pieces } = await linesOf(ledgers[i]!);
    assert.ok(pieces > 3, 'it comes in pieces');
    const { models, truths } = parts.ledger.books;
    const count = (state: Line['state'], model: string | null): number =>
      lines.filter((line) => line.state === state && line.model === model).length;
    for (const { model, counts } of models)
      for (const state of ['scored', 'pending', 'expired'] as const)
        assert.equal(count(state, model), counts[state], `${state} of ${model}`);
    assert.equal(count('waiting', null), truths.waiting);
    assert.equal(count('orphan', null), truths.orphan);
    assert.ok(truths.waiting > 0 && truths.orphan > 0 && lines.some(({ revisions }) => revisions > 0));
    exported.push(text.split('\n').sort());
    await parts[Symbol.asyncDispose]();
  }
  assert.deepEqual(exported[1], exported[0]);
});

test('an exported line has everything the records carried, and the id with the digits that it came with', async () => {
  using scratch = new Scratch();
  const path = join(scratch.dir, 'ledger.db');
  await using parts = await openBusy(path, scratch.dir);
  const nowMs = 1_700_000_000_000;
  const proba = { yes: 0.75, no: 0.25 };
  const said = prediction(0, 'yes', {
    timeMs: nowMs - 5,
    proba,
    tags: { origin: 'Köln' },
    version: 'v1',
    weight: 3,
  });
  await parts.ledger.commit({
    nowMs,
    predictions: [{ ...said, id: '12345678901234567890.50' }],
    truths: [
      { ...truth(0, 'no', { tags: { gate: '7' } }), id: '12345678901234567890.5' },
      truth('ü"\n', true),
    ],
    refused: { predictions: 0, truths: 0 },
  });
  await parts[Symbol.asyncDispose]();
  const { lines, text } = await linesOf(path);
  assert.match(text, /^\{"id":12345678901234567890\.50,"state":"scored"/m);
  const scored = lines.find(({ state }) => state === 'scored');
  assert.deepEqual(
    { ...scored, id: 0 },
    {
      id: 0,
      state: 'scored',
      model: 'a',
      version: 'v1',
      role: 'champion',
      prediction: 'yes',
      proba,
      interval: null,
      prediction_time: '2023-11-14T22:13:19.995Z',
      deadline: '2023-11-14T22:13:39.995Z',
      truth: 'no',
      truth_time: '2023-11-14T22:13:20.000Z',
      revisions: 0,
      weight: 3,
      tags: { gate: '7', origin: 'Köln' },
      forgotten_after: '2023-12-14T22:13:20.000Z',
    },
  );
  const waiting = lines.find(({ state }) => state === 'waiting');
  assert.deepEqual([waiting?.id, waiting?.truth, waiting?.model], ['ü"\n', true, null]);
});

test('a ledger that is not there, or is no ledger, is not exported', async () => {
  using scratch = new Scratch();
  const nothing = async (): Promise<void> => {};
  await assert.rejects(
    exportLedger(join(scratch.dir, 'none.db'), nothing),
    says('stop', /Cannot export the ledger .*: there is no such file/),
  );
  await using schema = await testSchema();
  await assert.rejects(exportLedger(schema.url, nothing), says('stop', /there is none in the schema/));
});
