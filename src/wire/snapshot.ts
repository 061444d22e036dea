import type { Figures } from '../stats/figure.ts';
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
  /** Those that stand first, then resolved ones, the latest change first: at most `ALARMS_SHOWN_MAX`. Absent: none is kept. */
  readonly alarms?: readonly AlarmSnapshot[];
  /**
   * What looks bad now, whether or not it is an alarm, the most evidence first: with promises for life only (e-BH). An entry
   * without an alarm has an empty `id`.
   */
  readonly suspects?: readonly AlarmSnapshot[];
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
  /** Set where its points have no times, as in most logs: `atMs` is their number of rows. */
  readonly historyAlong?: 'rows';
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
  /** The same figures over less than everything, as the settings name them. */
  readonly windows?: readonly WindowSnapshot[];
  /** By the values of tags: worst first, at most `SLICES_SHOWN_MAX` of a tag, then what the others have together. */
  readonly slices?: readonly SliceSnapshot[];
  /** Of a challenger: against the champion, on the rows that both have. */
  readonly comparison?: ComparisonSnapshot;
  /** Oldest first: changes of version, and what change detectors mark. They promise nothing. */
  readonly marks?: readonly MarkSnapshot[];
  /** Predicted (x) against actual (y). */
  readonly scatter?: GridSnapshot;
  /** Residual (y: prediction − truth) against prediction (x). */
  readonly residuals?: GridSnapshot;
  /** Truths (rows) against predictions (columns). */
  readonly confusion?: ConfusionSnapshot;
  /** Of a binary classifier that gives probabilities. */
  readonly curves?: CurvesSnapshot;
  /** Seconds from prediction to truth. */
  readonly lag?: BinsSnapshot;
  /** Revisions for each outcome, 0..1: how much of the figures their intervals, which run on first truths, do not have. */
  readonly revisedRatio?: number;
  /** Of a classifier with probabilities: what its figures will be on the predictions that wait for their truth. */
  readonly estimate?: EstimateSnapshot;
}

/**
 * Without labels yet: what the figures will be of the predictions that wait for their truth (CBPE). An estimate, never to be
 * shown without what it assumes.
 */
export interface EstimateSnapshot {
  /** Predictions that it is of; with 0 there are no figures. */
  readonly rows: number;
  /** First truths by which the probabilities were recalibrated; 0: they are taken as they came. */
  readonly labels: number;
  /** What has to hold for it to be right, in words that end a sentence: “if …”. */
  readonly assumes: string;
  /**
   * Under the names of the measured ones: `accuracy`; of two classes `precision`, `recall`, `specificity`, `f1`, `roc_auc` too.
   * Every prediction counts once, whatever its weight.
   */
  readonly figures: Figures;
  /** Of two classes: how many rows of each truth (rows) are expected under each prediction (columns); not whole numbers. */
  readonly confusion?: {
    readonly labels: readonly string[];
    readonly counts: readonly (readonly number[])[];
  };
  /** How such estimates did, once a block of outcomes is full. */
  readonly record?: EstimateRecord;
}

/** Blocks of outcomes, each estimated before the first of its truths had come, against what came. */
export interface EstimateRecord {
  readonly blockRows: number;
  readonly blocks: number;
  /** Mean of |estimated − realised| over all blocks, by figure. */
  readonly differences: Readonly<Record<string, number>>;
  /** What that of `accuracy` would be by chance alone, were every probability right. */
  readonly byChance: number;
  /** The last blocks, oldest first, at most `ESTIMATE_POINTS_MAX`. */
  readonly points: readonly EstimatePoint[];
}

/** One block. A figure is in both or in neither. */
export interface EstimatePoint {
  /** Time of its last truth. */
  readonly atMs: number;
  readonly estimated: Readonly<Record<string, number>>;
  readonly realised: Readonly<Record<string, number>>;
}

/** A model's figures over a window. */
export interface WindowSnapshot {
  /** As the setting names it: `last-1000`, `sliding-1h`, `tumbling-1d`, `faded-1h`. */
  readonly window: string;
  readonly kind: 'last' | 'sliding' | 'tumbling' | 'faded';
  /** Outcomes in it; of a faded window, the sum of their weights. */
  readonly scored: number;
  /** Event time that it covers, from inclusive, to exclusive. */
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly figures: Figures;
  readonly errors?: Histogram;
}

/** The rows of one value of a tag. */
export interface SliceSnapshot {
  readonly tag: string;
  /** The value; of the rest, `(other)`. */
  readonly value: string;
  /** Set on what all further values have together. */
  readonly rest?: true;
  /** Predictions that are scored, pending or expired. */
  readonly predictions: number;
  readonly scored: number;
  /** Intervals hold for all slices together at the level they name. */
  readonly figures: Figures;
  readonly windows?: readonly WindowSnapshot[];
  readonly errors?: Histogram;
  readonly arrivals?: readonly ArrivalPoint[];
}

/** Champion against challenger, paired by id. */
export interface ComparisonSnapshot {
  readonly champion: string;
  /** Ids that both have scored. */
  readonly rows: number;
  /** Mean loss of the challenger less that of the champion: below 0 the challenger is better. */
  readonly difference: number;
  readonly low?: number;
  readonly high?: number;
  readonly level?: number;
  readonly method?: string;
  readonly better: 'champion' | 'challenger' | 'undecided';
  /** Rows at the look that decided it. */
  readonly decidedAt?: number;
}

/** An alarm and what it stands on. */
export interface AlarmSnapshot {
  /** Unique in this ledger. */
  readonly id: string;
  readonly state: 'raised' | 'confirmed' | 'resolved';
  readonly model: string;
  /** The loss whose mean is watched (`mae`, `accuracy`, …). */
  readonly figure: string;
  /** Absent: all rows. */
  readonly slice?: { readonly tag: string; readonly value: string };
  readonly reference: number;
  /** What is promised: false alarms over its whole life (`life`), or outcomes to a false alarm (`run-length`). */
  readonly promise: 'life' | 'run-length';
  readonly alpha: number;
  /** An alarm is raised where it reaches `threshold`. */
  readonly evidence: number;
  readonly threshold: number;
  /** Mean of the loss since the evidence began to grow, or over the last outcomes: what it is now. */
  readonly value?: number;
  readonly coverage?: number;
  /** The first outcome in the evidence, the alarm, the latest change of state. */
  readonly sinceMs: number;
  readonly raisedAtMs: number;
  readonly changedAtMs: number;
  /** One sentence for people. */
  readonly text: string;
}

/** Something that happened, to be marked on every chart over time. */
export interface MarkSnapshot {
  readonly atMs: number;
  readonly kind: 'version' | 'change';
  readonly text: string;
  /** Of a change: which detector saw it, and in what. */
  readonly change?: ChangeSnapshot;
}

/** What a change detector saw. It promises nothing, and is no alarm. */
export interface ChangeSnapshot {
  /** As the setting names it: `adwin`, `page-hinkley`, `ddm`, `cusum`, `kswin`. */
  readonly detector: string;
  readonly on: 'loss' | 'prediction' | 'feature';
  /** Its name, of a feature. */
  readonly feature?: string;
  /** Absent where the detector cannot tell. */
  readonly direction?: 'rise' | 'fall';
}

/** Counts in cells of equal size; `counts` goes along x, then y. What lies outside is in the outermost cells. */
export interface GridSnapshot {
  readonly x: { readonly from: number; readonly width: number; readonly cells: number };
  readonly y: { readonly from: number; readonly width: number; readonly cells: number };
  readonly counts: readonly number[];
}

/** Bins with edges of their own: bin i covers [edges[i], edges[i + 1]). */
export interface BinsSnapshot {
  readonly edges: readonly number[];
  readonly counts: readonly number[];
}

/** `counts[i][j]`: rows whose truth is label i and whose prediction is label j. */
export interface ConfusionSnapshot {
  readonly labels: readonly string[];
  readonly counts: readonly (readonly number[])[];
}

/** Each curve in at most `CURVE_POINTS_MAX` points. */
export interface CurvesSnapshot {
  readonly positive: string;
  /** [false positive rate, true positive rate], from (0, 0) to (1, 1). */
  readonly roc: readonly (readonly [number, number])[];
  /** [recall, precision], recall falling. */
  readonly precisionRecall: readonly (readonly [number, number])[];
  readonly calibration: readonly { readonly score: number; readonly rate: number; readonly rows: number }[];
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
  /** Of a classification, as `mae`. */
  readonly accuracy?: number;
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
  /** Interval of `mae`, where one is valid. */
  readonly low?: number;
  readonly high?: number;
  /** MAE of the naive answer (the running median) on the same rows. */
  readonly naiveMae?: number;
  /** As of `ModelSnapshot.coverage`, at that moment. */
  readonly coverage?: number;
  /** Of a classification, by the name of the figure: `accuracy`, and `log_loss` where probabilities came along. */
  readonly means?: Readonly<Record<string, RunningMean>>;
}

/** A mean over all outcomes up to one moment, and over those since the point before. */
export interface RunningMean {
  readonly value: number;
  readonly recent: number;
  /** Interval of `value`, where one is valid. */
  readonly low?: number;
  readonly high?: number;
  /** Of the naive answer on the same rows: for accuracy the label that was most frequent so far. */
  readonly naive?: number;
}

/** History holds at most so many points; when full, every second one is dropped. */
export const HISTORY_POINTS_MAX = 400;

/** Values of a tag in a snapshot at most, those with most predictions; the others are one slice together. */
export const SLICES_SHOWN_MAX = 50;

/** Alarms in a snapshot, and points of a curve, at most. */
export const ALARMS_SHOWN_MAX = 50;
export const CURVE_POINTS_MAX = 200;

/** Blocks of an estimate's record in a snapshot, at most. */
export const ESTIMATE_POINTS_MAX = 100;

/** The `schema` of the snapshots that this version writes and reads. */
export const SNAPSHOT_SCHEMA = 1;

/** The message that carries a snapshot. */
export function encodeSnapshot(snapshot: Snapshot): Payload {
  return Payload.ofRecords([snapshot], ([only]) => Buffer.from(JSON.stringify(only)));
}
