import type { Chart } from '../../src/plot/charts/chart.ts';
import { coursePoints, type CoursePoint } from '../../src/plot/charts/course-point.ts';
import { errorBySlice } from '../../src/plot/charts/error-by-slice.ts';
import { errorDistribution } from '../../src/plot/charts/error-distribution.ts';
import { labelMaturity } from '../../src/plot/charts/label-maturity.ts';
import { modelComparison } from '../../src/plot/charts/model-comparison.ts';
import { runningError } from '../../src/plot/charts/running-error.ts';
import { distributionOf } from '../../src/plot/charts-of-model.ts';
import type {
  ComparisonSnapshot,
  HistoryPoint,
  MaturityPoint,
  SliceSnapshot,
} from '../../src/wire/snapshot.ts';
import { DARK, LIGHT, LONG, LONG_UNIT, NARROW, ON_NARROW_PAGE, ON_PAGE } from './chart-looks.ts';
import { historyOf, modelOf, random, someErrors } from './snapshots.ts';

/** Charts of errors: over time, by slice, against others, and how far they can be trusted. */
export function errorCases(): Record<string, Record<string, Chart>> {
  return {
    'error-distribution': distributions(),
    'running-error': runningErrors(),
    'error-by-slice': slices(),
    'label-maturity': maturities(),
    'model-comparison': comparisons(),
  };
}

/** Shares in 0..1, most of them small: 1 − p(truth) of a fair classifier. */
function shares(count: number): number[] {
  const next = random(3);
  return Array.from({ length: count }, () => next() ** 3);
}

const equal = (count: number, value: number) => Array.from({ length: count }, () => value);

/** Errors that a distribution has to look well with. */
const ERRORS: Readonly<Record<string, { errors: number[]; model?: string; units?: string }>> = {
  'one-row': { errors: [37.2], units: 'min' },
  'ten-rows': { errors: someErrors(10) },
  '442-rows': { errors: someErrors(442), units: 'mg/dl' },
  '10000-rows': { errors: someErrors(10_000), units: '€' },
  equal: { errors: equal(500, 5), units: 'kWh' },
  perfect: { errors: equal(500, 0) },
  outliers: {
    errors: [...someErrors(995), 4e6, 5e6, 6e6, 1e9, 2e9, 3e9, 1e7, 5e8, 9e8, 6e8, 7e8],
    units: 'min',
  },
  tiny: { errors: someErrors(1_000, 1, 1e-6), units: 'm' },
  'long-names': { errors: someErrors(442), model: LONG, units: LONG_UNIT },
};

function distributions(): Record<string, Chart> {
  const made: Record<string, Chart> = {};
  for (const [name, { errors, model = 'linear', units }] of Object.entries(ERRORS)) {
    const distribution = distributionOf(modelOf(errors, { model }), units)!;
    made[name] = errorDistribution(distribution, LIGHT);
    if (name === '442-rows') made['dark'] = errorDistribution(distribution, DARK);
    if (name === '442-rows') made['narrow'] = errorDistribution(distribution, NARROW);
    if (name === 'outliers') made['on-page'] = errorDistribution(distribution, ON_PAGE);
  }
  const probabilities = {
    ...distributionOf(modelOf(shares(5_000)), undefined)!,
    of: 'probabilities' as const,
  };
  const answers = Array.from({ length: 1_000 }, (_, i) => (i % 9 === 0 ? 1 : 0));
  const labels = { ...distributionOf(modelOf(answers), undefined)!, of: 'labels' as const };
  const allRight = { ...distributionOf(modelOf(equal(10, 0)), undefined)!, of: 'labels' as const };
  return {
    ...made,
    probabilities: errorDistribution(probabilities, LIGHT),
    'probabilities-on-page': errorDistribution(probabilities, ON_PAGE),
    labels: errorDistribution(labels, LIGHT),
    'labels-dark': errorDistribution(labels, DARK),
    'labels-on-page': errorDistribution(labels, ON_PAGE),
    'labels-all-right': errorDistribution(allRight, LIGHT),
  };
}

/** The history of a model with everything that a history may have. */
function fullHistory(
  errors: readonly number[],
  { points = 120, stepMs = 86_400_000, naive = 0.92 } = {},
): HistoryPoint[] {
  return historyOf(errors, points, stepMs).map((point, i) => {
    const reach = (3 * point.mae) / Math.sqrt(point.scored);
    const coverage = Math.min(1, 0.55 + i / points);
    return {
      ...point,
      low: Math.max(0, point.mae - reach),
      high: point.mae + reach,
      naiveMae: point.mae * (naive + 0.02 * Math.sin(i / 5)),
      coverage,
    };
  });
}

function runningErrors(): Record<string, Chart> {
  const units = 'min';
  const figure = 'mae';
  const of = (points: CoursePoint[]) => ({ figure, units, models: [{ model: 'linear', points }], marks: [] });
  const one = (points: HistoryPoint[]) => of(coursePoints(points, figure));
  const full = coursePoints(fullHistory(someErrors(40_000)), figure);
  const at = (i: number) => full[i]!.atMs;
  const all = {
    figure,
    units,
    models: [
      { model: 'linear', points: full },
      {
        model: 'boosting',
        points: coursePoints(historyOf(someErrors(40_000, 2, 46), 120, 86_400_000), figure),
      },
    ],
    marks: [
      { atMs: at(30), kind: 'version' as const, text: 'version 3f9a1c20b7de' },
      { atMs: at(70), kind: 'change' as const, text: 'ADWIN: loss rose' },
      { atMs: at(72), kind: 'change' as const, text: 'KSWIN: distance changed' },
      { atMs: at(117), kind: 'version' as const, text: 'version 88d0e41f6a52' },
    ],
  };
  const longNamed = {
    figure,
    units: LONG_UNIT,
    models: all.models.flatMap(({ points }, i) => [
      { model: LONG, points },
      {
        model: `challenger ${i}, ${LONG}`,
        points: points.map((p) => ({ ...p, value: p.value * (1.1 + i / 10) })),
      },
    ]),
    marks: [
      { atMs: at(50), kind: 'version' as const, text: LONG },
      { atMs: at(60), kind: 'change' as const, text: `KSWIN: ${LONG} changed` },
    ],
  };
  const changesAt = (places: readonly number[]) =>
    places.map((i) => ({
      atMs: at(i),
      kind: 'change' as const,
      text: i % 2 === 0 ? 'ADWIN: loss rose' : 'Page-Hinkley: prediction fell',
    }));
  const changes = {
    ...of(full),
    marks: changesAt([4, 40, 41, 43, 44, 60, 61, 90, 118]),
  };
  const crowd = [20, 100, 101, 103, 104, 105, 107, 108, 109, 110, 111, 112, 113, 114, 115, 117, 118];
  const namedAsFiles = {
    ...all,
    models: all.models.map((each) => ({ ...each, model: `flights_${each.model}_2001` })),
  };
  const fast = fullHistory(someErrors(442), { points: 40, stepMs: 1_000 });
  return {
    'one-point': runningError(one(historyOf(someErrors(10), 1)), LIGHT),
    'two-points': runningError(one(historyOf(someErrors(10), 2)), LIGHT),
    'ten-seconds': runningError(one(historyOf(someErrors(2_000), 10)), LIGHT),
    'forty-seconds': runningError(one(fast), LIGHT),
    'row-by-row': runningError(
      { ...of(full.map((point) => ({ ...point, atMs: point.scored }))), along: 'rows' },
      LIGHT,
    ),
    flat: runningError(one(historyOf(equal(20, 5), 20)), LIGHT),
    outliers: runningError(one(fullHistory([1e6, ...someErrors(9_999)])), LIGHT),
    everything: runningError(all, LIGHT),
    'changes-only': runningError(changes, LIGHT),
    'crowded-changes': runningError({ ...of(full), marks: changesAt(crowd) }, LIGHT),
    dark: runningError(all, DARK),
    narrow: runningError(all, NARROW),
    'on-narrow-page': runningError(namedAsFiles, ON_NARROW_PAGE),
    'on-narrow-page-long-names': runningError(longNamed, ON_NARROW_PAGE),
    'on-page': runningError(all, ON_PAGE),
    'long-names': runningError(longNamed, LIGHT),
    'alike-names': runningError(
      {
        ...all,
        models: all.models.map((each, i) => ({ ...each, model: `${'m'.repeat(20)}${i}${'m'.repeat(20)}` })),
      },
      LIGHT,
    ),
    'last-tick-at-edge': runningError(
      one(historyOf(someErrors(900), 92, 86_400_000).map((p) => ({ ...p, atMs: p.atMs - 5.4 * 86_400_000 }))),
      ON_PAGE,
    ),
    accuracy: runningError(accuracyOf(0.8), LIGHT),
    'accuracy-dark': runningError(accuracyOf(0.8), DARK),
    'accuracy-on-narrow-page': runningError(accuracyOf(0.8), ON_NARROW_PAGE),
    'accuracy-all-right': runningError(accuracyOf(1), LIGHT),
    'log-loss': runningError({ ...accuracyOf(0.8), figure: 'log_loss' }, LIGHT),
  };
}

/** How the accuracy of two classifiers went, with its band and that of the most frequent label. */
function accuracyOf(accuracy: number): Parameters<typeof runningError>[0] {
  const [next, other] = [random(1), random(2)];
  const course = (draw: () => number, share: number): CoursePoint[] => {
    let right = 0;
    return Array.from({ length: 120 }, (_, i) => {
      for (let row = 0; row < 50; row++) right += draw() < share ? 1 : 0;
      const scored = 50 * (i + 1);
      const [value, reach] = [right / scored, 1.7 / Math.sqrt(scored)];
      const ends = { low: Math.max(0, value - reach), high: Math.min(1, value + reach) };
      const atMs = Date.UTC(2026, 0, 5) + i * 3_600_000;
      return { atMs, scored, value, recent: value, ...ends, naive: 0.6 + 0.1 / (1 + i), coverage: 1 };
    });
  };
  return {
    figure: 'accuracy',
    units: 'mg/dl',
    models: [
      { model: 'logistic', points: course(next, accuracy) },
      { model: 'forest', points: course(other, 0.97 * accuracy) },
    ],
    marks: [],
  };
}

/** Slices of one tag with intervals as wide as their counts say. */
function slicesOfCounts(
  counts: Readonly<Record<string, number>>,
  tag = 'origin',
  mean = 18,
): SliceSnapshot[] {
  const next = random(7);
  return Object.entries(counts)
    .map(([value, scored]): SliceSnapshot => {
      const mae = mean * (0.8 + 0.6 * next());
      const reach = (4 * mae) / Math.sqrt(scored);
      const interval = scored < 100 ? {} : { low: Math.max(0, mae - reach), high: mae + reach, level: 0.95 };
      return {
        tag,
        value,
        predictions: Math.ceil(scored * 1.1),
        scored,
        figures: { mae: { value: mae, ...interval } },
      };
    })
    .sort((a, b) => b.figures['mae']!.value - a.figures['mae']!.value);
}

function slices(): Record<string, Chart> {
  const about = { model: 'linear', figure: 'mae', units: 'min', overall: 18 };
  const airports = slicesOfCounts({
    LGA: 1_204,
    PHL: 840,
    ORD: 5_030,
    EWR: 790,
    SFO: 900,
    BOS: 760,
    DEN: 1_500,
    DTW: 1_100,
  });
  const many = slicesOfCounts(
    Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`slice ${i}`, 100 + 37 * i])),
  );
  const long = slicesOfCounts(
    { [LONG]: 400, '<b>': 4_000, 'Санкт-Петербург, Пулково': 900 },
    'a tag with a long name',
  );
  const ofAccuracy = { model: 'logistic', figure: 'accuracy', units: 'min', overall: 0.82 };
  const accuracies = [0.99, 0.71, 1, 0.82, 0.78, 0.64, 0.85, 0.9].map((value, i) => {
    const interval = { low: value - 0.09, high: Math.min(1, value + 0.09), level: 0.95 };
    const figures = { accuracy: { value, ...interval } };
    return { tag: 'region', value: 'ABCDEFGH'[i]!, predictions: 300 + i, scored: 280 + i, figures };
  });
  const same = airports.map((slice) => ({ ...slice, figures: { mae: { value: 5, low: 5, high: 5 } } }));
  return {
    airports: errorBySlice({ ...about, slices: airports }, LIGHT),
    dark: errorBySlice({ ...about, slices: airports }, DARK),
    narrow: errorBySlice({ ...about, slices: airports }, NARROW),
    'on-page': errorBySlice({ ...about, slices: airports }, ON_PAGE),
    'one-slice': errorBySlice({ ...about, slices: airports.slice(0, 1) }, LIGHT),
    'one-row': errorBySlice({ ...about, overall: 3, slices: slicesOfCounts({ LGA: 1 }) }, LIGHT),
    sixty: errorBySlice({ ...about, slices: many }, LIGHT),
    equal: errorBySlice({ ...about, overall: 5, slices: same }, LIGHT),
    accuracy: errorBySlice({ ...ofAccuracy, slices: accuracies }, LIGHT),
    'accuracy-on-page': errorBySlice({ ...ofAccuracy, slices: accuracies }, ON_PAGE),
    'long-names': errorBySlice({ ...about, model: LONG, units: LONG_UNIT, slices: long }, LIGHT),
  };
}

const MINUTE_MS = 60_000;

function maturities(): Record<string, Chart> {
  const ages: MaturityPoint[] = [
    { ageMsMax: 60 * MINUTE_MS, predictions: 410, scored: 12 },
    { ageMsMax: 120 * MINUTE_MS, predictions: 395, scored: 150 },
    { ageMsMax: 240 * MINUTE_MS, predictions: 1_400, scored: 1_204 },
    { ageMsMax: 1_440 * MINUTE_MS, predictions: 9_000, scored: 8_999 },
    { predictions: 38_000, scored: 38_000 },
  ];
  return {
    flights: labelMaturity({ model: 'linear', ages }, LIGHT),
    dark: labelMaturity({ model: 'linear', ages }, DARK),
    narrow: labelMaturity({ model: LONG, ages }, NARROW),
    'on-page': labelMaturity({ model: LONG, ages }, ON_PAGE),
    'one-row': labelMaturity(
      { model: 'linear', ages: [{ ageMsMax: MINUTE_MS, predictions: 1, scored: 0 }] },
      LIGHT,
    ),
    'one-age': labelMaturity(
      { model: 'linear', ages: [{ ageMsMax: MINUTE_MS, predictions: 3_425, scored: 2_877 }] },
      ON_NARROW_PAGE,
    ),
  };
}

function comparisons(): Record<string, Chart> {
  const one = (
    difference: number,
    reach: number,
    better: ComparisonSnapshot['better'],
  ): ComparisonSnapshot => ({
    champion: 'linear',
    rows: 8_120,
    difference,
    low: difference - reach,
    high: difference + reach,
    level: 0.95,
    better,
    ...(better !== 'undecided' && { decidedAt: 8_120 }),
  });
  const challengers = [
    { model: 'boosting', comparison: one(-1.61, 0.12, 'challenger') },
    { model: 'forest', comparison: one(-0.2, 0.5, 'undecided') },
    { model: 'nearest', comparison: one(0.9, 0.3, 'champion') },
  ];
  const about = { units: 'min', champion: 'linear' };
  return {
    three: modelComparison({ ...about, challengers }, LIGHT),
    one: modelComparison({ ...about, challengers: challengers.slice(0, 1) }, LIGHT),
    dark: modelComparison({ ...about, challengers }, DARK),
    narrow: modelComparison({ ...about, challengers }, NARROW),
    'long-names': modelComparison(
      { units: LONG_UNIT, champion: LONG, challengers: challengers.map((c) => ({ ...c, model: LONG })) },
      LIGHT,
    ),
    equal: modelComparison(
      { ...about, challengers: [{ model: 'twin', comparison: one(0, 0, 'undecided') }] },
      LIGHT,
    ),
  };
}
