import type { ResampledFigures } from '../../stats/bootstrap.ts';
import { CALIBRATION_BINS, calibrationBin } from '../../stats/calibration.ts';
import { classProbabilities } from '../../stats/class-probabilities.ts';
import { binaryFigures, type Confusion, multiclassFigures } from '../../stats/confusion.ts';
import type { Figures } from '../../stats/figure.ts';
import { averagePrecision, rocAuc, type TieGroup } from '../../stats/score-ranking.ts';
import { type BootstrapOptions, withBootstrap } from './report-bootstrap.ts';

/** One row of a log of classes. */
export interface ClassRow {
  /** Indices into the labels. */
  readonly truth: number;
  readonly prediction: number;
  /** 1 − p(true class), else 0 or 1. */
  readonly absoluteError: number;
}

/** What a log of classes is resampled from. */
export interface ClassLog {
  readonly count: number;
  readonly labels: readonly string[];
  /** Of two classes; absent: there are more. */
  readonly positive: string | undefined;
  /** Probabilities came along. */
  readonly graded: boolean;
  readonly forEach: (visit: (row: ClassRow) => void) => void;
}

/** The figures of a log of classes, each without an interval given one. Holds 24 bytes a row beside the rows. */
export function bootstrapClasses(figures: Figures, log: ClassLog, options: BootstrapOptions): Figures {
  if (log.labels.length > LABELS_MAX) return figures;
  const cells = cellsOf(log);
  const scores = log.graded && log.positive !== undefined ? scoresOf(log, log.positive) : undefined;
  return withBootstrap(figures, log.count, options, (counts) => ({
    ...confusionFigures(log, cells, counts),
    ...(scores && scoreFigures(scores, counts)),
  }));
}

/** A matrix of more labels takes longer to look at than all its rows. */
const LABELS_MAX = 200;

function cellsOf({ count, labels, forEach }: ClassLog): Uint16Array {
  const cells = new Uint16Array(count);
  let at = 0;
  forEach(({ truth, prediction }) => (cells[at++] = truth * labels.length + prediction));
  return cells;
}

function confusionFigures(
  { count, labels, positive }: ClassLog,
  cells: Uint16Array,
  drawn: Uint8Array,
): ResampledFigures {
  const size = labels.length;
  const counts = labels.map(() => labels.map(() => 0));
  for (let i = 0; i < count; i++) {
    const cell = cells[i]!;
    counts[Math.floor(cell / size)]![cell % size]! += drawn[i]!;
  }
  const confusion = seen({ labels, counts });
  const found =
    positive === undefined ? multiclassFigures(confusion) : binaryFigures(confusion, { positive });
  const names = positive === undefined ? MULTICLASS : BINARY;
  return Object.fromEntries(names.map((name) => [name, found[name]?.value]));
}

/** Without the labels that the resample has not drawn, as the figures leave those out that never occur. */
function seen({ labels, counts }: Confusion): Confusion {
  const kept = labels.flatMap((_, i) =>
    counts[i]!.some((n) => n > 0) || counts.some((row) => row[i]! > 0) ? [i] : [],
  );
  return {
    labels: kept.map((i) => labels[i]!),
    counts: kept.map((i) => kept.map((j) => counts[i]![j]!)),
  };
}

const AGREEMENT = ['accuracy', 'balanced_accuracy', 'mcc', 'kappa'];
const BINARY = [...AGREEMENT, 'precision', 'recall', 'specificity', 'f1'];
const MULTICLASS = [
  ...AGREEMENT,
  ...['macro', 'micro', 'weighted'].flatMap((kind) =>
    ['precision', 'recall', 'f1'].map((name) => `${kind}_${name}`),
  ),
];

/** The scores of the positive class, the highest first; `places[i]` is where row i of the log stands among them. */
interface Scores {
  readonly places: Uint32Array;
  readonly scores: Float64Array;
  readonly positives: Uint8Array;
  readonly logLosses: Float64Array;
}

function scoresOf({ count, labels, forEach }: ClassLog, positive: string): Scores {
  const unsorted = new Float64Array(count);
  const isPositive = new Uint8Array(count);
  let at = 0;
  forEach(({ truth, absoluteError }) => {
    isPositive[at] = labels[truth] === positive ? 1 : 0;
    unsorted[at] = isPositive[at] === 1 ? 1 - absoluteError : absoluteError;
    at++;
  });
  const places = Uint32Array.from(unsorted, (_, i) => i).sort((a, b) => unsorted[b]! - unsorted[a]!);
  const positives = Uint8Array.from(places, (row) => isPositive[row]!);
  const scores = Float64Array.from(places, (row) => unsorted[row]!);
  return { places, scores, positives, logLosses: scores.map((score, i) => logLoss(score, positives[i]!)) };
}

function logLoss(score: number, positive: number): number {
  const state = classProbabilities.empty();
  const label = positive === 1 ? 'yes' : 'no';
  classProbabilities.add(state, { truth: label, prediction: label, proba: { yes: score, no: 1 - score } });
  return classProbabilities.value(state)['log_loss']!.value;
}

function scoreFigures(all: Scores, drawn: Uint8Array): ResampledFigures {
  const { places, scores, positives, logLosses } = all;
  const sums = Array.from({ length: CALIBRATION_BINS }, () => ({ score: 0, positive: 0, rows: 0 }));
  let [losses, squares] = [0, 0];
  for (let i = 0; i < scores.length; i++) {
    const times = drawn[places[i]!]!;
    if (times === 0) continue;
    const [score, positive] = [scores[i]!, positives[i]!];
    const bin = sums[calibrationBin(score)]!;
    bin.score += times * score;
    bin.positive += times * positive;
    bin.rows += times;
    losses += times * logLosses[i]!;
    squares += times * (positive - score) ** 2;
  }
  const off = sums.reduce((sum, { score, positive }) => sum + Math.abs(positive - score), 0);
  return {
    log_loss: losses / scores.length,
    brier: squares / scores.length,
    expected_calibration_error: off / scores.length,
    roc_auc: rocAuc(groupsOf(all, drawn))?.value,
    average_precision: averagePrecision(groupsOf(all, drawn))?.value,
  };
}

/** Groups of equal score as the resample has them. One object for all: each is read before the next is made. */
function* groupsOf({ places, scores, positives }: Scores, drawn: Uint8Array): Generator<TieGroup> {
  const group = { positive: 0, negative: 0 };
  for (let i = 0; i < scores.length; i++) {
    group[positives[i] === 1 ? 'positive' : 'negative'] += drawn[places[i]!]!;
    if (scores[i + 1] === scores[i]) continue;
    if (group.positive + group.negative > 0) yield group;
    group.positive = 0;
    group.negative = 0;
  }
}
