import assert from 'node:assert/strict';
import { test } from 'node:test';
import { averagePrecision, rocAuc, tieGroups } from '../../src/stats/score-ranking.ts';
import { precisionRecallPoints, rocPoints, type CurvePoint } from '../../src/stats/score-curves.ts';
import { addCount, countsBetween, emptySketch } from '../../src/stats/count-sketch.ts';
import { random } from '../plot/snapshots.ts';

/** scikit-learn 1.2.1: roc_curve(y, s, drop_intermediate=False), precision_recall_curve(y, s), of its own example. */
const EXAMPLE = tieGroups([
  { score: 0.1, positive: false },
  { score: 0.4, positive: false },
  { score: 0.35, positive: true },
  { score: 0.8, positive: true },
]);

test('the curves of a small example are those of scikit-learn', () => {
  assert.deepEqual(rocPoints(EXAMPLE, 200), [
    [0, 0],
    [0, 0.5],
    [0.5, 0.5],
    [0.5, 1],
    [1, 1],
  ]);
  assert.deepEqual(precisionRecallPoints(EXAMPLE, 200), [
    [1, 0.5],
    [1, 2 / 3],
    [0.5, 0.5],
    [0.5, 1],
  ]);
});

test('the area under the points is the area of the figure, and thinning changes it little', () => {
  const next = random(5);
  const groups = tieGroups(
    Array.from({ length: 5_000 }, () => {
      const positive = next() < 0.3;
      return { positive, score: Math.round(1_000 * (0.6 * next() + (positive ? 0.3 : 0))) / 1_000 };
    }),
  );
  const area = rocAuc(groups)!.value;
  assert.ok(Math.abs(areaUnder(rocPoints(groups, 1e6)!) - area) < 1e-12);
  const thin = rocPoints(groups, 200)!;
  assert.ok(thin.length <= 200);
  assert.ok(Math.abs(areaUnder(thin) - area) < 1e-3);
  const precision = precisionRecallPoints(groups, 200)!;
  assert.ok(precision.length <= 200);
  assert.equal(precision[0]![0], 1);
  const steps = precisionRecallPoints(groups, 1e6)!.toReversed();
  const average = steps.reduce((sum, [recall, p], i) => sum + (recall - (steps[i - 1]?.[0] ?? 0)) * p, 0);
  assert.ok(Math.abs(average - averagePrecision(groups)!.value) < 1e-12);
});

test('there is no curve without both classes, and no precision without a positive row', () => {
  assert.equal(rocPoints([], 200), undefined);
  assert.equal(rocPoints([{ positive: 3, negative: 0 }], 200), undefined);
  assert.equal(precisionRecallPoints([{ positive: 0, negative: 3 }], 200), undefined);
  assert.deepEqual(precisionRecallPoints([{ positive: 2, negative: 0 }], 200), [[1, 1]]);
});

test('counts between edges of one’s own add up, what lies outside is in the outermost', () => {
  const sketch = emptySketch();
  for (const value of [0, 0, 0.4, 1, 59, 60, 61, 3_600, 1e9]) addCount(sketch, value, 1);
  assert.deepEqual(countsBetween(sketch, [0, 1, 60, 3_600, 86_400]), [3, 2, 2, 2]);
});

function areaUnder(points: readonly CurvePoint[]): number {
  return points.slice(1).reduce((sum, [x, y], i) => sum + ((x - points[i]![0]) * (y + points[i]![1])) / 2, 0);
}
