import type { Figures } from '../stats/figure.ts';
import { z } from 'zod';
import { decodeObject, refusedTo } from './object.ts';
import { Payload } from './payload.ts';

/**
 * What metric publishes on `aftermath.snapshots` for plot: everything a picture or a page shows, so that
 * a late visitor needs one snapshot. Its size does not depend on how many outcomes were seen.
 */
export interface Snapshot {
  readonly kind: 'metric';
  /** Raised when a reader of the old form would misread the new one. */
  readonly schema: 1;
  /** Who published it: unique to one run of one process. */
  readonly publisher: string;
  readonly publishedAtMs: number;
  /** First outcome of this ledger, or `undefined` before one. */
  readonly sinceMs: number | undefined;
  /** Champion first, then in order of first appearance. */
  readonly models: readonly ModelSnapshot[];
  readonly truths: TruthBooks;
  /** What this metric service could not use, by reason. */
  readonly deadLetters: Readonly<Record<string, number>>;
  /** Outcomes scored in the last second. */
  readonly rowsPerSecond: number;
  /** Where the log is, as the metric service sees it. */
  readonly logPath: string;
}

/** What the outcomes are: numbers, one of two labels, one of several. */
export type Task = 'regression' | 'binary' | 'multiclass';

/** How one model stands. */
export interface ModelSnapshot {
  readonly model: string;
  readonly role: 'champion' | 'challenger';
  /** The version that made the latest prediction. */
  readonly version: string | undefined;
  /** Known from the first outcomes. */
  readonly task: Task | undefined;
  readonly books: PredictionBooks;
  /** By name (`mae`, `rmse`, `bias`, `r2`, `median_absolute_error`, `p95_absolute_error`); an absent one has no honest answer yet. */
  readonly figures: Figures;
  readonly errors: Histogram | undefined;
  /** Oldest first, decimated: at most `HISTORY_POINTS_MAX`. */
  readonly history: readonly HistoryPoint[];
  /** Seconds from prediction to truth: quantiles of what was matched, or `undefined` before a match. */
  readonly labelLag: { readonly median: number; readonly p95: number } | undefined;
  /**
   * Share of the predictions that the figures stand on, 0..1: scored of those that are scored, pending or expired. To be
   * shown beside every figure: the first truths are often not like the others. Absent before a prediction.
   */
  readonly coverage?: number;
  /** Of predictions of each age how many have their truth: youngest first, ages without a prediction left out. */
  readonly maturity?: readonly MaturityPoint[];
  /** By the time of the prediction, oldest first, in cells of a minute, an hour, a day. */
  readonly cohorts?: readonly CohortPoint[];
  /** By the time of the truth, oldest first, in such cells. */
  readonly arrivals?: readonly ArrivalPoint[];
}

/** Predictions up to this age, above that of the point before; without an age: all older ones. */
export interface MaturityPoint {
  readonly ageMsMax?: number;
  readonly predictions: number;
  readonly scored: number;
}

/** Outcomes whose truth lies in [fromMs, toMs), event time where it came along; without a beginning: all before `toMs`. */
export interface ArrivalPoint {
  readonly fromMs?: number;
  readonly toMs: number;
  readonly scored: number;
  /** Absent where all weights are 0, or nothing is scored. */
  readonly mae?: number;
}

/** Predictions made in [fromMs, toMs): how many, and the figures of those that have their truth. */
export interface CohortPoint extends ArrivalPoint {
  readonly predictions: number;
}

/** received = scored + pending + expired + duplicate + conflict + unknown + refused, at every instant. */
export interface PredictionBooks {
  readonly received: number;
  readonly scored: number;
  readonly pending: number;
  readonly expired: number;
  readonly duplicate: number;
  readonly conflict: number;
  readonly unknown: number;
  readonly refused: number;
}

/** received = matched + waiting + orphan + late + revision + duplicate + unknown + refused, at every instant. */
export interface TruthBooks {
  readonly received: number;
  readonly matched: number;
  readonly waiting: number;
  readonly orphan: number;
  readonly late: number;
  readonly revision: number;
  readonly duplicate: number;
  readonly unknown: number;
  readonly refused: number;
}

/**
 * Absolute errors in bins of equal width that begin at 0; bin i covers [i·width, (i+1)·width), and
 * `above` counts what lies beyond the last one.
 */
export interface Histogram {
  readonly width: number;
  readonly counts: readonly number[];
  readonly above: number;
}

/** How it stood at one moment: the cumulative figures, and those of the outcomes since the point before. */
export interface HistoryPoint {
  readonly atMs: number;
  readonly scored: number;
  readonly mae: number;
  /** MAE of the outcomes between the point before and this one. */
  readonly recentMae: number;
}

/** History holds at most so many points; when full, every second one is dropped. */
export const HISTORY_POINTS_MAX = 400;

/** The `schema` of the snapshots that this version writes and reads. */
export const SNAPSHOT_SCHEMA = 1;

/**
 * The snapshot in a message; the same object where it never left the process.
 *
 * @throws {AftermathError} refused: not a snapshot, or one of a newer schema than this version reads
 */
export function decodeSnapshot(payload: Payload): Snapshot {
  if (payload.records !== undefined) return payload.records[0] as Snapshot;
  const action = 'read the snapshot';
  const object = decodeObject(payload, action);
  const { schema } = object;
  if (typeof schema === 'number' && schema > SNAPSHOT_SCHEMA) {
    const found = `it has schema ${schema}, and this version reads up to ${SNAPSHOT_SCHEMA}`;
    throw refusedTo(action, `${found}; update this service to the version of the one that publishes it`);
  }
  const result = SNAPSHOT.safeParse(object);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw refusedTo(action, `${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'malformed'}`);
}

/** The message that carries a snapshot. */
export function encodeSnapshot(snapshot: Snapshot): Payload {
  return Payload.ofRecords([snapshot], ([only]) => Buffer.from(JSON.stringify(only)));
}

const COUNT = z.int().min(0);
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
  level: z.number().min(0).max(1).exactOptional(),
  method: z.string().exactOptional(),
});

const HISTOGRAM = z.object({ width: z.number().positive(), counts: z.array(COUNT), above: COUNT });

const HISTORY_POINT = z.object({
  atMs: z.number(),
  scored: COUNT,
  mae: z.number(),
  recentMae: z.number(),
});

const MATURITY_POINT = z.object({ ageMsMax: z.number().exactOptional(), predictions: COUNT, scored: COUNT });

const ARRIVAL_POINT = z.object({
  fromMs: z.number().exactOptional(),
  toMs: z.number(),
  scored: COUNT,
  mae: z.number().exactOptional(),
});

/** JSON leaves `undefined` out; here it comes back, so that every snapshot has one shape. */
const MODEL = z
  .object({
    model: z.string(),
    role: ROLE,
    version: z.string().optional(),
    task: z.enum(['regression', 'binary', 'multiclass']).optional(),
    books: PREDICTION_BOOKS,
    figures: z.record(z.string(), FIGURE),
    errors: HISTOGRAM.optional(),
    history: z.array(HISTORY_POINT),
    labelLag: z.object({ median: z.number(), p95: z.number() }).optional(),
    coverage: z.number().min(0).max(1).exactOptional(),
    maturity: z.array(MATURITY_POINT).exactOptional(),
    cohorts: z.array(ARRIVAL_POINT.extend({ predictions: COUNT })).exactOptional(),
    arrivals: z.array(ARRIVAL_POINT).exactOptional(),
  })
  .transform((m): ModelSnapshot => ({
    ...m,
    version: m.version,
    task: m.task,
    errors: m.errors,
    labelLag: m.labelLag,
  }));

const SNAPSHOT = z
  .object({
    kind: z.literal('metric'),
    schema: z.literal(SNAPSHOT_SCHEMA),
    publisher: z.string(),
    publishedAtMs: z.number(),
    sinceMs: z.number().optional(),
    models: z.array(MODEL),
    truths: TRUTH_BOOKS,
    deadLetters: z.record(z.string(), COUNT),
    rowsPerSecond: z.number(),
    logPath: z.string(),
  })
  .transform((s): Snapshot => ({ ...s, sinceMs: s.sinceMs }));
