import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { ModelLoadError } from '../../../src/model/load-error.ts';
import { valueAt, type ModelInfo, type Predictions } from '../../../src/model/predictor.ts';
import { openServing } from '../../../src/model/serving.ts';
import { rowsToTable } from '../../../src/model/table.ts';
import type { Value } from '../../../src/wire/records.ts';
import { originalOf, type Original } from './fuzz-corpus.ts';
import { fuzzTrial } from './fuzz-trial.ts';
import { mutate } from './mutate.ts';

const MUTATIONS = Number(process.env['AFTERMATH_MUTATIONS'] ?? 120);
/** Those whose damage is seen in predictions often, of every way to read a file. */
const MODELS = [
  'sklearn-1.2.1/linear.p4.pkl',
  'sklearn-1.2.1/boosting_binary.p4.pkl',
  'lightgbm/regression.txt.gz',
  'xgboost/3.2.0/early_stop.ubj.gz',
];
const TOLERANCE = 1e-9;

const folder = mkdtempSync(join(tmpdir(), 'fuzz-sidecar-'));
after(() => rmSync(folder, { recursive: true }));

for (const name of MODELS) {
  void describe(`${MUTATIONS} mutations of ${name}`, () => {
    const original = originalOf(name);
    // The others are refused in any case, or predict what they should.
    const wrong = Array.from({ length: MUTATIONS }, (_, seed) => seed).filter(
      (seed) => fuzzTrial(original, seed) === 'other',
    );

    void it('never serve where a sidecar pins the sha256', async () => {
      assert.ok(wrong.length > 0, 'no mutation predicts otherwise: the test shows nothing');
      const path = writeSidecar({ sha256: createHash('sha256').update(original.bytes).digest('hex') });
      for (const seed of wrong) {
        writeFileSync(path, mutate(original.bytes, seed));
        await assert.rejects(openServing(served(path)), isRefusal(/its sha256 is .* pins/), `seed ${seed}`);
      }
    });

    void it('serve with a self-test only if they pass it', async () => {
      const rows = rowsOf(original);
      const expected = labels(original.model.info, original.said);
      const path = writeSidecar({ selfTest: { rows, predictions: expected, tolerance: TOLERANCE } });
      let refused = 0;
      for (const seed of wrong) {
        writeFileSync(path, mutate(original.bytes, seed));
        try {
          await using predictor = (await openServing(served(path))).predictor;
          const said = await predictor.predict(rowsToTable(rows, predictor.info));
          for (const [row, value] of labels(predictor.info, said).entries())
            assert.ok(agree(value, expected[row]), `seed ${seed}, row ${row}: ${value} for ${expected[row]}`);
        } catch (error) {
          isRefusal(/fails the self-test/)(error);
          refused++;
        }
      }
      assert.ok(refused > 0, 'no mutation is caught: the test shows nothing');
    });
  });
}

function served(path: string): Parameters<typeof openServing>[0] {
  return { path, name: undefined, role: 'champion' };
}

function writeSidecar(sidecar: object): string {
  writeFileSync(join(folder, 'model.model.json'), JSON.stringify(sidecar));
  return join(folder, 'model.bin');
}

function rowsOf({ table: { rows, width, values } }: Original): number[][] {
  return Array.from({ length: rows }, (_, row) => [...values.subarray(row * width, (row + 1) * width)]);
}

function labels(info: ModelInfo, said: Predictions): Value[] {
  return Array.from({ length: said.rows }, (_, row) => valueAt(info, said, row));
}

function agree(found: Value, expected: Value | undefined): boolean {
  if (typeof found !== 'number' || typeof expected !== 'number') return found === expected;
  return Math.abs(found - expected) <= TOLERANCE * Math.max(1, Math.abs(expected));
}

function isRefusal(reason: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof ModelLoadError, String(error));
    assert.match(error.message, reason);
    return true;
  };
}
