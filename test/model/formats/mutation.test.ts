import { it } from 'node:test';
import { originalOf } from './fuzz-corpus.ts';
import { fuzzTrial } from './fuzz-trial.ts';

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
  'lightgbm/codes.txt.gz',
  'lightgbm/zero_missing.txt.gz',
  'lightgbm/linear_tree.pkl.gz',
  'xgboost/3.2.0/early_stop.ubj.gz',
  'xgboost/3.2.0/linear.json.gz',
  'xgboost/1.7.4/early_three.bin.gz',
  'xgboost/3.2.0/hinge.pkl.gz',
];
const ROUNDS = Number(process.env['AFTERMATH_MUTATIONS'] ?? 300);

for (const [index, name] of MODELS.entries()) {
  void it(`${ROUNDS} mutations of ${name} load or are refused, quickly, and predict without a throw`, () => {
    const original = originalOf(name);
    for (let round = 0; round < ROUNDS; round++) fuzzTrial(original, index * 1_000_003 + round);
  });
}
