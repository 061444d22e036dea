import type { Chart } from '../../src/plot/charts/chart.ts';
import { confusionMatrix } from '../../src/plot/charts/confusion-matrix.ts';
import { featureDrift } from '../../src/plot/charts/feature-drift.ts';
import { labelLag } from '../../src/plot/charts/label-lag.ts';
import { predictedAgainstActual } from '../../src/plot/charts/predicted-against-actual.ts';
import { residuals } from '../../src/plot/charts/residuals.ts';
import { calibrationCurve, precisionRecallCurve, rocCurve } from '../../src/plot/charts/score-curves.ts';
import type { CurvesSnapshot, GridSnapshot } from '../../src/wire/snapshot.ts';
import { DARK, LIGHT, LONG, LONG_UNIT, NARROW, ON_PAGE } from './chart-looks.ts';
import { random, someErrors } from './snapshots.ts';

/** Charts of outcomes: predictions against truths, of numbers and of classes, and what is known of both. */
export function outcomeCases(): Record<string, Record<string, Chart>> {
  return {
    'predicted-against-actual': grids(predictedAgainstActual, (prediction, error) => [
      prediction,
      prediction - error,
    ]),
    residuals: grids(residuals, (prediction, error) => [prediction, error]),
    'confusion-matrix': matrices(),
    ...curves(),
    'feature-drift': drifts(),
    'label-lag': lags(),
  };
}

const equal = (count: number, value: number) => Array.from({ length: count }, () => value);

/** Outcomes in a grid of cells, as metric sums them up. */
function gridOf(points: readonly (readonly [number, number])[], width: number): GridSnapshot {
  const axis = (values: readonly number[]) => {
    const from = Math.floor(Math.min(...values) / width);
    return { from: from * width, width, cells: Math.floor(Math.max(...values) / width) - from + 1 };
  };
  const [x, y] = [axis(points.map((p) => p[0])), axis(points.map((p) => p[1]))];
  const counts = Array.from({ length: x.cells * y.cells }, () => 0);
  for (const [px, py] of points) {
    const at = Math.floor((py - y.from) / width) * x.cells + Math.floor((px - x.from) / width);
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return { x, y, counts };
}

function grids(
  draw: typeof residuals,
  of: (prediction: number, error: number) => [number, number],
): Record<string, Chart> {
  const next = random(11);
  const errors = someErrors(10_000, 3, 40);
  const points = errors.map((error, i) => of(40 + 220 * next(), i % 2 === 0 ? error : -error));
  const about = { model: 'linear', units: 'min' };
  const many = gridOf(points, 8);
  return {
    '10000-rows': draw({ ...about, grid: many }, LIGHT),
    dark: draw({ ...about, grid: many }, DARK),
    narrow: draw({ ...about, grid: many }, NARROW),
    'one-row': draw({ ...about, grid: gridOf(points.slice(0, 1), 8) }, LIGHT),
    'ten-rows': draw({ ...about, grid: gridOf(points.slice(0, 10), 8) }, LIGHT),
    equal: draw(
      {
        ...about,
        grid: gridOf(
          points.map(([x]) => of(x, 5)),
          4,
        ),
      },
      LIGHT,
    ),
    outliers: draw(
      { ...about, grid: gridOf([...points.slice(0, 500), of(9_000, 3_000), of(5e4, -4e4)], 1_024) },
      LIGHT,
    ),
    'long-names': draw({ model: LONG, units: LONG_UNIT, grid: many }, LIGHT),
  };
}

function matrices(): Record<string, Chart> {
  const two = {
    labels: ['0', '1'],
    counts: [
      [200, 12],
      [9, 348],
    ],
  };
  const names = Array.from({ length: 30 }, (_, i) => `species ${i}`);
  const thirty = {
    labels: names,
    counts: names.map((_, i) => names.map((_, j) => (i === j ? 900 - 20 * i : (i * 7 + j * 3) % 11))),
  };
  const long = {
    labels: [LONG, 'Санкт-Петербург, Пулково', 'b'],
    counts: [
      [123_456, 2_345, 0],
      [77, 1_234_567, 3.5],
      [0, 0, 0],
    ],
  };
  return {
    two: confusionMatrix({ model: 'logistic', confusion: two }, LIGHT),
    dark: confusionMatrix({ model: 'logistic', confusion: two }, DARK),
    expected: confusionMatrix({ model: 'logistic', confusion: two, isExpected: true }, LIGHT),
    narrow: confusionMatrix({ model: 'logistic', confusion: thirty }, NARROW),
    thirty: confusionMatrix({ model: 'forest', confusion: thirty }, LIGHT),
    'one-row': confusionMatrix({ model: 'logistic', confusion: { labels: ['yes'], counts: [[1]] } }, LIGHT),
    'all-wrong': confusionMatrix(
      {
        model: 'logistic',
        confusion: {
          labels: ['a', 'b'],
          counts: [
            [0, 5],
            [7, 0],
          ],
        },
      },
      LIGHT,
    ),
    'long-names': confusionMatrix({ model: LONG, confusion: long }, LIGHT),
  };
}

function curves(): Record<string, Record<string, Chart>> {
  const steps = Array.from({ length: 100 }, (_, i) => i / 99);
  const good: CurvesSnapshot = {
    positive: '1',
    roc: steps.map((t): [number, number] => [t ** 3, 1 - (1 - t) ** 3]),
    precisionRecall: steps.map((t): [number, number] => [1 - t, 0.63 + 0.37 * t ** 0.4]),
    calibration: [0.03, 0.12, 0.27, 0.36, 0.44, 0.55, 0.66, 0.74, 0.86, 0.98].map((score, i) => ({
      score,
      rate: score ** 1.4,
      rows: 40 + 90 * Math.abs(i - 5),
    })),
  };
  const single: CurvesSnapshot = {
    positive: LONG,
    roc: [
      [0, 0],
      [1, 1],
    ],
    precisionRecall: [[1, 0.01]],
    calibration: [{ score: 0.5, rate: 1, rows: 1 }],
  };
  const figures = {
    rocAuc: { value: 0.914 },
    averagePrecision: { value: 0.87 },
    calibrationError: { value: 0.062 },
  };
  const none = { rocAuc: undefined, averagePrecision: undefined, calibrationError: undefined };
  return Object.fromEntries(
    Object.entries({
      'roc-curve': rocCurve,
      'precision-recall-curve': precisionRecallCurve,
      'calibration-curve': calibrationCurve,
    }).map(([name, draw]) => [
      name,
      {
        good: draw({ model: 'logistic', curves: good, ...figures }, LIGHT),
        dark: draw({ model: 'logistic', curves: good, ...figures }, DARK),
        narrow: draw({ model: 'logistic', curves: good, ...figures }, NARROW),
        'on-page': draw({ model: 'logistic', curves: good, ...figures }, ON_PAGE),
        'one-row': draw({ model: LONG, curves: single, ...none }, LIGHT),
      },
    ]),
  );
}

function drifts(): Record<string, Chart> {
  const features = [
    { feature: 'distance_miles', value: 0.02, drifted: false },
    { feature: 'departure_hour', value: 0.41, drifted: true },
    { feature: 'weekday', value: 0.08, drifted: false },
    { feature: 'origin_january_delay_min', value: 0.19, drifted: false },
  ];
  const about = { model: 'linear', measure: 'population stability index', threshold: 0.25 };
  const many = Array.from({ length: 200 }, (_, i) => ({
    feature: `x${i}`,
    value: i / 1_000,
    drifted: false,
  }));
  return {
    four: featureDrift({ ...about, features }, LIGHT),
    dark: featureDrift({ ...about, features }, DARK),
    narrow: featureDrift({ ...about, features }, NARROW),
    'two-hundred': featureDrift({ ...about, features: many, threshold: undefined }, LIGHT),
    'long-names': featureDrift(
      { ...about, model: LONG, features: [{ feature: LONG, value: 0, drifted: false }] },
      LIGHT,
    ),
  };
}

function lags(): Record<string, Chart> {
  const edges = [
    0, 0.001, 0.01, 0.1, 1, 10, 60, 600, 3_600, 7_200, 14_400, 43_200, 86_400, 604_800, 2_592_000,
  ];
  const of = (...counts: number[]) => ({ edges, counts: [...counts, ...equal(14 - counts.length, 0)] });
  const flights = of(0, 0, 0, 0, 0, 4, 90, 5_200, 18_000, 12_000, 900, 30, 2);
  const about = { model: 'linear', median: 7_860, p95: 16_100 };
  return {
    flights: labelLag({ ...about, lag: flights }, LIGHT),
    dark: labelLag({ ...about, lag: flights }, DARK),
    narrow: labelLag({ ...about, lag: flights }, NARROW),
    'one-row': labelLag({ model: LONG, lag: of(1), median: 0, p95: 0 }, LIGHT),
    oldest: labelLag({ ...about, lag: of(...equal(13, 0), 5), median: 2_000_000, p95: 2_500_000 }, LIGHT),
  };
}
