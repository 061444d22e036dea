import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import { Budget } from '../../../src/model/formats/budget.ts';
import { readXgboost } from '../../../src/model/formats/xgboost/file.ts';
import { marginsOf } from '../../../src/model/formats/xgboost/margins.ts';
import { loadBytes } from '../../../src/model/load.ts';
import { ModelLoadError } from '../../../src/model/load-error.ts';
import type { LoadedModel } from '../../../src/model/predictor.ts';
import { numbersToTable, rowsToTable } from '../../../src/model/table.ts';
import { boostersIn, compareBooster, singleSteps, unzipped } from './booster-golden.ts';
import { readTable } from './golden.ts';

const folder = join(import.meta.dirname, '../fixtures/xgboost');

for (const version of ['3.2.0', '1.7.4']) {
  void describe(`XGBoost ${version}`, () => {
    for (const { file, golden } of boostersIn(join(folder, version))) {
      void it(`${basename(file)} predicts what XGBoost predicted, within a float32 step`, () => {
        compareBooster(file, golden, (found, expected) => singleSteps(found, expected) <= 1);
      });
      if (/pkl|\.bin/.test(file) || golden.margin === undefined) continue;
      void it(`${basename(file)} has the raw margins to the bit`, () => {
        const bytes = unzipped(file);
        const { values, rows } = readTable(join(folder, version, golden.input), loadBytes(bytes));
        const model = readXgboost(bytes, new Budget(bytes.length));
        const singles = values.map((value) => Math.fround(value));
        const request = { values: singles, rows, rounds: model.bestRounds, inPlace: true };
        assert.deepEqual([...marginsOf(model, request)], golden.margin?.flat());
      });
    }
  });
}

void describe('an XGBoost model', () => {
  void it('says what it is', () => {
    const { info } = load('3.2.0/early_stop.ubj.gz');
    assert.equal(info.format, 'XGBoost UBJ, gzip');
    assert.equal(info.library, 'XGBoost');
    assert.equal(info.libraryVersion, '3.2.0');
    assert.equal(info.task, 'regression');
    assert.equal(info.featureCount, 5);
    assert.deepEqual(info.steps, [
      'Booster',
      '  reg:squarederror, 6 trees, 178 nodes, the best 4 of 6 rounds',
    ]);
    assert.deepEqual(load('3.2.0/codes_onehot.json.gz').info.featureNames, ['a', 'b', 'c', 'd', 'e']);
    const wrapper = load('3.2.0/binary.pkl.gz').info;
    assert.equal(wrapper.estimator, 'XGBClassifier');
    assert.deepEqual(wrapper.outputs, [{ name: 'prediction', classes: [0, 1] }]);
  });

  void it('refuses a text where it needs a number, and goes on with the other rows', () => {
    const model = load('3.2.0/squared.json.gz');
    const rows = [
      [1, 2, 3, 4, 5],
      [1, 2, 'three', 4, 5],
    ];
    const { values, refused } = model.predict(rowsToTable(rows, model.info));
    assert.ok(Number.isFinite(values[0]));
    assert.match(refused.get(1) ?? '', /the text 'three' where XGBoost needs a number/);
  });

  void it('takes categories by the names that the file has, and refuses others', () => {
    const cats = {
      enc: [{ offsets: [0, 3, 8], values: [...Buffer.from('redgreen')] }],
      feature_segments: [0, 2],
      sorted_idx: [1, 0],
    };
    const sets = { split_type: [1, 0, 0], categories: [1], categories_nodes: [0], categories_segments: [0] };
    const model = loadJson(document({ ...stump(), ...sets, categories_sizes: [1] }, { cats }));
    assert.deepEqual(model.info.textFeatures, [0]);
    const { values, refused } = model.predict(
      rowsToTable([['red'], ['green'], [null], ['blue']], model.info),
    );
    assert.deepEqual([...values.subarray(0, 3)], [-1.5, 2.5, 2.5]);
    assert.match(refused.get(3) ?? '', /category 'blue'/);
  });

  void it('adds leaves of several values, as a table or at every node', () => {
    const table = { ...stump(), right_children: [2, 0, 1], leaf_weights: [1, 2, 3, 4] };
    const each = { ...stump(), base_weights: [9, 9, 1, 2, 3, 4] };
    for (const tree of [table, each]) {
      const root = document({ ...tree, tree_param: { size_leaf_vector: '2' } }, {});
      root.learner.learner_model_param.num_target = '2';
      const model = loadJson(root);
      const { values } = model.predict(numbersToTable(Float64Array.of(-1, 1), 1));
      assert.deepEqual([...values], [1.5, 2.5, 3.5, 4.5]);
    }
  });

  void it('reads NaN and Infinity as XGBoost writes them', () => {
    const text = JSON.stringify(document(stump(), {})).replace(
      '"split_conditions":[0',
      '"split_conditions":[Infinity',
    );
    const { values } = loadBytes(Buffer.from(text)).predict(numbersToTable(Float64Array.of(7), 1));
    assert.deepEqual([...values], [-1.5]);
  });
});

void describe('a hostile XGBoost file', () => {
  const cases: [string, Record<string, unknown>, RegExp][] = [
    ['a cycle', { left_children: [0, -1, -1] }, /two parents/],
    ['a child beyond the nodes', { right_children: [7, -1, -1] }, /child 7 of 3/],
    ['a feature that does not exist', { split_indices: [3, 0, 0] }, /feature 3 of 1/],
    ['arrays of different lengths', { default_left: [0] }, /different lengths/],
    [
      'no nodes',
      { left_children: [], right_children: [], split_indices: [], split_conditions: [], default_left: [] },
      /no nodes/,
    ],
    [
      'a category beyond the largest',
      {
        split_type: [1, 0, 0],
        categories: [2 ** 30],
        categories_nodes: [0],
        categories_segments: [0],
        categories_sizes: [1],
      },
      /no whole number up to/,
    ],
    [
      'categories beyond their list',
      {
        split_type: [1, 0, 0],
        categories: [1],
        categories_nodes: [0],
        categories_segments: [5],
        categories_sizes: [9],
      },
      /split by category in it is damaged/,
    ],
    ['a leaf without values', { tree_param: { size_leaf_vector: '2' }, leaf_weights: [1, 2] }, /no values/],
  ];
  for (const [what, change, reason] of cases) {
    void it(`with ${what} is refused`, () => {
      const root = document({ ...stump(), ...change }, {});
      if (what.startsWith('a leaf')) root.learner.learner_model_param.num_target = '2';
      refuses(Buffer.from(JSON.stringify(root)), reason);
    });
  }

  void it('that nests deeply is refused, as JSON and UBJSON', () => {
    refuses(Buffer.from(`{"learner":${'['.repeat(1e6)}`), /more than 64 deep/);
    const key = [...Buffer.from('{L\0\0\0\0\0\0\0\x01a', 'latin1')];
    refuses(Uint8Array.from([...key, ...Array.from({ length: 1000 }, () => 0x5b)]), /more than 64 deep/);
  });

  void it('that asks for more memory than its size justifies is refused before it is taken', () => {
    refuses(Buffer.from(`{"learner":[${'[],'.repeat(5e6)}[]]}`), /far more memory/);
    const typed = Buffer.from('{L\0\0\0\0\0\0\0\x01a[$L#L\x7f\xff\xff\xff\xff\xff\xff\xff', 'latin1');
    refuses(typed, /declares more than there is/);
  });

  void it('with more scores than trees is refused', () => {
    const root = document(stump(), {});
    root.learner.learner_model_param.num_class = '90000';
    root.learner.learner_model_param.base_score = '0.5';
    refuses(Buffer.from(JSON.stringify(root)), /1 trees for 90000 scores/);
  });

  void it('that is cut off anywhere is refused', () => {
    for (const file of ['3.2.0/early_stop.ubj.gz', '1.7.4/linear_gaps.bin.gz', '3.2.0/linear.json.gz']) {
      const bytes = unzipped(join(folder, file));
      for (let length = 20; length < bytes.length - 40; length += 97) {
        // the binary format ends with attributes that a shorter file need not have
        if (file.includes('.bin') && length > bytes.length - 2000) break;
        assert.throws(() => loadBytes(bytes.subarray(0, length)), ModelLoadError, `${file} at ${length}`);
      }
    }
  });
});

function load(file: string): LoadedModel {
  return loadBytes(readFileSync(join(folder, file)));
}

function refuses(bytes: Uint8Array, reason: RegExp): void {
  assert.throws(() => loadBytes(bytes), { name: 'ModelLoadError', message: reason });
}

function loadJson(root: object): LoadedModel {
  return loadBytes(Buffer.from(JSON.stringify(root)));
}

/** x < 0 → -2, else 2; a missing value goes right. */
function stump(): Record<string, unknown> {
  return {
    left_children: [1, -1, -1],
    right_children: [2, -1, -1],
    split_indices: [0, 0, 0],
    split_conditions: [0, -2, 2],
    default_left: [0, 0, 0],
  };
}

function document(tree: Record<string, unknown>, model: Record<string, unknown>) {
  return {
    learner: {
      attributes: {},
      feature_names: [],
      gradient_booster: {
        name: 'gbtree',
        model: { gbtree_model_param: { num_parallel_tree: '1' }, tree_info: [0], trees: [tree], ...model },
      },
      learner_model_param: { base_score: '[5E-1]', num_class: '0', num_feature: '1', num_target: '1' },
      objective: { name: 'reg:squarederror' },
    },
    version: [3, 2, 0],
  };
}
