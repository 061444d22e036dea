import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_FURTHER_FIGURES } from '../../src/metric/figures/figure-settings.ts';
import type { Outcome } from '../../src/metric/ledger/ledger.ts';
import { ModelFigures } from '../../src/metric/figures/model-figures.ts';
import { chartsOf } from '../../src/metric/snapshot/shown-charts.ts';
import type { Value } from '../../src/wire/records.ts';
import type { GridSnapshot } from '../../src/wire/snapshot.ts';
import { random } from '../plot/snapshots.ts';
import { outcomeOf, revisionOf } from './outcome-rows.ts';

/** An outcome of these values whose truth came so many seconds after its prediction. */
function outcome(values: {
  truth: Value;
  prediction: Value;
  previous?: Value;
  lagSeconds?: number;
  proba?: Record<string, number>;
}): Outcome {
  const { truth, prediction, previous, lagSeconds = 90, proba } = values;
  const row = { id: '1', truth: previous ?? truth, prediction, atMs: 1e9, lagMs: 1_000 * lagSeconds };
  const first = outcomeOf({ ...row, ...(proba && { proba }) }, 1);
  return previous === undefined ? first : revisionOf(first, truth, 2);
}

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

/** The count of the cell that holds a pair. */
function countAt({ x, y, counts }: GridSnapshot, px: number, py: number): number {
  const [i, j] = [Math.floor((px - x.from) / x.width), Math.floor((py - y.from) / y.width)];
  return i < 0 || i >= x.cells || j < 0 || j >= y.cells ? 0 : counts[j * x.cells + i]!;
}

test('a regression is counted by prediction and truth, a revision moves its outcome, and figures of two writers add up', () => {
  const next = random(3);
  const [one, other] = [1, 2].map(() => new ModelFigures('regression', NO_FURTHER_FIGURES)) as [
    ModelFigures,
    ModelFigures,
  ];
  for (let i = 0; i < 500; i++) {
    const [truth, prediction] = [next() * 100, next() * 100];
    (i % 2 === 0 ? one : other).add(outcome({ truth, prediction, lagSeconds: i === 0 ? 7_000 : 90 }));
  }
  one.add(outcome({ truth: -900, prediction: 42 }));
  one.add(outcome({ truth: 900, prediction: 42, previous: -900 }));
  one.merge(other);
  const { scatter, residuals, lag, confusion, curves } = chartsOf(one);
  assert.ok(scatter && residuals && lag);
  assert.deepEqual([sum(scatter.counts), sum(residuals.counts), sum(lag.counts)], [501, 501, 501]);
  assert.deepEqual([countAt(scatter, 42, 900), countAt(scatter, 42, -900)], [1, 0]);
  assert.deepEqual([countAt(residuals, 42, 42 - 900), countAt(residuals, 42, 942)], [1, 0]);
  const counted = lag.counts.flatMap((count, i) =>
    count === 0 ? [] : [[lag.edges[i], lag.edges[i + 1], count]],
  );
  assert.deepEqual(counted, [
    [60, 120, 500],
    [3_600, 7_200, 1],
  ]);
  assert.deepEqual([confusion, curves], [undefined, undefined]);
});

test('two classes with probabilities have a confusion matrix and curves that count every outcome', () => {
  const next = random(4);
  const figures = new ModelFigures('classification', NO_FURTHER_FIGURES);
  for (let i = 0; i < 400; i++) {
    const p = next();
    figures.add(
      outcome({ truth: next() < p ? 1 : 0, prediction: p > 0.5 ? 1 : 0, proba: { 0: 1 - p, 1: p } }),
    );
  }
  const { confusion, curves, scatter } = chartsOf(figures);
  assert.ok(confusion && curves);
  assert.deepEqual([confusion.labels, sum(confusion.counts.flat())], [['0', '1'], 400]);
  assert.equal(curves.positive, '1');
  assert.deepEqual([curves.roc[0], curves.roc.at(-1), curves.precisionRecall[0]![0]], [[0, 0], [1, 1], 1]);
  assert.equal(sum(curves.calibration.map(({ rows }) => rows)), 400);
  assert.equal(scatter, undefined);
});

test('of ever new labels a confusion matrix shows those with most truths, and the others together', () => {
  const figures = new ModelFigures('classification', NO_FURTHER_FIGURES);
  for (let i = 0; i < 60; i++) {
    for (let n = 0; n <= i; n++) figures.add(outcome({ truth: `label ${i}`, prediction: 'label 59' }));
  }
  const { confusion } = chartsOf(figures);
  assert.equal(confusion?.labels.length, 24);
  assert.deepEqual([confusion.labels[0], confusion.labels.at(-1)], ['label 37', '(other)']);
  assert.equal(sum(confusion.counts.flat()), (60 * 61) / 2);
  assert.deepEqual(
    confusion.counts[22],
    Array.from({ length: 24 }, (_, i) => (i === 22 ? 60 : 0)),
  );
});
