import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { servedScore } from '../../src/stats/class-score.ts';
import { isotonic } from '../../src/stats/isotonic.ts';
import { recalibrate } from '../../src/stats/recalibration.ts';
import { expectedFigures, realisedFigures } from '../../src/stats/score-cell-figures.ts';
import {
  type ScoredCell,
  binsOfCells,
  emptyScoreCells,
  listScoreCells,
  mergeScoreCells,
  putScore,
  readScoreCells,
  scoreBin,
  storedScoreCells,
} from '../../src/stats/score-cells.ts';
import { uniforms } from './stream.ts';

fc.configureGlobal({ seed: 20_010_202 });

function oracle(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`oracles/${name}.json`, import.meta.url), 'utf8'));
}

const SCORE = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.double({ min: 0, max: 1, noNaN: true }).map((x) => x ** 8),
  fc.constantFrom(0, 2 ** -13, 0.25, 0.5, 0.75, 1 - 2 ** -13, 1),
);
const ROWS = fc.array(fc.record({ score: SCORE, served: fc.boolean(), positive: fc.boolean() }), {
  maxLength: 60,
});

function cellsOf(rows: readonly ScoredCell[]): ReturnType<typeof emptyScoreCells> {
  const state = emptyScoreCells();
  for (const row of rows) putScore(state, row, 1);
  return state;
}

test('a bin is at most an eighth as wide as its scores are away from 0 or 1, and bins follow the scores', () => {
  fc.assert(
    fc.property(SCORE, SCORE, (a, b) => {
      const [low, high] = a <= b ? [a, b] : [b, a];
      const [first, second] = [scoreBin(low), scoreBin(high)];
      assert.ok(first <= second);
      if (first !== second) return;
      const size = Math.min(high, 1 - low);
      assert.ok(high - low <= Math.max(size / 8, 2 ** -16) + 1e-12, `${low} and ${high}`);
    }),
  );
  assert.equal(scoreBin(0), 0);
  assert.equal(scoreBin(1), 208);
  for (const bad of [-0.1, 1.1, Number.NaN]) assert.throws(() => scoreBin(bad), RangeError);
});

test('cells are the same however rows were added, taken out, merged and stored', () => {
  fc.assert(
    fc.property(ROWS, ROWS, ROWS, (kept, gone, others) => {
      const state = cellsOf([...gone, ...kept.toReversed()]);
      const other = cellsOf(others);
      // What one writer put in another may take out.
      for (const row of gone) putScore(other, row, -1);
      mergeScoreCells(state, readScoreCells(JSON.parse(JSON.stringify(storedScoreCells(other))) as never));
      assert.deepEqual(state, cellsOf([...kept, ...others]));
      assert.equal(
        listScoreCells(state).reduce((sum, { rows }) => sum + rows, 0),
        kept.length + others.length,
      );
    }),
  );
});

test('isotonic regression and what lies between agree with scikit-learn', () => {
  const cases = oracle('isotonic') as { seed: number; rows: number; fitted: number[] }[];
  for (const { seed, rows, fitted } of cases) {
    const next = uniforms(seed);
    const state = emptyScoreCells();
    for (let i = 0; i < rows; i++) {
      const score = (Math.floor(next() * 28) + 2) / 32;
      putScore(state, { score, served: score >= 0.5, positive: next() < 0.3 + 0.4 * score }, 1);
    }
    const found = recalibrate(state);
    assert.equal(found.labels, rows);
    for (const [i, expected] of fitted.entries()) {
      const score = i / 64;
      const mixed = (rows * expected + 50 * score) / (rows + 50);
      assert.ok(Math.abs(found.probabilityOf(score) - mixed) < 1e-9, `${rows} rows at ${score}`);
    }
  }
  assert.deepEqual(isotonic([]), []);
});

test('without a label a probability stays as it came, and recalibrated ones never fall', () => {
  assert.equal(recalibrate(emptyScoreCells()).probabilityOf(0.3), 0.3);
  fc.assert(
    fc.property(ROWS, SCORE, SCORE, (rows, a, b) => {
      const { probabilityOf } = recalibrate(cellsOf(rows));
      const [low, high] = [probabilityOf(Math.min(a, b)), probabilityOf(Math.max(a, b))];
      assert.ok(low >= 0 && low <= high + 1e-12 && high <= 1 + 1e-12);
    }),
  );
});

test('figures expected of cells are those of CBPE on single rows, to the width of a bin', () => {
  const reference = (oracle('references') as { cbpe: Record<string, number> & { p: number[] } }).cbpe;
  const state = cellsOf(reference.p.map((score) => ({ score, served: score >= 0.5, positive: false })));
  const { figures, kinds } = expectedFigures(listScoreCells(state), {
    probabilityOf: (score) => score,
    ofTwo: true,
  });
  for (const name of ['accuracy', 'precision', 'recall', 'f1'] as const) {
    assert.ok(Math.abs(figures[name]! - reference[name]!) < 1e-6, name);
  }
  assert.ok(Math.abs(figures['roc_auc']! - 0.8478073) < 1e-6);
  const expected = kinds.tp + kinds.fp + kinds.fn + kinds.tn;
  assert.ok(Math.abs(expected - reference.p.length) < 1e-6);
});

test('what was realised is counted: scikit-learn’s figures of the same labels, AUC with ties in a bin', () => {
  const rows = [
    { score: 0.9, served: true, positive: true },
    { score: 0.8, served: true, positive: false },
    { score: 0.7, served: false, positive: true },
    { score: 0.2, served: false, positive: false },
    { score: 0.1, served: false, positive: false },
  ];
  // accuracy_score, precision_score, recall_score, f1_score, roc_auc_score
  const known = { accuracy: 0.6, precision: 0.5, recall: 0.5, specificity: 2 / 3, f1: 0.5, roc_auc: 5 / 6 };
  const found = realisedFigures(listScoreCells(cellsOf(rows)), true);
  assert.deepEqual(Object.keys(found).sort(), Object.keys(known).sort());
  for (const [name, value] of Object.entries(known)) {
    assert.ok(Math.abs(found[name]! - value) < 1e-12, name);
  }
  assert.deepEqual(realisedFigures([], true), {});
  const tie = cellsOf([
    { score: 0.5, served: true, positive: true },
    { score: 0.5, served: false, positive: false },
  ]);
  assert.equal(realisedFigures(listScoreCells(tie), true)['roc_auc'], 0.5);
  assert.deepEqual(
    binsOfCells(listScoreCells(tie)).map(({ rows: count, positives }) => [count, positives]),
    [[2, 1]],
  );
});

test('a score is that of the positive of two classes; of more, how sure the model is of what it served', () => {
  assert.deepEqual(servedScore('no', { no: 0.7, yes: 0.3 }), {
    positive: 'yes',
    negative: 'no',
    score: 0.3,
    served: false,
  });
  const three = { a: 0.5, b: 0.3, c: 0.2 };
  assert.deepEqual(servedScore('b', three), { positive: '', negative: '', score: 0.3, served: true });
  assert.equal(servedScore('d', three)?.score, 0);
  assert.equal(servedScore('a', { a: 0.5 }), undefined);
  assert.equal(servedScore('a', undefined), undefined);
});
