import { z } from 'zod';
import type { ModelSnapshot, Snapshot } from './snapshot.ts';

const COUNT = z.int().min(0);
const RATIO = z.number().min(0).max(1);
const ROLE = z.enum(['champion', 'challenger']);

const PREDICTION_BOOKS = z.object({
  received: COUNT,
  scored: COUNT,
  pending: COUNT,
  expired: COUNT,
  duplicate: COUNT,
  conflict: COUNT,
  unknown: COUNT,
  refused: COUNT,
});

const TRUTH_BOOKS = z.object({
  received: COUNT,
  matched: COUNT,
  waiting: COUNT,
  orphan: COUNT,
  late: COUNT,
  revision: COUNT,
  duplicate: COUNT,
  unknown: COUNT,
  refused: COUNT,
});

const FIGURE = z.object({
  value: z.number(),
  low: z.number().exactOptional(),
  high: z.number().exactOptional(),
  level: RATIO.exactOptional(),
  method: z.string().exactOptional(),
});

const FIGURES = z.record(z.string(), FIGURE);

const HISTOGRAM = z.object({ width: z.number().positive(), counts: z.array(COUNT), above: COUNT });

const RUNNING_MEAN = z.object({
  value: z.number(),
  recent: z.number(),
  low: z.number().exactOptional(),
  high: z.number().exactOptional(),
  naive: z.number().exactOptional(),
});

const HISTORY_POINT = z.object({
  atMs: z.number(),
  scored: COUNT,
  mae: z.number(),
  recentMae: z.number(),
  low: z.number().exactOptional(),
  high: z.number().exactOptional(),
  naiveMae: z.number().exactOptional(),
  coverage: RATIO.exactOptional(),
  means: z.record(z.string(), RUNNING_MEAN).exactOptional(),
});

const MATURITY_POINT = z.object({ ageMsMax: z.number().exactOptional(), predictions: COUNT, scored: COUNT });

const ARRIVAL_POINT = z.object({
  fromMs: z.number().exactOptional(),
  toMs: z.number(),
  scored: COUNT,
  mae: z.number().exactOptional(),
  accuracy: RATIO.exactOptional(),
});

const WINDOW = z.object({
  window: z.string(),
  kind: z.enum(['last', 'sliding', 'tumbling', 'faded']),
  scored: z.number().min(0),
  fromMs: z.number().exactOptional(),
  toMs: z.number().exactOptional(),
  figures: FIGURES,
  errors: HISTOGRAM.exactOptional(),
});

const SLICE = z.object({
  tag: z.string(),
  value: z.string(),
  rest: z.literal(true).exactOptional(),
  predictions: COUNT,
  scored: COUNT,
  figures: FIGURES,
  windows: z.array(WINDOW).exactOptional(),
  errors: HISTOGRAM.exactOptional(),
  arrivals: z.array(ARRIVAL_POINT).exactOptional(),
});

const COMPARISON = z.object({
  champion: z.string(),
  rows: COUNT,
  difference: z.number(),
  low: z.number().exactOptional(),
  high: z.number().exactOptional(),
  level: RATIO.exactOptional(),
  method: z.string().exactOptional(),
  better: z.enum(['champion', 'challenger', 'undecided']),
  decidedAt: COUNT.exactOptional(),
});

/** Something that happened, in a snapshot of metric or of the model stage. */
export const MARK = z.object({
  atMs: z.number(),
  kind: z.enum(['version', 'change']),
  text: z.string(),
  change: z
    .object({
      detector: z.string(),
      on: z.enum(['loss', 'prediction', 'feature']),
      feature: z.string().exactOptional(),
      direction: z.enum(['rise', 'fall']).exactOptional(),
    })
    .exactOptional(),
});

const AXIS = z.object({ from: z.number(), width: z.number().positive(), cells: z.int().min(1) });
const GRID = z.object({ x: AXIS, y: AXIS, counts: z.array(COUNT) });
const POINT = z.tuple([z.number(), z.number()]);

const CURVES = z.object({
  positive: z.string(),
  roc: z.array(POINT),
  precisionRecall: z.array(POINT),
  calibration: z.array(z.object({ score: RATIO, rate: RATIO, rows: COUNT })),
});

const NUMBERS = z.record(z.string(), z.number());

const ESTIMATE = z.object({
  rows: COUNT,
  labels: COUNT,
  assumes: z.string(),
  figures: FIGURES,
  confusion: z.object({ labels: z.array(z.string()), counts: z.array(z.array(z.number())) }).exactOptional(),
  record: z
    .object({
      blockRows: COUNT,
      blocks: COUNT,
      differences: NUMBERS,
      byChance: z.number(),
      points: z.array(z.object({ atMs: z.number(), estimated: NUMBERS, realised: NUMBERS })),
    })
    .exactOptional(),
});

/** An alarm, in a snapshot or by itself. */
export const ALARM = z.object({
  id: z.string(),
  state: z.enum(['raised', 'confirmed', 'resolved']),
  model: z.string(),
  figure: z.string(),
  slice: z.object({ tag: z.string(), value: z.string() }).exactOptional(),
  reference: z.number(),
  promise: z.enum(['life', 'run-length']),
  alpha: RATIO,
  evidence: z.number().min(0),
  threshold: z.number().min(0),
  value: z.number().exactOptional(),
  coverage: RATIO.exactOptional(),
  sinceMs: z.number(),
  raisedAtMs: z.number(),
  changedAtMs: z.number(),
  text: z.string(),
});

/** JSON leaves `undefined` out; here it comes back, so that every snapshot has one shape. */
const MODEL = z
  .object({
    model: z.string(),
    role: ROLE,
    version: z.string().optional(),
    task: z.enum(['regression', 'binary', 'multiclass']).optional(),
    books: PREDICTION_BOOKS,
    figures: FIGURES,
    errors: HISTOGRAM.optional(),
    history: z.array(HISTORY_POINT),
    historyAlong: z.literal('rows').exactOptional(),
    labelLag: z.object({ median: z.number(), p95: z.number() }).optional(),
    coverage: RATIO.exactOptional(),
    maturity: z.array(MATURITY_POINT).exactOptional(),
    cohorts: z.array(ARRIVAL_POINT.extend({ predictions: COUNT })).exactOptional(),
    arrivals: z.array(ARRIVAL_POINT).exactOptional(),
    windows: z.array(WINDOW).exactOptional(),
    slices: z.array(SLICE).exactOptional(),
    comparison: COMPARISON.exactOptional(),
    marks: z.array(MARK).exactOptional(),
    scatter: GRID.exactOptional(),
    residuals: GRID.exactOptional(),
    confusion: z.object({ labels: z.array(z.string()), counts: z.array(z.array(COUNT)) }).exactOptional(),
    curves: CURVES.exactOptional(),
    lag: z.object({ edges: z.array(z.number()), counts: z.array(COUNT) }).exactOptional(),
    revisedRatio: RATIO.exactOptional(),
    estimate: ESTIMATE.exactOptional(),
  })
  .transform((m): ModelSnapshot => ({
    ...m,
    version: m.version,
    task: m.task,
    errors: m.errors,
    labelLag: m.labelLag,
  }));

/** What a message must be to be a snapshot; unknown members are left out. */
export const SNAPSHOT = z
  .object({
    kind: z.literal('metric'),
    schema: z.literal(1),
    publisher: z.string(),
    publishedAtMs: z.number(),
    sinceMs: z.number().optional(),
    models: z.array(MODEL),
    truths: TRUTH_BOOKS,
    deadLetters: z.record(z.string(), COUNT),
    rowsPerSecond: z.number(),
    logPath: z.string(),
    alarms: z.array(ALARM).exactOptional(),
    suspects: z.array(ALARM).exactOptional(),
  })
  .transform((s): Snapshot => ({ ...s, sinceMs: s.sinceMs }));
