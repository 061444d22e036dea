import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { InTurns } from '../../src/model/in-turns.ts';
import { loadBytes, loadModel } from '../../src/model/load.ts';
import { rowsToTable } from '../../src/model/table.ts';
import { ModelThread } from '../../src/model/thread.ts';
import type { Cell } from '../../src/wire/records.ts';
import { boosterText, WIDTH, writeBooster } from './booster-files.ts';

const HEAVY = { baseScore: 1, times: 400 };
const rows = (count: number): Cell[][] =>
  Array.from({ length: count }, (_, i) => Array.from({ length: WIDTH }, (_c, k) => Math.sin(7 * i + k)));

test('a heavy model computes in a thread of its own, and says the same as here', async () => {
  const path = writeBooster(mkdtempSync(join(tmpdir(), 'heavy-')), 'heavy.json', HEAVY);
  await using there = await loadModel(path);
  assert.ok(there instanceof ModelThread);
  const here = loadBytes(Buffer.from(boosterText(HEAVY)));
  const table = rowsToTable([...rows(50), [1, 2], ['text', 0, 0, 0, 0]], here.info);
  assert.deepEqual(await there.predict(table), here.predict(table));
  await assert.rejects(
    there.predict(rowsToTable([[1]], { featureCount: 1, featureNames: undefined })),
    RangeError,
  );
});

test('what a thread was asked when it ends is told, and so is who asks later', async () => {
  const path = writeBooster(mkdtempSync(join(tmpdir(), 'heavy-')), 'heavy.json', HEAVY);
  const model = await loadModel(path);
  const open = model.predict(rowsToTable(rows(20_000), model.info));
  const told = assert.rejects(open, /Cannot score with .*thread/);
  await model[Symbol.asyncDispose]();
  await told;
  await assert.rejects(model.predict(rowsToTable(rows(1), model.info)), /Cannot score with .*thread/);
});

test('a light model computes here: in turns or at once the predictions are the same, refusals in their places', async () => {
  const path = writeBooster(mkdtempSync(join(tmpdir(), 'light-')), 'light.json', { baseScore: 1 });
  await using light = await loadModel(path);
  assert.ok(light instanceof InTurns);
  const core = loadBytes(Buffer.from(boosterText({ baseScore: 1 })));
  const table = rowsToTable([...rows(700), [1, 2], ['text', 0, 0, 0, 0], ...rows(700)], core.info);
  // As if a row took a millisecond: eight rows a turn at first.
  const inTurns = new InTurns(core, 1);
  let turnsOfOthers = 0;
  let isDone = false;
  const other = (): void => {
    turnsOfOthers++;
    if (!isDone) setImmediate(other);
  };
  other();
  const said = await inTurns.predict(table);
  isDone = true;
  assert.deepEqual(said, core.predict(table));
  assert.ok(turnsOfOthers > 3, `others had ${turnsOfOthers} turns`);
});
