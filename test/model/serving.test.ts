import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ModelLoadError } from '../../src/model/load-error.ts';
import { openServing, type ServingModel } from '../../src/model/serving.ts';
import { rowsToTable } from '../../src/model/table.ts';
import { writeBooster } from './booster-files.ts';

const ZEROS = [0, 0, 0, 0, 0];

const fresh = (): { folder: string; path: string } => {
  const folder = mkdtempSync(join(tmpdir(), 'sidecar-'));
  return { folder, path: writeBooster(folder, 'prices.json', { baseScore: 1 }) };
};
const open = (path: string, name?: string): Promise<ServingModel> =>
  openServing({ path, name, role: 'champion' });
const sha256Of = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** What it predicts for a row of zeros. */
async function atZeros(path: string): Promise<number> {
  const { predictor } = await open(path);
  const said = await predictor.predict(rowsToTable([ZEROS], predictor.info));
  return said.values[0] ?? NaN;
}

test('without a sidecar a model is named after its file, and its version is the start of its sha256', async () => {
  const { path } = fresh();
  const model = await open(path);
  assert.equal(model.name, 'prices');
  assert.equal(model.version, sha256Of(path).slice(0, 12));
});

test('a sidecar that pins what is there gives name and version; a name that was given wins', async () => {
  for (const sidecar of ['prices.model.json', 'prices.json.model.json']) {
    const { folder, path } = fresh();
    const selfTest = { rows: [ZEROS], predictions: [await atZeros(path)] };
    const said = { sha256: sha256Of(path).toUpperCase(), name: 'autumn', version: '2.1', selfTest };
    writeFileSync(join(folder, sidecar), JSON.stringify(said));
    const model = await open(path);
    assert.deepEqual([model.name, model.version], ['autumn', '2.1']);
    assert.equal((await open(path, 'winter')).name, 'winter');
  }
});

const REFUSED: readonly { what: string; sidecar: unknown; says: RegExp }[] = [
  {
    what: 'another sha256',
    sidecar: { sha256: '0'.repeat(64) },
    says: /its sha256 is [0-9a-f]{64}, and .*pins 0{64}/,
  },
  { what: 'half a sha256', sidecar: { sha256: 'abc' }, says: /sha256: expected 64 hex digits/ },
  {
    what: 'a key that is not known',
    sidecar: { sha265: '0'.repeat(64) },
    says: /sha265.*It may have sha256/,
  },
  { what: 'a name with a space', sidecar: { name: 'my model' }, says: /name: expected 1 to 64 letters/ },
  {
    what: 'another prediction',
    sidecar: { selfTest: { rows: [ZEROS, ZEROS], predictions: [1e6, 1e6] } },
    says: /fails the self-test of .*prices\.model\.json: row 1 gives -?[\d.]+, expected 1000000/,
  },
  {
    what: 'a row it does not take',
    sidecar: { selfTest: { rows: [[1, 2]], predictions: [0] } },
    says: /row 1 is refused: it has 2 features where the model takes 5/,
  },
  {
    what: 'fewer predictions than rows',
    sidecar: { selfTest: { rows: [ZEROS, ZEROS], predictions: [0] } },
    says: /as many predictions as rows/,
  },
  { what: 'a list', sidecar: [], says: /prices\.model\.json/ },
];

for (const { what, sidecar, says } of REFUSED) {
  test(`a sidecar with ${what} keeps the model from serving`, async () => {
    const { folder, path } = fresh();
    writeFileSync(join(folder, 'prices.model.json'), JSON.stringify(sidecar));
    await assert.rejects(open(path), (error: unknown) => {
      assert.ok(error instanceof ModelLoadError);
      assert.match(error.message, says);
      return true;
    });
  });
}

test('a sidecar that is no JSON keeps the model from serving', async () => {
  const { folder, path } = fresh();
  writeFileSync(join(folder, 'prices.model.json'), '{"sha256": ');
  await assert.rejects(open(path), /Cannot read .*prices\.model\.json: it is no JSON/);
});

test('a tolerance decides how close the self-test looks', async () => {
  const { folder, path } = fresh();
  const expected = (await atZeros(path)) + 0.01;
  const write = (tolerance: number): void =>
    writeFileSync(
      join(folder, 'prices.model.json'),
      JSON.stringify({ selfTest: { rows: [ZEROS], predictions: [expected], tolerance } }),
    );
  write(0.001);
  await assert.rejects(open(path), /self-test/);
  write(0.1);
  assert.equal((await open(path)).name, 'prices');
});
