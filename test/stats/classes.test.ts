import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { calibration, calibrationCurve } from '../../src/stats/calibration.ts';
import { brier, classProbabilities } from '../../src/stats/class-probabilities.ts';
import { classification } from '../../src/stats/classification.ts';
import { binaryFigures, confusionOf, multiclassFigures } from '../../src/stats/confusion.ts';
import type { Figures, LinearFigures } from '../../src/stats/figure.ts';
import { averagePrecision, rocAuc, tieGroups, tieGroupsOf } from '../../src/stats/score-ranking.ts';
import type { ScoredRow } from '../../src/stats/score-ranking.ts';
import { scoreSketch } from '../../src/stats/score-sketch.ts';
import { uniforms } from './stream.ts';

fc.configureGlobal({ seed: 20_010_201 });

type Golden = Readonly<Record<string, number | number[] | null>>;
const golden = JSON.parse(readFileSync(new URL('oracles/classes.json', import.meta.url), 'utf8')) as Record<
  'unweighted' | 'weighted',
  { binary: Golden[]; multiclass: Golden[] }
> & { calibration_curve: [number[], number[]] };

const NAMES = ['apple', 'fig', 'pear', 'plum'] as const;

/** As oracles/classes.py makes them. */
function binary(seed: number, rows: number): Required<ScoredRow>[] {
  const u = uniforms(seed);
  return Array.from({ length: rows }, () => {
    const p = u();
    const positive = u() < p * 0.8;
    return { positive, score: roundHalfEven(p * 50) / 50, weight: u() * 3 };
  });
}

function roundHalfEven(x: number): number {
  return x % 1 === 0.5 ? 2 * Math.round(x / 2) : Math.round(x);
}

function multiclass(
  seed: number,
  rows: number,
): { truth: string; proba: Record<string, number>; weight: number }[] {
  const u = uniforms(seed);
  return Array.from({ length: rows }, () => {
    const truth = Math.floor(u() * 4);
    const p = NAMES.map((_, i) => u() + (i === truth ? 1 : 0) * u());
    const total = p[0]! + p[1]! + p[2]! + p[3]!;
    const proba = Object.fromEntries(NAMES.map((name, i) => [name, p[i]! / total]));
    return { truth: NAMES[truth]!, proba, weight: u() * 3 };
  });
}

function assertFigures(found: Figures, expected: Golden, when: string): void {
  for (const [name, value] of Object.entries(expected)) {
    if (Array.isArray(value)) continue;
    const own = found[name]?.value;
    if (value === null) assert.equal(own, undefined, `${name} ${when}`);
    else assert.ok(Math.abs(own! - value) <= 1e-11, `${name} ${when}: ${own} for ${value}`);
  }
}

for (const form of ['unweighted', 'weighted'] as const) {
  test(`figures of two classes agree with scikit-learn after every ${form} update`, () => {
    const [labels, probabilities, calibrated] = [
      classification.empty(),
      classProbabilities.empty(),
      calibration.empty(),
    ];
    const rows: ScoredRow[] = [];
    for (const [i, { positive, score, weight }] of binary(11, 60).entries()) {
      const w = form === 'weighted' ? weight : undefined;
      const outcome = {
        truth: String(positive),
        prediction: String(score >= 0.5),
        proba: { true: score, false: 1 - score },
        weight: w,
      };
      classification.add(labels, outcome);
      classProbabilities.add(probabilities, outcome);
      calibration.add(calibrated, { positive, score, weight: w });
      rows.push({ positive, score, weight: w });
      const confusion = confusionOf(labels);
      const groups = tieGroups(rows);
      const auc = rocAuc(groups);
      const precision = averagePrecision(groups);
      const found = {
        ...binaryFigures(confusion, { positive: 'true', beta: 2 }),
        ...classProbabilities.value(probabilities),
        ...calibration.value(calibrated),
        ...(auc === undefined ? {} : { roc_auc: auc }),
        ...(precision === undefined ? {} : { average_precision: precision }),
      };
      const expected = golden[form].binary[i]!;
      assertFigures(found, expected, `after ${i + 1}`);
      const [tn, fp, fn, tp] = expected['confusion'] as [number, number, number, number];
      if (confusion.labels.length === 2) {
        const off = confusion.counts.flat().map((n, at) => Math.abs(n - [tn, fp, fn, tp][at]!));
        assert.ok(Math.max(...off) < 1e-12);
      }
    }
  });

  test(`figures of four classes, not known beforehand, agree with scikit-learn after every ${form} update`, () => {
    const [labels, probabilities] = [classification.empty(), classProbabilities.empty()];
    for (const [i, { truth, proba, weight }] of multiclass(12, 40).entries()) {
      const prediction = Object.entries(proba).reduce((best, each) => (each[1] > best[1] ? each : best))[0];
      const outcome = { truth, prediction, proba, weight: form === 'weighted' ? weight : undefined };
      classification.add(labels, outcome);
      classProbabilities.add(probabilities, outcome);
      const found = { ...multiclassFigures(confusionOf(labels)), ...classProbabilities.value(probabilities) };
      assertFigures(found, golden[form].multiclass[i]!, `after ${i + 1}`);
    }
  });
}

test('the Brier score of one outcome is what the figure makes of it', () => {
  const u = uniforms(3);
  for (const labels of [['a'], ['a', 'b'], ['a', 'b', 'c']]) {
    for (const truth of ['a', 'c']) {
      const proba = Object.fromEntries(labels.map((label) => [label, u()]));
      const state = classProbabilities.empty();
      classProbabilities.add(state, { truth, prediction: 'a', proba });
      const [found, expected] = [brier(truth, proba), classProbabilities.value(state)['brier']?.value];
      assert.ok(expected !== undefined && Math.abs(found - expected) < 1e-15, `${found} and ${expected}`);
    }
  }
});

test('the published values: log loss, MCC, macro and weighted F1', () => {
  const probabilities = classProbabilities.empty();
  const losses = [
    ['1', 0.9],
    ['0', 0.1],
    ['0', 0.2],
    ['1', 0.65],
  ].map(([truth, p]) => {
    const proba = { 1: Number(p), 0: 1 - Number(p) };
    classProbabilities.add(probabilities, { truth: String(truth), prediction: '1', proba });
    return classProbabilities.value(probabilities)['log_loss']!.value.toFixed(6);
  });
  assert.deepEqual(losses, ['0.105361', '0.105361', '0.144622', '0.216162']);

  const four = classification.empty();
  for (const [truth, prediction] of ['TT', 'TF', 'TT', 'FT']) {
    classification.add(four, { truth: truth!, prediction: prediction! });
  }
  assert.equal(binaryFigures(confusionOf(four), { positive: 'T' })['mcc']!.value, -1 / 3);

  const fruit = classification.empty();
  for (const [truth, prediction] of [
    ['pear', 'apple'],
    ['apple', 'pear'],
    ['banana', 'banana'],
    ['banana', 'banana'],
    ['banana', 'apple'],
  ]) {
    classification.add(fruit, { truth: truth!, prediction: prediction! });
  }
  const { macro_f1: macro, weighted_f1: weighted } = multiclassFigures(confusionOf(fruit));
  assert.deepEqual([macro!.value.toFixed(3), weighted!.value.toFixed(3)], ['0.267', '0.480']);
});

test('the published AUC of stream A, exactly from ranks, whatever is done to the scores that keeps these', () => {
  const [u, v] = [uniforms(42), uniforms(43)];
  const rows = Array.from({ length: 3000 }, (_, i) => {
    const x = u();
    return { positive: x < (i < 1500 ? 0.2 : 0.35), score: 0.5 * v() + 0.5 * (1 - x) };
  });
  const auc = rocAuc(tieGroups(rows))!.value;
  assert.equal(Math.abs(auc - 0.5) > 0.3, true);
  assert.equal(Math.max(auc, 1 - auc).toFixed(7), '0.8356558');
  assert.equal(rocAuc(tieGroups(rows.map((row) => ({ ...row, score: row.score ** 6 }))))!.value, auc);
});

const scored = fc.record({
  positive: fc.boolean(),
  score: fc.oneof(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.integer({ min: 0, max: 4 }).map((n) => n / 4),
  ),
});

test('the binned AUC and average precision lie within bounds that hold the exact ones', () => {
  fc.assert(
    fc.property(fc.array(scored, { maxLength: 200, size: 'max' }), (rows) => {
      const state = scoreSketch.empty();
      for (const row of rows) scoreSketch.add(state, row);
      const found = scoreSketch.value(state);
      const groups = tieGroups(rows);
      const [auc, precision] = [rocAuc(groups), averagePrecision(groups)];
      if (auc === undefined) {
        assert.deepEqual(found, {});
        return;
      }
      for (const [name, exact] of [
        ['roc_auc', auc.value],
        ['average_precision', precision!.value],
      ] as const) {
        const { value, low, high } = found[name]!;
        assert.ok(low! <= exact + 1e-12 && exact <= high! + 1e-12, `${name}: ${low} ${exact} ${high}`);
        assert.ok(low! <= value && value <= high!);
      }
    }),
  );
});

test('the bounds of the binned AUC are narrow where scores are spread: ±.002 at 20,000 rows', () => {
  const u = uniforms(3);
  const state = scoreSketch.empty();
  for (let i = 0; i < 20_000; i++) {
    const score = u();
    scoreSketch.add(state, { positive: u() < score, score });
  }
  const { low, high } = scoreSketch.value(state)['roc_auc']!;
  assert.ok(high! - low! < 0.004, `${high! - low!}`);
});

test('tieGroupsOf() of two arrays is tieGroups() of their rows', () => {
  fc.assert(
    fc.property(fc.array(scored), (rows) => {
      const of = (wanted: boolean): Float64Array =>
        Float64Array.from(rows.filter(({ positive }) => positive === wanted).map(({ score }) => score));
      assert.deepEqual(tieGroupsOf(of(true), of(false)), tieGroups(rows));
    }),
  );
});

test('the calibration curve is scikit-learn’s', () => {
  const state = calibration.empty();
  for (const { positive, score } of binary(11, 60)) calibration.add(state, { positive, score });
  const [rates, scores] = golden.calibration_curve;
  const curve = calibrationCurve(state);
  assert.equal(curve.length, rates.length);
  for (const [i, { rate, score }] of curve.entries()) {
    assert.ok(Math.abs(rate - rates[i]!) < 1e-12 && Math.abs(score - scores[i]!) < 1e-12, `bin ${i}`);
  }
});

test('nothing seen, and one class only, have no figure that would need more', () => {
  const state = classification.empty();
  assert.deepEqual(binaryFigures(confusionOf(state), { positive: 'yes' }), {});
  assert.deepEqual(multiclassFigures(confusionOf(state)), {});
  assert.deepEqual(scoreSketch.value(scoreSketch.empty()), {});
  assert.deepEqual(calibration.value(calibration.empty()), {});
  assert.deepEqual(classProbabilities.value(classProbabilities.empty()), {});
  assert.equal(rocAuc([]), undefined);
  assert.equal(averagePrecision([]), undefined);
  classification.add(state, { truth: 'no', prediction: 'no' });
  assert.deepEqual(binaryFigures(confusionOf(state), { positive: 'yes' }), {
    specificity: { value: 1 },
    accuracy: { value: 1 },
    balanced_accuracy: { value: 1 },
  });
});

const LINEAR: readonly {
  name: string;
  figures: LinearFigures<unknown, unknown>;
  outcome: fc.Arbitrary<unknown>;
}[] = [
  { name: 'binned scores', figures: scoreSketch, outcome: scored },
  { name: 'calibration', figures: calibration, outcome: scored },
  {
    name: 'probabilities',
    figures: classProbabilities,
    outcome: fc.record({
      truth: fc.constantFrom('a', 'b', 'c'),
      prediction: fc.constant('a'),
      proba: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.double({ min: 0, max: 1, noNaN: true })),
      weight: fc.constantFrom(undefined, 0, 0.1),
    }),
  },
];

for (const { name, figures, outcome } of LINEAR) {
  test(`${name}: any order of adding, taking out, merging and storing gives the same bytes and figures`, () => {
    fc.assert(
      fc.property(fc.array(outcome), fc.array(outcome), (kept, taken) => {
        const plain = figures.empty();
        for (const each of kept) figures.add(plain, each);
        const [a, b] = [figures.empty(), figures.empty()];
        for (const each of taken) figures.remove(a, each);
        for (const each of [...taken, ...kept].toReversed()) figures.add(b, each);
        figures.merge(a, figures.decode(figures.encode(b)));
        assert.deepEqual(figures.value(a), figures.value(plain));
        assert.deepEqual(figures.encode(a), figures.encode(plain));
      }),
    );
  });
}

test('what cannot be is refused', () => {
  const three = classification.empty();
  for (const label of ['a', 'b', 'c']) classification.add(three, { truth: label, prediction: label });
  assert.throws(() => binaryFigures(confusionOf(three), { positive: 'a' }), RangeError);
  assert.throws(() => binaryFigures({ labels: [], counts: [] }, { positive: 'a', beta: 0 }), RangeError);
  assert.throws(() => tieGroups([{ score: Number.NaN, positive: true }]), RangeError);
  assert.throws(() => scoreSketch.add(scoreSketch.empty(), { score: 1.01, positive: true }), RangeError);
  assert.throws(() => calibration.add(calibration.empty(), { score: -0.1, positive: true }), RangeError);
  const wrong = { truth: 'a', prediction: 'a', proba: { a: 0.5, b: 1.5 } };
  assert.throws(() => classProbabilities.add(classProbabilities.empty(), wrong), RangeError);
  assert.throws(() => scoreSketch.decode(new Uint8Array([4])), /version 2/);
});
