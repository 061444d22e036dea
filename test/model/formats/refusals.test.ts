import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { loadBytes } from '../../../src/model/load.ts';
import { valueAt, type LoadedModel } from '../../../src/model/predictor.ts';
import { rowsToTable } from '../../../src/model/table.ts';
import type { Cell } from '../../../src/wire/records.ts';

const folder = join(import.meta.dirname, '../fixtures');

function load(file: string): LoadedModel {
  return loadBytes(readFileSync(join(folder, file)));
}

const GOOD = [0.5, -1, 20, 0.1, 0.2, 2];

void it('a missing value refuses its row by the name of the estimator, and the others go on', () => {
  const model = load('sklearn-1.2.1/linear.p4.pkl');
  const alone = model.predict(rowsToTable([GOOD], model.info));
  const { values, refused } = model.predict(rowsToTable([GOOD, [0.5, null, 20, 0, 0, 2], GOOD], model.info));
  assert.deepEqual([...refused], [[1, 'feature 2 is missing (NaN), which LinearRegression does not take']]);
  assert.deepEqual([...values], [alone.values[0], NaN, alone.values[0]]);
});

void it('text where a number is needed refuses its row', () => {
  const model = load('sklearn-1.2.1/scaled_linear.p4.pkl');
  const rows: Cell[][] = [GOOD, ['high', 1, 1, 1, 1, 1]];
  const { refused } = model.predict(rowsToTable(rows, model.info));
  assert.deepEqual([...refused], [[1, "feature 1 is the text 'high' where StandardScaler needs a number"]]);
});

void it('trees of a version that takes no missing values refuse them, histogram boosting takes them', () => {
  const row = [null, -1, 20, 0.1, 0.2, 2];
  const forest = load('sklearn-1.2.1/forest.p4.pkl');
  assert.equal(forest.predict(rowsToTable([row], forest.info)).refused.size, 1);
  const boosting = load('sklearn-1.2.1/hist_boosting.p4.pkl');
  assert.equal(boosting.predict(rowsToTable([row], boosting.info)).refused.size, 0);
});

void it('a value too large for float32 refuses its row in a tree', () => {
  const model = load('sklearn-1.2.1/tree.p4.pkl');
  const { refused } = model.predict(rowsToTable([[1e39, 0, 0, 0, 0, 0]], model.info));
  assert.match(refused.get(0) ?? '', /too large/);
});

void it('a refused row has no prediction to ask for, and no probabilities', () => {
  const model = load('sklearn-1.2.1/tree_words.p4.pkl');
  const predictions = model.predict(rowsToTable([[1, 2], GOOD], model.info));
  assert.throws(() => valueAt(model.info, predictions, 0), RangeError);
  assert.deepEqual([...(predictions.probabilities?.subarray(0, 3) ?? [])], [NaN, NaN, NaN]);
  assert.equal(typeof valueAt(model.info, predictions, 1), 'string');
});

void it('a batch gives what its rows give one by one', () => {
  for (const name of [
    'forest',
    'boosting_words',
    'hist_boosting',
    'tree_words',
    'linear_two_outputs',
    'svr',
    'neighbours',
  ]) {
    const model = load(`sklearn-1.2.1/${name}.p4.pkl`);
    const rows = Array.from({ length: 37 }, (_, row) =>
      GOOD.map((value, at) => value + Math.sin(row * 7 + at * 3)),
    );
    const together = model.predict(rowsToTable(rows, model.info));
    const width = model.info.outputs.length;
    for (const [row, features] of rows.entries()) {
      const alone = model.predict(rowsToTable([features], model.info));
      assert.deepEqual(
        [...together.values.subarray(row * width, (row + 1) * width)],
        [...alone.values],
        name,
      );
    }
  }
});

void it('an empty batch gives no predictions', () => {
  for (const name of ['linear', 'forest_binary', 'columns_onehot', 'mlp_binary']) {
    const model = load(`sklearn-1.2.1/${name}.p4.pkl`);
    assert.equal(model.predict(rowsToTable([], model.info)).values.length, 0);
  }
});

void it('what is known of a model: task, classes, columns, texts, a line per step', () => {
  const { info } = load('more-sklearn-1.0.2/table_logistic.pkl');
  assert.equal(info.library, 'scikit-learn');
  assert.equal(info.libraryVersion, '1.0.2');
  assert.equal(info.task, 'binary');
  assert.deepEqual(info.outputs, [{ name: 'prediction', classes: ['leaves', 'stays'] }]);
  assert.deepEqual(info.featureNames, ['age', 'income', 'city', 'plan', 'visits']);
  assert.deepEqual(info.textFeatures, [2, 3]);
  assert.equal(info.sha256.length, 64);
  assert.deepEqual(info.steps, [
    'Pipeline',
    '  ColumnTransformer',
    '    columns age, income, visits:',
    '      Pipeline',
    '        SimpleImputer',
    '        StandardScaler',
    '    columns city, plan:',
    '      OneHotEncoder',
    '  LogisticRegression',
  ]);
});

void it('several outputs are named by their number', () => {
  const { outputs } = load('sklearn-1.2.1/linear_two_outputs.p4.pkl').info;
  assert.deepEqual(
    outputs.map(({ name }) => name),
    ['prediction_0', 'prediction_1'],
  );
});

void it('the format says what wrote a file and how it is packed', () => {
  assert.equal(load('sklearn-1.2.1/linear.p4.pkl').info.format, 'pickle protocol 4');
  assert.equal(load('sklearn-1.4.2/linear.p2.pkl').info.format, 'pickle protocol 2');
  assert.equal(load('sklearn-1.4.2/linear.joblib.gz').info.format, 'joblib, pickle protocol 4, gzip');
  assert.equal(load('more-sklearn-1.9.1/lasso_cv.joblib').info.format, 'joblib, pickle protocol 4, zlib');
});
