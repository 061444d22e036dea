import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  add,
  addAll,
  addProduct,
  addSquares,
  emptySum,
  exactly,
  valueOf,
} from '../../src/stats/exact-sum.ts';
import { BLOCK_ROWS, RegressionBlock, isScorable } from '../../src/stats/regression-block.ts';
import { addRegressionBlock, regression } from '../../src/stats/regression.ts';
import { addRelativeBlock, relativeErrors } from '../../src/stats/relative-errors.ts';
import { addSkillBlock, skill } from '../../src/stats/skill.ts';

fc.configureGlobal({ seed: 20_010_201 });

/** Numbers of every size that can be scored, and those where formulas have an edge. */
const value = fc.oneof(
  fc.double({ min: -1e100, max: 1e100, noNaN: true }),
  fc.double({ min: -1e3, max: 1e3, noNaN: true }),
  fc.double({ min: -1e-300, max: 1e-300, noNaN: true }),
  fc.constantFrom(0, -0, 1, 5e-324, 1e100),
);

test('values and squares added many at a time make the sum that they make one by one', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 700, size: 'max' }), (values) => {
      const all = Float64Array.from(values);
      const [sum, squares, whole, wholeSquares] = [emptySum(), emptySum(), emptySum(), emptySum()];
      for (const each of values) {
        add(sum, each);
        addProduct(squares, each, each);
      }
      addAll(whole, all, all.length);
      addSquares(wholeSquares, all, all.length);
      assert.equal(valueOf(whole), valueOf(sum));
      assert.equal(valueOf(wholeSquares), valueOf(squares));
      for (const each of values) {
        add(whole, -each);
        addProduct(wholeSquares, -each, each);
      }
      assert.equal(exactly(whole).units, 0n);
      assert.equal(exactly(wholeSquares).units, 0n);
    }),
    { numRuns: 60 },
  );
});

test('outcomes added as a block leave the bytes that they leave one by one', () => {
  const row = fc.record({ truth: value, prediction: value, median: value, mean: value, last: value });
  fc.assert(
    fc.property(fc.array(row, { maxLength: BLOCK_ROWS, size: 'max' }), fc.boolean(), (rows, isNaive) => {
      const block = new RegressionBlock();
      const alone = { errors: regression.empty(), relative: relativeErrors.empty(), skill: skill.empty() };
      const together = { errors: regression.empty(), relative: relativeErrors.empty(), skill: skill.empty() };
      for (const { truth, prediction, ...naive } of rows) {
        const baselines = isNaive ? naive : undefined;
        assert.ok(block.hasRoom(isNaive));
        block.put(truth, prediction, baselines);
        regression.add(alone.errors, { truth, prediction });
        relativeErrors.add(alone.relative, { truth, prediction });
        if (isNaive) skill.add(alone.skill, { truth, prediction, baselines });
      }
      addRegressionBlock(together.errors, block);
      addRelativeBlock(together.relative, block);
      if (block.hasBaselines) addSkillBlock(together.skill, block);
      assert.deepEqual(regression.encode(together.errors), regression.encode(alone.errors));
      assert.deepEqual(relativeErrors.encode(together.relative), relativeErrors.encode(alone.relative));
      assert.deepEqual(skill.encode(together.skill), skill.encode(alone.skill));
    }),
    { numRuns: 60 },
  );
});

test('a block has room for so many outcomes, all with naive answers or all without', () => {
  const block = new RegressionBlock();
  const naive = { median: 1, mean: 2, last: 3 };
  for (let i = 0; i < BLOCK_ROWS; i++) {
    assert.ok(block.hasRoom(true));
    block.put(i, i + 1, naive);
    assert.ok(!block.hasRoom(false));
  }
  assert.ok(!block.hasRoom(true));
  block.clear();
  assert.ok(block.hasRoom(false) && block.count === 0);
});

test('what cannot be scored is no number of a block', () => {
  for (const each of [NaN, Infinity, -Infinity, 1.1e100, '1', true, undefined]) assert.ok(!isScorable(each));
  for (const each of [0, -0, 1e100, -1e100, 5e-324]) assert.ok(isScorable(each));
});
