import type { Chart } from '../../src/plot/charts/chart.ts';
import { confusionMatrix } from '../../src/plot/charts/confusion-matrix.ts';
import { coursePoints } from '../../src/plot/charts/course-point.ts';
import { errorBySlice } from '../../src/plot/charts/error-by-slice.ts';
import { estimates } from '../../src/plot/charts/estimates.ts';
import { featureDrift } from '../../src/plot/charts/feature-drift.ts';
import { labelLag } from '../../src/plot/charts/label-lag.ts';
import { labelMaturity } from '../../src/plot/charts/label-maturity.ts';
import { modelComparison } from '../../src/plot/charts/model-comparison.ts';
import { runningError } from '../../src/plot/charts/running-error.ts';
import { calibrationCurve, precisionRecallCurve, rocCurve } from '../../src/plot/charts/score-curves.ts';
import type { ComparisonSnapshot, CurvesSnapshot, EstimateRecord } from '../../src/wire/snapshot.ts';
import { DARK, LIGHT, LONG, NARROW, ON_PAGE } from './chart-looks.ts';
import { historyOf, random, someErrors } from './snapshots.ts';

/** What every chart has to look well with: a row, ten, ten thousand, nothing but equals, outliers, long names. */
export function extremeCases(): Record<string, Record<string, Chart>> {
  return {
    'running-error': courses(),
    'error-by-slice': slices(),
    'label-maturity': maturities(),
    'model-comparison': comparisons(),
    'confusion-matrix': matrices(),
    ...curves(),
    'feature-drift': drifts(),
    'label-lag': lags(),
    estimates: records(),
  };
}

function courses(): Record<string, Chart> {
  const of = (errors: readonly number[], points: number) =>
    runningError(
      {
        figure: 'mae',
        units: 'min',
        models: [{ model: 'linear', points: coursePoints(historyOf(errors, points), 'mae') }],
        marks: [],
      },
      LIGHT,
    );
  return {
    'one-row': of([37.2], 1),
    'ten-rows': of(someErrors(10), 10),
    '10000-rows': of(someErrors(10_000), 400),
    equal: of(
      Array.from({ length: 500 }, () => 5),
      100,
    ),
  };
}

function slices(): Record<string, Chart> {
  const draw = (of: Readonly<Record<string, readonly number[]>>) => {
    const all = Object.entries(of).map(([value, errors]) => {
      const mae = errors.reduce((sum, error) => sum + error, 0) / errors.length;
      const reach = (3 * mae) / Math.sqrt(errors.length);
      const interval = errors.length < 100 ? {} : { low: mae - reach, high: mae + reach, level: 0.95 };
      const figures = { mae: { value: mae, ...interval } };
      return { tag: 'origin', value, predictions: errors.length, scored: errors.length, figures };
    });
    return errorBySlice({ model: 'linear', figure: 'mae', units: 'min', slices: all, overall: 40 }, LIGHT);
  };
  return {
    'ten-rows': draw({ LGA: someErrors(4), ORD: someErrors(6, 2) }),
    '10000-rows': draw({ LGA: someErrors(4_000), ORD: someErrors(6_000, 2), JFK: someErrors(100, 3, 90) }),
    outliers: draw({ LGA: someErrors(400), ORD: [...someErrors(300), 1e9], JFK: [5e5] }),
  };
}

function maturities(): Record<string, Chart> {
  const ages = [60_000, 3_600_000, 86_400_000, undefined];
  const draw = (counts: readonly (readonly [scored: number, predictions: number])[], model = 'linear') =>
    labelMaturity(
      {
        model,
        ages: counts.map(([scored, predictions], i) => {
          const ageMsMax = ages[i];
          return { scored, predictions, ...(ageMsMax !== undefined && { ageMsMax }) };
        }),
      },
      LIGHT,
    );
  const many = [
    [0, 1_200],
    [900, 2_400],
    [3_100, 3_200],
    [3_200, 3_200],
  ] as const;
  return {
    'ten-rows': draw([
      [0, 3],
      [2, 3],
      [4, 4],
    ]),
    '10000-rows': draw(many),
    equal: draw(many.map(() => [5, 10])),
    outliers: draw([
      [1, 3],
      [12_345_678_901, 98_765_432_109],
    ]),
    'long-names': draw(many, LONG),
  };
}

function comparisons(): Record<string, Chart> {
  const against = (
    rows: number,
    difference: number,
    reach?: number,
  ): { model: string; comparison: ComparisonSnapshot } => ({
    model: 'boosting',
    comparison: {
      champion: 'linear',
      rows,
      difference,
      ...(reach !== undefined && { low: difference - reach, high: difference + reach }),
      better: reach === undefined || Math.abs(difference) < reach ? 'undecided' : 'challenger',
    },
  });
  const draw = (...challengers: ReturnType<typeof against>[]) =>
    modelComparison({ units: 'min', champion: 'linear', challengers }, LIGHT);
  return {
    'one-row': draw(against(1, 3.2)),
    'ten-rows': draw(against(10, -1.4, 30)),
    '10000-rows': draw(against(10_000, -1.4, 0.3)),
    outliers: draw(against(500, -1.4, 0.3), against(500, 8e6, 1e7)),
  };
}

function matrices(): Record<string, Chart> {
  const draw = (labels: readonly string[], counts: readonly (readonly number[])[]) =>
    confusionMatrix({ model: 'logistic', confusion: { labels, counts } }, LIGHT);
  const three = ['setosa', 'versicolor', 'virginica'];
  return {
    'ten-rows': draw(three, [
      [3, 0, 0],
      [0, 3, 1],
      [0, 0, 3],
    ]),
    '10000-rows': draw(three, [
      [3_300, 10, 0],
      [40, 3_100, 250],
      [0, 300, 3_000],
    ]),
    equal: draw(
      ['yes', 'no'],
      [
        [500, 0],
        [0, 0],
      ],
    ),
    outliers: draw(
      ['yes', 'no'],
      [
        [1_234_567_890, 1],
        [0, 7],
      ],
    ),
  };
}

function curves(): Record<string, Record<string, Chart>> {
  const curve = (points: number, positive = '1'): CurvesSnapshot => {
    const steps = Array.from({ length: points }, (_, i) => i / (points - 1));
    return {
      positive,
      roc: steps.map((t): [number, number] => [t ** 2, 1 - (1 - t) ** 2]),
      precisionRecall: steps.map((t): [number, number] => [1 - t, 0.4 + 0.6 * t]),
      calibration: steps
        .filter((_, i) => i % Math.ceil(points / 10) === 0)
        .map((score, i) => ({ score, rate: Math.min(1, score * 1.1), rows: 1 + 99 * i })),
    };
  };
  // Nobody is told from anybody.
  const same: CurvesSnapshot = {
    ...curve(2),
    precisionRecall: [[1, 0.5]],
    calibration: [{ score: 0.5, rate: 0.5, rows: 500 }],
  };
  const figures = {
    rocAuc: { value: 0.833 },
    averagePrecision: { value: 0.7 },
    calibrationError: { value: 0.05 },
  };
  return Object.fromEntries(
    Object.entries({
      'roc-curve': rocCurve,
      'precision-recall-curve': precisionRecallCurve,
      'calibration-curve': calibrationCurve,
    }).map(([name, draw]) => [
      name,
      {
        'ten-rows': draw({ model: 'logistic', curves: curve(10), ...figures }, LIGHT),
        '10000-rows': draw({ model: 'logistic', curves: curve(200), ...figures }, LIGHT),
        equal: draw({ model: 'logistic', curves: same, ...figures }, LIGHT),
        'long-names': draw({ model: LONG, curves: curve(50, LONG), ...figures }, LIGHT),
      },
    ]),
  );
}

function drifts(): Record<string, Chart> {
  const draw = (...values: readonly number[]) =>
    featureDrift(
      {
        model: 'linear',
        measure: 'population stability index',
        threshold: 0.25,
        features: values.map((value, i) => ({ feature: `x${i}`, value, drifted: value > 0.25 })),
      },
      LIGHT,
    );
  return { one: draw(0.1), equal: draw(0, 0, 0), outliers: draw(14.2, 0.01, 0.002) };
}

function lags(): Record<string, Chart> {
  const edges = [0, 1, 60, 3_600, 7_200, 86_400, 604_800, 2_592_000];
  const draw = (counts: readonly number[], model = 'linear') =>
    labelLag({ model, lag: { edges, counts }, median: 5_000, p95: 80_000 }, LIGHT);
  return {
    'ten-rows': draw([0, 1, 2, 5, 2, 0, 0]),
    '10000-rows': draw([3, 40, 900, 7_000, 2_000, 57, 0]),
    equal: draw([0, 0, 0, 500, 0, 0, 0]),
    outliers: draw([1, 0, 0, 12_345_678_901, 0, 0, 2]),
    'long-names': draw([3, 40, 900, 7_000, 2_000, 57, 0], LONG),
  };
}

function records(): Record<string, Chart> {
  const record = (blocks: number, accuracyOf: (i: number) => number, reach = 0.02): EstimateRecord => {
    const next = random(5);
    return {
      blockRows: 500,
      blocks,
      differences: { accuracy: 0.0172 },
      byChance: 0.0141,
      points: Array.from({ length: blocks }, (_, i) => ({
        atMs: Date.UTC(2026, 0, 5) + i * 3_600_000,
        estimated: { accuracy: accuracyOf(i) },
        realised: { accuracy: Math.min(1, accuracyOf(i) + reach * (2 * next() - 1)) },
      })),
    };
  };
  const about = { model: 'logistic', figure: 'accuracy' };
  const wave = record(100, (i) => 0.8 + 0.05 * Math.sin(i / 9));
  return {
    'one-row': estimates({ ...about, record: record(1, () => 0.8) }, LIGHT),
    'ten-rows': estimates({ ...about, record: record(10, (i) => 0.8 - i / 100) }, LIGHT),
    '10000-rows': estimates({ ...about, record: wave }, LIGHT),
    dark: estimates({ ...about, record: wave }, DARK),
    narrow: estimates({ ...about, record: wave }, NARROW),
    'on-page': estimates({ ...about, record: wave }, ON_PAGE),
    equal: estimates({ ...about, record: record(20, () => 1, 0) }, LIGHT),
    outliers: estimates({ ...about, record: record(20, (i) => (i === 7 ? 0.02 : 0.97)) }, LIGHT),
    'long-names': estimates({ ...about, model: LONG, record: wave }, LIGHT),
  };
}
