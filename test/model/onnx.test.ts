import assert from 'node:assert/strict';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { readOnnx } from '../../src/model/formats/onnx/graph.ts';
import { bytesField, numberField } from '../../src/model/formats/onnx/protobuf.ts';
import { loadModel } from '../../src/model/load.ts';
import { ModelLoadError } from '../../src/model/load-error.ts';
import { valueAt, type Predictor } from '../../src/model/predictor.ts';
import { rowsToTable } from '../../src/model/table.ts';
import type { Value } from '../../src/wire/records.ts';
import { Program } from '../e2e/program.ts';
import { textAndNumber } from './onnx-graphs.ts';

const FOLDER = join(import.meta.dirname, 'fixtures', 'onnx');
const ROWS = readFileSync(join(FOLDER, 'X_test.csv'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => line.split(',').map(Number));
const load = (name: string): Promise<Predictor> => loadModel(join(FOLDER, name));

interface Golden {
  readonly predict: readonly Value[];
  readonly predict_proba?: readonly (readonly number[])[];
  readonly classes?: readonly Value[] | null;
}

const isClose = (found: Value | undefined, expected: Value): boolean =>
  typeof found === 'number' && typeof expected === 'number'
    ? Math.abs(found - expected) <= 1e-6 + 1e-5 * Math.abs(expected)
    : found === expected;

for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.onnx'))) {
  test(`${file} predicts what ONNX Runtime returned to Python`, async () => {
    const golden = JSON.parse(
      readFileSync(join(FOLDER, file.replace('.onnx', '.golden.json')), 'utf8'),
    ) as Golden;
    await using model = await load(file);
    const said = await model.predict(rowsToTable(ROWS, model.info));
    assert.deepEqual([...said.refused], []);
    for (const [row, expected] of golden.predict.entries()) {
      const found = valueAt(model.info, said, row);
      assert.ok(isClose(found, expected), `row ${row}: ${found}, expected ${expected}`);
    }
    const shares = golden.predict_proba?.flat() ?? [];
    assert.equal(said.probabilities?.length ?? 0, shares.length);
    for (const [i, expected] of shares.entries()) assert.ok(isClose(said.probabilities?.[i], expected));
    if (golden.classes) assert.deepEqual(model.info.outputs[0]?.classes, golden.classes);
  });
}

test('a graph with an input per column takes its features by name, and names the one that is missing', async () => {
  await using model = await load('named_inputs.onnx');
  const [first = []] = ROWS;
  const named = Object.fromEntries(first.map((value, i) => ['abcde'[i] ?? '', value]).toReversed());
  const { e, ...without } = named as Record<string, number>;
  assert.notEqual(e, undefined);
  const said = await model.predict(rowsToTable([named, without], model.info));
  const ordered = await model.predict(rowsToTable([first], model.info));
  assert.equal(said.values[0], ordered.values[0]);
  assert.match(said.refused.get(1) ?? '', /'e'/);
});

test('a row of text or beyond 32 bits is refused by itself, before the runtime sees it', async () => {
  for (const file of ['logistic_zipmap.onnx', 'linear_fixed_batch.onnx']) {
    await using model = await load(file);
    const [good = []] = ROWS;
    const rows = [good, ['a', 0, 0, 0, 0], [1e39, 0, 0, 0, 0], [1], good];
    const said = await model.predict(rowsToTable(rows, model.info));
    assert.deepEqual(new Set(said.refused.keys()), new Set([1, 2, 3]), file);
    assert.match(said.refused.get(1) ?? '', /text 'a'/);
    assert.match(said.refused.get(2) ?? '', /32-bit/);
    assert.equal(said.values[4], said.values[0]);
    assert.equal((await model.predict(rowsToTable([], model.info))).values.length, 0);
  }
});

test('columns of text go in as text; a missing one, a number or a text in the wrong place is refused', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'onnx-')), 'sizes.onnx');
  writeFileSync(path, textAndNumber());
  await using model = await loadModel(path);
  assert.deepEqual(model.info.featureNames, ['size', 'age']);
  assert.deepEqual(model.info.textFeatures, [0]);
  const rows = [{ age: 10, size: 'large' }, ['small', 5], [null, 5], [3, 5], ['small', 'five']];
  const said = await model.predict(rowsToTable(rows, model.info));
  assert.deepEqual([...said.values], [12, 6, NaN, NaN, NaN]);
  assert.deepEqual(
    [2, 3, 4].map((row) => said.refused.get(row)),
    [
      'feature 0 is no text, and the model takes text there',
      'feature 0 is no text, and the model takes text there',
      "feature 1 is the text 'five', and the model takes a number there",
    ],
  );
});

test('weights in other files are refused, with the way out', () => {
  const initializer = Buffer.concat([bytesField(8, Buffer.from('W')), numberField(14, 1)]);
  const model = Buffer.concat([
    numberField(1, 8),
    bytesField(7, bytesField(5, initializer)),
    bytesField(8, Buffer.of()),
  ]);
  assert.throws(() => readOnnx(model), /other files.*save_as_external_data=False/);
});

test('a graph that the runtime does not take is refused with what it says', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'onnx-')), 'strange.onnx');
  const bytes = readFileSync(join(FOLDER, 'linear.onnx'));
  writeFileSync(
    path,
    Buffer.from(bytes.toString('latin1').replaceAll('LinearRegressor', 'LinearRegresser'), 'latin1'),
  );
  await assert.rejects(loadModel(path), (error: unknown) => {
    assert.ok(error instanceof ModelLoadError);
    return /Cannot load .*strange\.onnx: ONNX Runtime does not take it: .*LinearRegresser/.test(
      error.message,
    );
  });
});

test('a damaged file ends in a ModelLoadError or in a graph, never in anything else', () => {
  const original = readFileSync(join(FOLDER, 'forest_zipmap.onnx'));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(original.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
      fc.nat(original.length),
      (changes, cut) => {
        const bytes = Buffer.from(original.subarray(0, cut));
        for (const [at, byte] of changes) if (at < cut) bytes[at] = byte;
        try {
          assert.ok(readOnnx(bytes).bytes.length <= original.length + 100);
        } catch (error) {
          assert.ok(error instanceof ModelLoadError, String(error));
        }
      },
    ),
    { seed: 4, numRuns: 2_000 },
  );
});

test('without ONNX Runtime an ONNX file is refused with the command that installs it, and others load', async () => {
  const root = join(import.meta.dirname, '..', '..');
  const folder = mkdtempSync(join(tmpdir(), 'no-onnx-'));
  mkdirSync(join(folder, 'node_modules'));
  cpSync(join(root, 'src'), join(folder, 'src'), { recursive: true });
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name.startsWith('onnxruntime')) continue;
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  }
  const inspect = (model: string): Program =>
    new Program(process.execPath, [join(folder, 'src', 'main.ts'), 'inspect', model]);
  await using refused = inspect(join(FOLDER, 'linear.onnx'));
  assert.equal(await refused.ended(), 1, refused.stdout);
  assert.match(refused.stderr, /needs? ONNX Runtime, which is not installed: npm install onnxruntime-node/);
  await using other = inspect(join(root, 'examples', 'diabetes', 'diabetes_linear.pkl'));
  assert.equal(await other.ended(), 0, other.stderr);
});
