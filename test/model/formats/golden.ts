import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { loadBytes } from '../../../src/model/load.ts';
import { valueAt, type LoadedModel, type Table } from '../../../src/model/predictor.ts';
import { rowsToTable } from '../../../src/model/table.ts';
import type { Cell, Value } from '../../../src/wire/records.ts';

/** What scikit-learn predicted, as `NAME.golden.json` holds it. */
export interface Golden {
  readonly estimator: string;
  readonly sklearn?: string;
  readonly input?: string;
  readonly predict: readonly (Value | readonly Value[])[];
  readonly classes?: readonly Value[];
  readonly predict_proba?: readonly (readonly number[])[];
}

/** Loads a model file and compares all its predictions with the golden. `tolerance` is relative to max(1, |golden|). */
export function compareWithGolden(options: {
  model: string;
  golden: string;
  input: string;
  tolerance: number;
}): void {
  const golden = JSON.parse(readFileSync(options.golden, 'utf8')) as Golden;
  const model = loadBytes(readFileSync(options.model));
  const predictions = model.predict(readTable(options.input, model));
  assert.deepEqual([...predictions.refused], []);
  assert.equal(predictions.rows, golden.predict.length);
  assert.equal(model.info.estimator, golden.estimator);
  if (golden.sklearn !== undefined) assert.equal(model.info.libraryVersion, golden.sklearn);
  for (const [row, expected] of golden.predict.entries()) {
    const wanted = Array.isArray(expected) ? (expected as readonly Value[]) : [expected as Value];
    assert.equal(model.info.outputs.length, wanted.length);
    for (const [output, value] of wanted.entries()) {
      close(valueAt(model.info, predictions, row, output), value, options.tolerance, `row ${row}`);
    }
  }
  const { predict_proba: probabilities, classes } = golden;
  if (classes !== undefined) assert.deepEqual(model.info.outputs[0]?.classes, classes);
  assert.equal(predictions.probabilities === undefined, probabilities === undefined, 'has probabilities');
  for (const [row, expected] of (probabilities ?? []).entries()) {
    for (const [at, value] of expected.entries()) {
      close(
        predictions.probabilities?.[row * expected.length + at],
        value,
        options.tolerance,
        `probability, row ${row}`,
      );
    }
  }
}

function close(found: Value | undefined, expected: Value, tolerance: number, what: string): void {
  if (typeof found === 'number' && typeof expected === 'number') {
    const difference = Math.abs(found - expected);
    if (difference <= tolerance * Math.max(1, Math.abs(expected))) return;
  }
  assert.strictEqual(found, expected, what);
}

/** Reads a CSV file of a fixture: with a header when the model knows names, an empty cell is missing. */
export function readTable(path: string, model: LoadedModel): Table {
  const lines = readFileSync(path, 'utf8').trimEnd().split(/\r?\n/);
  const header =
    /^[^\d.-]/.test(lines[0] ?? '') && !lines[0]?.startsWith(',')
      ? splitLine(lines.shift() ?? '')
      : undefined;
  const rows = lines.map((line) => splitLine(line).map((cell) => cellOf(cell)));
  if (header === undefined) return rowsToTable(rows, model.info);
  const named = rows.map((row) => Object.fromEntries(row.map((cell, at) => [header[at] ?? '', cell])));
  return rowsToTable(named, model.info, { extraColumns: 'ignore' });
}

function cellOf(text: string): Cell {
  if (text === '') return null;
  if (text === 'True' || text === 'False') return text === 'True';
  return Number.isNaN(Number(text)) ? text : Number(text);
}

function splitLine(line: string): string[] {
  return [...`,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? '',
  );
}
