import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { loadBytes } from '../../../src/model/load.ts';
import { valueAt } from '../../../src/model/predictor.ts';
import type { Value } from '../../../src/wire/records.ts';
import { readTable } from './golden.ts';

/** What a booster predicted, as `NAME.golden.json` holds it. */
export interface BoosterGolden {
  readonly input: string;
  readonly predict: readonly (Value | readonly number[])[];
  readonly predict_proba?: readonly (readonly number[])[];
  readonly margin?: readonly (number | readonly number[])[];
  readonly classes?: readonly Value[];
}

/** Models of a folder that has `NAME.EXTENSION.gz` and `NAME.golden.json`. */
export function boostersIn(folder: string): { file: string; golden: BoosterGolden }[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.gz'))
    .map((name) => ({
      file: join(folder, name),
      golden: JSON.parse(
        readFileSync(join(folder, `${name.split('.')[0]}.golden.json`), 'utf8'),
      ) as BoosterGolden,
    }));
}

/** The content of a gzipped fixture. */
export function unzipped(path: string): Uint8Array {
  return gunzipSync(readFileSync(path));
}

/** Compares all predictions; `same` says whether two numbers agree. */
export function compareBooster(
  file: string,
  golden: BoosterGolden,
  same: (found: number, expected: number) => boolean,
): void {
  const model = loadBytes(readFileSync(file));
  const predictions = model.predict(readTable(join(file, '..', golden.input), model));
  assert.deepEqual([...predictions.refused], []);
  assert.equal(predictions.rows, golden.predict.length);
  const isBare = model.info.estimator === 'Booster';
  for (const [row, expected] of golden.predict.entries()) {
    for (const [output, value] of [expected].flat().entries()) {
      const label = isBare && golden.classes !== undefined ? golden.classes.indexOf(value) : value;
      const found = valueAt(model.info, predictions, row, output);
      if (typeof found === 'number' && typeof label === 'number' && model.info.task === 'regression')
        assert.ok(same(found, label), `row ${row}: ${found} for ${label}`);
      else assert.equal(found, label, `row ${row}`);
    }
  }
  const expected = golden.predict_proba?.flat();
  assert.equal(predictions.probabilities?.length, expected?.length, 'probabilities');
  for (const [at, value] of (expected ?? []).entries()) {
    const found = predictions.probabilities?.[at] ?? NaN;
    assert.ok(same(found, value), `probability ${at}: ${found} for ${value}`);
  }
}

/** How many float32 numbers lie between two. */
export function singleSteps(found: number, expected: number): number {
  const single = Float32Array.of(found, expected);
  const [a = 0, b = 0] = new Int32Array(single.buffer);
  const ordered = (bits: number): number => (bits < 0 ? -(bits & 0x7fffffff) : bits);
  return Math.abs(ordered(a) - ordered(b));
}
