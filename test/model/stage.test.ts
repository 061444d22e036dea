import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Payload } from '../../src/wire/payload.ts';
import type { Cell } from '../../src/wire/records.ts';
import { eventually } from '../e2e/program.ts';
import { boosterText, WIDTH, writeBooster } from './booster-files.ts';
import { rowsMessage, startStage, type StageUnderTest } from './stage-harness.ts';

const freshFolder = (): string => mkdtempSync(join(tmpdir(), 'model-stage-'));
const row = (i: number): Cell[] => Array.from({ length: WIDTH }, (_, k) => Math.sin(7 * i + k));
const rows = (count: number): Cell[][] => Array.from({ length: count }, (_, i) => row(i));
const says = (stage: StageUnderTest, what: RegExp): Promise<string> =>
  eventually(String(what), () => stage.lines.find((line) => what.test(line)));

/** As a careful deployment does it: written aside, then moved to its place. */
function replace(path: string, content: string): void {
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
}

test('each model speaks for itself: the first as champion, the others as challengers, in versions of their own', async () => {
  const folder = freshFolder();
  const files = ['one', 'two'].map((name, i) => ({
    name,
    path: writeBooster(folder, `${name}.json`, { baseScore: 100 * i }),
  }));
  await using stage = await startStage(files);
  await stage.send(rowsMessage(rows(10)));
  const of = (name: string) => stage.predictions.filter(({ model }) => model === name);
  const [one, two] = [of('one'), of('two')];
  assert.deepEqual(
    one.map(({ id }) => id),
    two.map(({ id }) => id),
  );
  assert.deepEqual([one.length, one[0]?.role, two[0]?.role], [10, 'champion', 'challenger']);
  assert.notEqual(one[0]?.version, two[0]?.version);
  for (const [i, { value }] of one.entries())
    assert.ok(Math.abs(Number(two[i]?.value) - Number(value) - 100) < 1e-4);
});

test('a challenger that takes other rows refuses them without touching what the champion says', async () => {
  const folder = freshFolder();
  const linear = join(import.meta.dirname, '..', '..', 'examples', 'diabetes', 'diabetes_linear.pkl');
  await using stage = await startStage([
    { name: 'one', path: writeBooster(folder, 'one.json', { baseScore: 1 }) },
    { name: 'other', path: linear },
  ]);
  await stage.send(rowsMessage(rows(5)));
  assert.deepEqual(
    stage.predictions.map(({ model }) => model),
    Array.from({ length: 5 }, () => 'one'),
  );
  await eventually('five dead letters', () => stage.dead.length === 5);
  assert.match(stage.dead[0] ?? '', /Cannot score with other: has 5 features where the model takes 10/);
  assert.equal(stage.stage.progress().refused, 0, 'the champion has refused nothing');
});

test('a replaced file takes over between two batches: no row is lost or scored twice, and each batch has one version', async () => {
  const folder = freshFolder();
  const path = writeBooster(folder, 'model.json', { baseScore: 0 });
  await using stage = await startStage([{ name: 'model', path }]);
  const count = 200;
  let sent = 0;
  const send = async (): Promise<void> => {
    await stage.send(rowsMessage(rows(count), sent * count));
  };
  for (; sent < 3; sent++) await send();
  replace(path, boosterText({ baseScore: 1_000 }));
  const isNew = (): boolean => stage.lines.some((line) => line.includes('serves version'));
  await eventually('the new version', async () => {
    await send();
    sent++;
    return isNew();
  });
  for (const last = sent + 3; sent < last; sent++) await send();
  assert.deepEqual(
    stage.predictions.map(({ id }) => id),
    Array.from({ length: sent * count }, (_, i) => String(i)),
  );
  const versions = [...new Set(stage.predictions.map(({ version }) => version))];
  assert.equal(versions.length, 2);
  const first = stage.predictions.findIndex(({ version }) => version === versions[1]);
  assert.equal(first % count, 0, 'the boundary lies between two batches');
  for (const [i, { value, version }] of stage.predictions.entries()) {
    assert.equal(version, versions[i < first ? 0 : 1]);
    const base = Number(stage.predictions[i % count]?.value);
    assert.ok(Math.abs(Number(value) - base - (i < first ? 0 : 1_000)) < 1e-2);
  }
  assert.equal(await stage.figure('aftermath_model_reloads_total', { result: 'swapped' }), 1);
  assert.equal(await stage.figure('aftermath_model_info', { version: versions[1] ?? '' }), 1);
  assert.equal(await stage.figure('aftermath_model_info', { version: versions[0] ?? '' }), undefined);
});

test('a bad file leaves the old version serving and says so once; a good one after it takes over', async () => {
  const folder = freshFolder();
  const path = writeBooster(folder, 'model.json', { baseScore: 0 });
  await using stage = await startStage([{ name: 'model', path }]);
  await stage.send(rowsMessage([row(0)]));
  replace(path, '{"learner": {}}');
  const line = await says(stage, /Cannot load .*model\.json/);
  assert.match(line, /Version [0-9a-f]{12} of model goes on serving/);
  await stage.send(rowsMessage([row(0)], 1));
  assert.equal(stage.predictions[1]?.version, stage.predictions[0]?.version);
  assert.deepEqual(stage.stage.readiness(), { ready: true, why: undefined });
  rmSync(path);
  replace(path, boosterText({ baseScore: 5 }));
  await says(stage, /serves version/);
  assert.equal(await stage.figure('aftermath_model_reloads_total', { result: 'failed' }), 1);
});

test('a file that fails the self-test of its sidecar does not take over; a sidecar that is put right lets it', async () => {
  const folder = freshFolder();
  const path = writeBooster(folder, 'model.json', { baseScore: 0 });
  await using stage = await startStage([{ name: 'model', path }]);
  await stage.send(rowsMessage([row(0)]));
  const before = Number(stage.predictions[0]?.value);
  const sidecar = (expected: number): string =>
    JSON.stringify({ version: 'B', selfTest: { rows: [row(0)], predictions: [expected], tolerance: 1e-3 } });
  replace(join(folder, 'model.model.json'), sidecar(before + 50));
  await says(stage, /fails the self-test/);
  replace(path, boosterText({ baseScore: 50 }));
  await says(stage, /serves version B/);
  await stage.send(rowsMessage([row(0)], 1));
  assert.equal(stage.predictions[1]?.version, 'B');
});

test('an order to reload reads the files again; one for a model that is not served here, or is none, changes nothing', async () => {
  const folder = freshFolder();
  const path = writeBooster(folder, 'model.json', { baseScore: 0 });
  await using stage = await startStage([{ name: 'model', path }]);
  await stage.order({ reload: null });
  await says(stage, /model was read again: it is version/);
  await stage.order({ reload: 'other' });
  await says(stage, /asked to reload "other", which is not served here \(served: model\)/);
  await stage.order({ snapshot: true });
  assert.equal(await stage.figure('aftermath_model_reloads_total', { result: 'unchanged' }), 1);
});

for (const { what, times, count } of [
  { what: 'a message of megabytes', times: 1, count: 50_000 },
  { what: 'a heavy model', times: 300, count: 4_000 },
]) {
  test(`${what} does not keep the process from anything else for 50 ms`, async () => {
    const path = writeBooster(freshFolder(), 'model.json', { baseScore: 0, times });
    await using stage = await startStage([{ name: 'model', path }]);
    const message = Payload.ofBytes(
      Buffer.from(JSON.stringify(rows(count).map((body, id) => ({ id, body })))),
    );
    using turns = watchTurns();
    await stage.send(message);
    assert.equal(stage.predictions.length, count);
    assert.ok(turns.longestMs() < 50, `one turn took ${turns.longestMs()} ms`);
  });
}

/**
 * The longest turn of the event loop in processor time of this thread: by the clock, other processes on the machine
 * would count too.
 */
function watchTurns(): Disposable & { longestMs(): number } {
  let longestMs = 0;
  let isOn = true;
  let before = process.threadCpuUsage();
  const look = (): void => {
    const now = process.threadCpuUsage();
    longestMs = Math.max(longestMs, (now.user - before.user + now.system - before.system) / 1_000);
    before = now;
    if (isOn) setImmediate(look);
  };
  look();
  return {
    longestMs: () => longestMs,
    [Symbol.dispose]() {
      isOn = false;
    },
  };
}
