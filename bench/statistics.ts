/**
 * Nanoseconds per update of each figure, sequence and detector, microseconds per reading, bytes per state; what metric spends
 * on an outcome and, after few and after many, on the figures of a snapshot; what slices and all figures hold in memory. Time
 * of this thread's processor, so that what else runs on the machine counts little. What others publish stands beside.
 *
 * Usage: node bench/statistics.ts [words that occur in the names]
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import pino from 'pino';
import { FIGURE_SETTINGS } from '../src/figure-config.ts';
import { FigureKeeper } from '../src/metric/figures/figure-keeper.ts';
import { type FigureSettings, NO_FURTHER_FIGURES } from '../src/metric/figures/figure-settings.ts';
import type { Outcome } from '../src/metric/ledger/ledger.ts';
import { type OutcomeLog, OutcomeKeeper } from '../src/metric/ordered/outcome-keeper.ts';
import { windowsOf } from '../src/metric/snapshot/shown-windows.ts';
import { parseWindow } from '../src/wire/window.ts';
import { adwin } from '../src/stats/adwin.ts';
import { betting } from '../src/stats/betting.ts';
import { calibration } from '../src/stats/calibration.ts';
import { cbpe, estimatedRocAuc } from '../src/stats/cbpe.ts';
import { classProbabilities } from '../src/stats/class-probabilities.ts';
import { classification } from '../src/stats/classification.ts';
import { cusum } from '../src/stats/cusum.ts';
import { ddm } from '../src/stats/ddm.ts';
import { eDetector } from '../src/stats/e-detector.ts';
import { empiricalBernstein } from '../src/stats/empirical-bernstein.ts';
import { add, emptySum, valueOf } from '../src/stats/exact-sum.ts';
import type { LinearFigures } from '../src/stats/figure.ts';
import { kswin } from '../src/stats/kswin.ts';
import { pageHinkley } from '../src/stats/page-hinkley.ts';
import { predictableMixture } from '../src/stats/predictable-mixture.ts';
import { regression } from '../src/stats/regression.ts';
import { BLOCK_ROWS } from '../src/stats/regression-block.ts';
import { relativeErrors } from '../src/stats/relative-errors.ts';
import { forwardDecay } from '../src/stats/forward-decay.ts';
import { scoreSketch } from '../src/stats/score-sketch.ts';
import { skill } from '../src/stats/skill.ts';
import { BATCH, type OutcomeOptions, ROWS, batchFrom, labels, outcomeOf, rows } from './outcome-stream.ts';

/** Commits of a pass. */
const BATCHES = 100;
const READINGS = 200;
const DEFAULTS: FigureSettings = {
  ...NO_FURTHER_FIGURES,
  windows: FIGURE_SETTINGS.windows.fallback,
  marks: FIGURE_SETTINGS.marks.fallback,
  slicesMax: 200,
};
const NO_LOG: OutcomeLog = {
  write: () => ({ bytes: 0, rows: 0, first: 1, number: 0 }),
  reopen: async () => ({ bytes: 0, rows: 0, first: 1, number: 0 }),
  reopened: () => {},
};
const UNIT = { low: 0, high: 1 };
const words = process.argv.slice(2);

/** What River 0.26 and NannyML 0.13 take on such a machine, nanoseconds. */
const PUBLISHED: Readonly<Record<string, readonly [who: string, nanoseconds: number]>> = {
  'classes: ROC AUC and AP, binned': ['River', 2_800],
  'change: ADWIN': ['River', 250],
  'change: ADWIN, in blocks': ['River', 250],
  'change: KSWIN': ['River', 187_000],
  'estimate: F1 and ROC AUC, 50,000 rows': ['NannyML', 10_000],
};

console.log(`Node ${process.version}\n${'update'.padStart(50)}    reading      state`);

const sum = emptySum();
line(
  'exact sum',
  () => each((i) => add(sum, rows[i]!.truth)),
  () => valueOf(sum),
  24,
);
linear('regression: the whole default set', regression, rows);
linear(
  'regression, weighted',
  regression,
  rows.map((row, i) => ({ ...row, weight: 1 + (i % 7) / 10 })),
);
linear('errors in proportion', relativeErrors, rows);
linear(
  'skill against three naive answers',
  skill,
  rows.map((row) => ({ ...row, baselines: { median: 150, mean: 151, last: 149 } })),
);
linear(
  'regression, faded',
  forwardDecay(regression, 3_600_000),
  rows.map((outcome, i) => ({ timeMs: 1_700_000_000_000 + i * 20, outcome })),
);
linear('classes: confusion and error', classification, labels);
linear('classes: log loss, Brier, top k', classProbabilities, labels);
linear('classes: ROC AUC and AP, binned', scoreSketch, rows);
linear('classes: calibration', calibration, rows);
linear(
  'estimate without labels',
  cbpe,
  rows.map(({ score }) => ({ score, predicted: score > 0.5 })),
);
line('estimate: F1 and ROC AUC, 50,000 rows', () => {
  const scores = new Float64Array(50_000);
  let state = cbpe.empty();
  return each((i) => {
    const { score } = rows[i]!;
    scores[i % scores.length] = score;
    cbpe.add(state, { score, predicted: score > 0.5 });
    if ((i + 1) % scores.length !== 0) return;
    cbpe.value(state);
    estimatedRocAuc(scores);
    state = cbpe.empty();
  });
});

for (const sequence of [
  empiricalBernstein({ alpha: 0.05, bounds: UNIT }),
  predictableMixture({ alpha: 0.05, bounds: UNIT }),
  betting({ alpha: 0.05, bounds: UNIT, breaks: 1000 }),
]) {
  const state = sequence.empty() as never;
  line(
    `sequence: ${sequence.method}`,
    () => each((i) => sequence.add(state, rows[i]!.score), sequence.method === 'betting' ? 5000 : ROWS),
    () => sequence.interval(state),
  );
}

metricStage('metric: the default set with its intervals', DEFAULTS);
metricStage('metric: the same of a classifier', DEFAULTS, { isOfClasses: true });
metricStage('metric: and a slice of each of 3 values', { ...DEFAULTS, slices: ['origin'] });
metricStage('metric: and fading, clipped, pinball', {
  ...DEFAULTS,
  windows: [...DEFAULTS.windows, parseWindow('faded-1h')!],
  errorMax: 100,
  pinball: [0.1, 0.9],
});

snapshotCost('metric: a snapshot after 10,000 outcomes', 10_000);
snapshotCost('metric: a snapshot after 1,000,000', 1_000_000);
sliceMemory('metric: memory of a slice after 100 outcomes');
figuresMemory('metric: memory of all figures after');

const detector = eDetector({ bounds: UNIT, reference: 0.6 });
const evidence = detector.empty();
line(
  'e-detector',
  () => each((i) => detector.add(evidence, rows[i]!.score)),
  () => detector.evidence(evidence),
);

for (const change of [
  adwin({ afterChange: 'keep' }),
  pageHinkley({ sides: 'both' }),
  ddm(),
  cusum(),
  kswin(),
]) {
  const state = change.empty() as never;
  line(`change: ${change.name}`, () => each((i) => change.add(state, rows[i]!.score)));
  if (change.addAll !== undefined)
    line(`change: ${change.name}, in blocks`, () =>
      eachBlock((scores) => change.addAll!(state, scores, scores.length, () => {})),
    );
}

/** What metric keeps of the outcomes of a regression beside the ledger. */
function metricFigures(settings: FigureSettings) {
  const log = pino({ level: 'silent' });
  const figures = new FigureKeeper(log, { settings });
  const ordered = new OutcomeKeeper(NO_LOG, log, { settings });
  return {
    /** As a commit does. */
    take(batch: readonly Outcome[]): void {
      ordered.baseline();
      figures.add(batch);
      ordered.write(batch);
    },
    /** What a snapshot tells of everything and of the windows. */
    read: () => ({
      figures: ordered.intervals.of('a', figures.model('a')!.values(), 0),
      windows: windowsOf({ model: 'a', figures: figures.model('a')!, last: ordered.last, settings }),
    }),
    states: () => [...figures.states(), ...ordered.states()],
  };
}

/** What metric does for each outcome beside the ledger; the reading is that of everything but the log. */
function metricStage(name: string, settings: FigureSettings, options: OutcomeOptions = {}): void {
  const metric = metricFigures(settings);
  const bytes = (only = '') =>
    metric.states().reduce((sum, [part, { length }]) => sum + (part.includes(only) ? length : 0), 0);
  let next = 0;
  /** The clock is coarse: the mean of many commits counts, not the best. */
  const spentOn = (batches: number): number => {
    let spent = 0;
    for (let batch = 0; batch < batches; batch++) {
      // Made just before, as the outcomes of a commit are.
      const outcomes = batchFrom(next, options);
      next += BATCH;
      const start = busyMicroseconds();
      metric.take(outcomes);
      spent += busyMicroseconds() - start;
    }
    return (1000 * spent) / (batches * BATCH);
  };
  let mean: number | undefined;
  line(name, () => (mean ??= (spentOn(BATCHES), spentOn(4 * BATCHES))), metric.read, bytes);
  if (settings.slices.length > 0 && next > 0)
    console.log(
      `${'  of it, stored for a slice'.padEnd(62)}${(bytes('slice') / 3).toFixed(0).padStart(10)} B`,
    );
}

/** What the figures of a snapshot take, each time after another outcome, once so many came in two months. */
function snapshotCost(name: string, count: number): void {
  if (!isAsked(name)) return;
  const metric = metricFigures(DEFAULTS);
  const stepMs = (60 * 86_400_000) / count;
  for (let from = 0; from < count; from += BATCH) metric.take(batchFrom(from, { stepMs }));
  let next = count;
  const start = busyMicroseconds();
  for (let i = 0; i < READINGS; i++) {
    metric.take([outcomeOf(next++, { stepMs })]);
    metric.read();
  }
  const took = (busyMicroseconds() - start) / READINGS;
  console.log(`${name.padEnd(42)} ${`${took.toFixed(1)} µs`.padStart(10)}`);
}

/** What a slice holds in memory, its figures and what its intervals are made of. */
function sliceMemory(name: string): void {
  if (!isAsked(name)) return;
  const values = 1000;
  const collect = collector();
  const held = [1, values].map((count) => {
    const before = memoryAfter(collect);
    const metric = metricFigures({ ...DEFAULTS, slices: ['origin'], slicesMax: values });
    for (let from = 0; from < 100 * values; from += BATCH) metric.take(batchFrom(from, { values: count }));
    metric.read();
    const all = memoryAfter(collect) - before;
    // Used once more, so that it is there until now.
    metric.read();
    return all;
  });
  const bytes = (held[1]! - held[0]!) / (values - 1);
  console.log(`${name.padEnd(62)}${bytes.toFixed(0).padStart(10)} B`);
}

/** What all figures of a model hold in memory, after one million outcomes and after five, 20 ms apart. */
function figuresMemory(name: string): void {
  if (!isAsked(name)) return;
  const collect = collector();
  const before = memoryAfter(collect);
  const metric = metricFigures(DEFAULTS);
  let next = 0;
  for (const count of [1_000_000, 5_000_000]) {
    for (; next < count; next += BATCH) metric.take(batchFrom(next));
    const bytes = memoryAfter(collect) - before;
    console.log(`${`${name} ${count.toLocaleString('en')}`.padEnd(62)}${bytes.toFixed(0).padStart(10)} B`);
  }
  metric.read();
}

function collector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

function memoryAfter(collect: () => void): number {
  // What buffers held is given back by the collection after.
  for (let i = 0; i < 3; i++) collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function linear<S, O>(name: string, figures: LinearFigures<S, O>, outcomes: readonly O[]): void {
  const state = figures.empty();
  line(
    name,
    () => each((i) => figures.add(state, outcomes[i]!)),
    () => figures.value(state),
    () => figures.encode(state).length,
  );
}

/** Five passes over the rows; the best one counts. */
function line(
  name: string,
  update: () => number,
  read?: () => unknown,
  bytes?: number | (() => number),
): void {
  if (!isAsked(name)) return;
  const nanoseconds = Math.min(update(), update(), update(), update(), update());
  const reading = read === undefined ? '' : `${readingMicroseconds(read).toFixed(1)} µs`;
  const size = bytes === undefined ? '' : `${typeof bytes === 'number' ? bytes : bytes()} B`;
  const [who, theirs] = PUBLISHED[name] ?? [];
  const beside =
    theirs === undefined ? '' : `  ${who} ${theirs} ns: ${(theirs / nanoseconds).toFixed(0)} times`;
  const [first, second, third] = [
    nanoseconds.toFixed(0).padStart(5),
    reading.padStart(10),
    size.padStart(10),
  ];
  console.log(`${name.padEnd(42)}${first} ns ${second} ${third}${beside}`);
}

function isAsked(name: string): boolean {
  return words.every((word) => name.toLowerCase().includes(word.toLowerCase()));
}

function each(update: (i: number) => void, count = ROWS): number {
  const start = busyMicroseconds();
  for (let i = 0; i < count; i++) update(i);
  return (1_000 * (busyMicroseconds() - start)) / count;
}

/** The scores in blocks, as metric has them. */
function eachBlock(update: (scores: Float64Array) => void): number {
  const block = new Float64Array(BLOCK_ROWS);
  let spent = 0;
  for (let from = 0; from + BLOCK_ROWS <= ROWS; from += BLOCK_ROWS) {
    for (let i = 0; i < BLOCK_ROWS; i++) block[i] = rows[from + i]!.score;
    const start = busyMicroseconds();
    update(block);
    spent += busyMicroseconds() - start;
  }
  return (1_000 * spent) / (ROWS - (ROWS % BLOCK_ROWS));
}

function readingMicroseconds(read: () => unknown): number {
  const start = busyMicroseconds();
  for (let i = 0; i < READINGS; i++) read();
  return (busyMicroseconds() - start) / READINGS;
}

/** CPU time of this thread: other work on the machine is not in it. Too coarse for what takes some milliseconds. */
function busyMicroseconds(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}
