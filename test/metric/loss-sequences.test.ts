import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  emptyRegressionSequences,
  observeError,
  observeErrors,
} from '../../src/metric/ordered/loss-sequences.ts';
import { INTERVAL_METHODS } from '../../src/metric/ordered/sequence-levels.ts';
import { BLOCK_ROWS, RegressionBlock } from '../../src/stats/regression-block.ts';

fc.configureGlobal({ seed: 20_010_301 });

/** Numbers of every size that can be scored, and those where formulas have an edge. */
const value = fc.oneof(
  fc.double({ min: -1e100, max: 1e100, noNaN: true }),
  fc.double({ min: -1e3, max: 1e3, noNaN: true }),
  fc.constantFrom(0, -0, 1, 5e-324, 1e100),
);
const row = fc.record({ truth: value, prediction: value, median: value, mean: value, last: value });

for (const method of INTERVAL_METHODS) {
  test(`first truths observed as a block leave the sequences that they leave one by one (${method})`, () => {
    const settings = { errorMax: 20, pinball: [0.1, 0.5], relative: true, method };
    const rows = fc.array(row, { minLength: 1, maxLength: BLOCK_ROWS, size: 'max' });
    const same = fc.property(rows, fc.boolean(), (all, isNaive) => {
      const [alone, together] = [emptyRegressionSequences(settings), emptyRegressionSequences(settings)];
      const block = new RegressionBlock();
      for (const { truth, prediction, ...naive } of all) {
        const baselines = isNaive ? naive : undefined;
        const error = prediction - truth;
        observeError(alone, { error, truth, prediction, baselines, covered: undefined }, settings);
        block.put(truth, prediction, baselines);
      }
      observeErrors(together, block, settings);
      assert.deepEqual(together, alone);
    });
    fc.assert(same, { numRuns: 20 });
  });
}
