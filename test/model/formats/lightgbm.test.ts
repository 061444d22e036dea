import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import { Budget } from '../../../src/model/formats/budget.ts';
import { scoreForest } from '../../../src/model/formats/lightgbm/forest.ts';
import { readLightgbm } from '../../../src/model/formats/lightgbm/model.ts';
import { loadBytes } from '../../../src/model/load.ts';
import { ModelLoadError } from '../../../src/model/load-error.ts';
import { numbersToTable, rowsToTable } from '../../../src/model/table.ts';
import { boostersIn, compareBooster, unzipped } from './booster-golden.ts';
import { readTable } from './golden.ts';

const folder = join(import.meta.dirname, '../fixtures/lightgbm');
/** Links that go through exp. */
const THROUGH_EXP = /^(binary|three|cross_entropy|gamma|poisson)/;

void describe('LightGBM 4.7.0', () => {
  for (const { file, golden } of boostersIn(folder)) {
    const name = basename(file);
    void it(`${name} predicts what LightGBM predicted`, () => {
      const tolerance = THROUGH_EXP.test(name) ? 1e-12 : 0;
      compareBooster(
        file,
        golden,
        (found, expected) => Math.abs(found - expected) <= tolerance * Math.max(1, Math.abs(expected)),
      );
    });
    if (name.includes('.pkl') || golden.margin === undefined) continue;
    void it(`${name} has the raw scores to the bit`, () => {
      const bytes = unzipped(file);
      const { values, rows, width } = readTable(join(folder, golden.input), loadBytes(bytes));
      const model = readLightgbm(bytes, new Budget(bytes.length));
      const trees = model.rounds * model.width;
      const scores = scoreForest(model.forest, { values, rows, width, scores: model.width, trees });
      // LightGBM averages a random forest only after the raw scores
      assert.deepEqual([...scores], golden.margin?.flat());
    });
  }
});

void describe('a LightGBM model', () => {
  void it('says what it is', () => {
    const { info } = loadBytes(readFileSync(join(folder, 'three_ova.txt.gz')));
    assert.equal(info.format, 'LightGBM text, gzip');
    assert.equal(info.library, 'LightGBM');
    assert.equal(info.featureNames, undefined);
    assert.deepEqual(info.outputs, [{ name: 'prediction', classes: [0, 1, 2] }]);
    assert.match(info.steps[1] ?? '', /multiclassova num_class:3 sigmoid:1, 36 trees, \d+ nodes/);
    const wrapper = loadBytes(readFileSync(join(folder, 'three.pkl.gz'))).info;
    assert.equal(wrapper.estimator, 'LGBMClassifier');
    assert.deepEqual(wrapper.outputs[0]?.classes, ['high', 'low', 'mid']);
  });

  void it('takes the categories of a data frame by name; others are missing', () => {
    const codes = textOf('codes.txt.gz');
    const named = loadBytes(
      Buffer.from(codes.replace(/pandas_categorical:.*/, 'pandas_categorical:[["u","v","w","x","y","z"]]')),
    );
    assert.deepEqual(named.info.textFeatures, [4]);
    const plain = loadBytes(Buffer.from(codes));
    for (const [code, name] of ['u', 'v', 'w', 'x', 'y', 'z', 'other'].entries()) {
      const row = [0.3, -0.2, 5, 0.1];
      const byName = named.predict(rowsToTable([[...row, name]], named.info)).values;
      const byCode = plain.predict(
        rowsToTable([[...row, name === 'other' ? null : code]], plain.info),
      ).values;
      assert.deepEqual(byName, byCode, name);
    }
  });

  void it('says when the categorical columns cannot be told', () => {
    const text = textOf('regression.txt.gz').replace(/pandas_categorical:.*/, 'pandas_categorical:[["a"]]');
    assert.match(loadBytes(Buffer.from(text)).info.warnings[0] ?? '', /as their codes/);
  });

  void it('with one leaf a tree predicts its value', () => {
    const text = textOf('regression.txt.gz');
    const head = text.slice(0, text.indexOf('Tree=0'));
    const tree =
      'Tree=0\nnum_leaves=1\nnum_cat=0\nsplit_feature=\nthreshold=\nleft_child=\nleaf_value=0.25\nshrinkage=1\n';
    const model = loadBytes(Buffer.from(`${head}${tree}\nend of trees\n`));
    assert.deepEqual([...model.predict(numbersToTable(new Float64Array(10), 5)).values], [0.25, 0.25]);
  });
});

void describe('a hostile LightGBM file', () => {
  const cases: [string, RegExp, string, RegExp][] = [
    ['a cycle', /^left_child=\S+/m, 'left_child=0', /two parents/],
    ['a child beyond the nodes', /^right_child=\S+/m, 'right_child=99', /child 99/],
    ['a leaf beyond the leaves', /^right_child=\S+/m, 'right_child=-99', /child/],
    ['a feature that does not exist', /^split_feature=\S+/m, 'split_feature=17', /feature 17 of 5/],
    ['too few numbers', /^threshold=\S+ /m, 'threshold=', /'threshold' is not 11 numbers/],
    ['too many leaves', /^num_leaves=\d+/m, 'num_leaves=99999999', /is not|no '/],
    ['no numbers', /^leaf_value=\S+/m, 'leaf_value=x', /'leaf_value'/],
    [
      'too many names',
      /^feature_names=.*/m,
      `feature_names=${'a '.repeat(1e6)}`,
      /'feature_names' is not 5 words/,
    ],
    [
      'more scores than trees',
      /^num_tree_per_iteration=1/m,
      'num_tree_per_iteration=90000',
      /belong to a round/,
    ],
    ['no end', /^end of trees$/m, '', /cut off/],
    ['an unknown objective', /^objective=.*/m, 'objective=telepathy', /'telepathy' is not one/],
    ['an old version', /^version=.*/m, 'version=v1', /version 'v1'/],
  ];
  for (const [what, pattern, change, reason] of cases) {
    void it(`with ${what} is refused`, () => {
      const text = textOf('regression.txt.gz').replace(pattern, change);
      assert.throws(() => loadBytes(Buffer.from(text)), { name: 'ModelLoadError', message: reason });
    });
  }

  void it('with categories or linear leaves beyond what it has is refused', () => {
    const codes = textOf('codes.txt.gz').replace(/^cat_boundaries=0 \d+/m, 'cat_boundaries=0 4000000000');
    assert.throws(() => loadBytes(Buffer.from(codes)), ModelLoadError);
  });
});

function textOf(file: string): string {
  return Buffer.from(unzipped(join(folder, file))).toString('utf8');
}
