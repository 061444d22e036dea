import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { loadBytes } from '../../../src/model/load.ts';
import { ModelLoadError } from '../../../src/model/load_error.ts';
import { numbersToTable } from '../../../src/model/table.ts';
import { mutate } from './mutate.ts';

const folder = join(import.meta.dirname, '../fixtures');
const MODELS = [
  'sklearn-1.2.1/linear.p4.pkl',
  'sklearn-1.2.1/columns_onehot.p4.pkl',
  'sklearn-1.2.1/tree.p4.pkl',
  'sklearn-1.2.1/tree_words.p4.pkl',
  'sklearn-1.2.1/boosting_binary.p4.pkl',
  'sklearn-1.2.1/hist_boosting_binary.p4.pkl',
  'sklearn-1.2.1/svr.p4.pkl',
  'sklearn-1.2.1/mlp_binary.p4.pkl',
  'sklearn-1.2.1/neighbours.p4.pkl',
  'sklearn-1.4.2/linear.joblib',
  'sklearn-1.4.2/linear.p2.pkl',
  'more-sklearn-1.0.2/hist_boosting_codes.pkl',
  'more-sklearn-1.0.2/calibrated_sigmoid.pkl',
  'more-sklearn-1.0.2/table_logistic.pkl',
];
const ROUNDS = Number(process.env['AFTERMATH_MUTATIONS'] ?? 300);

for (const [index, file] of MODELS.entries()) {
  void it(`${ROUNDS} mutations of ${file} load or are refused, quickly, and predict without a throw`, () => {
    const original = readFileSync(join(folder, file));
    for (let round = 0; round < ROUNDS; round++) {
      const bytes = mutate(original, index * 1_000_003 + round);
      const started = performance.now();
      try {
        const model = loadBytes(bytes);
        const width = model.info.featureCount ?? 1;
        if (width <= 10_000) model.predict(numbersToTable(new Float64Array(3 * width).fill(0.5), width));
      } catch (error) {
        if (!(error instanceof ModelLoadError))
          throw new Error(`round ${round} of ${file}`, { cause: error });
      }
      assert.ok(performance.now() - started < 1_000, `round ${round} took a second`);
    }
  });
}
