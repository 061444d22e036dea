import { scoreOf } from '../../stats/class-score.ts';
import { calibration, calibrationCurve } from '../../stats/calibration.ts';
import type { Figures } from '../../stats/figure.ts';
import type { MeansState } from '../../stats/mean-figures.ts';
import { precisionRecallPoints, rocPoints } from '../../stats/score-curves.ts';
import { type ScoreSketchState, scoreGroups, scoreSketch } from '../../stats/score-sketch.ts';
import type { StateReader, StateWriter } from '../../stats/state-bytes.ts';
import { CURVE_POINTS_MAX, type CurvesSnapshot } from '../../wire/snapshot.ts';
import { labelOf } from './absolute-error.ts';
import type { PredictionSlot } from '../ledger/entry.ts';

/** What is kept of the scores of two classes: calibration, and the ranking in bins. */
export class ScoreSet {
  /** By the positive label: one, unless the classes change. */
  readonly #byPositive = new Map<string, Scores>();
  /** Outcomes with a weight other than 1: the ranking has none. */
  #weighted = 0;

  /** The positive label, where there is one; else `undefined`. */
  get positive(): string | undefined {
    return this.#only()?.[0];
  }

  /** Nothing happens unless the probabilities are those of two classes. */
  put(
    row: {
      readonly label: string;
      readonly proba: Readonly<Record<string, number>> | undefined;
      readonly weight: number | undefined;
    },
    sign: 1 | -1,
  ): void {
    const score = row.proba && scoreOf(row.proba);
    if (score === undefined) return;
    const { positive, of } = score;
    let scores = this.#byPositive.get(positive);
    if (scores === undefined) {
      if (this.#byPositive.size >= POSITIVES_MAX) return;
      this.#byPositive.set(positive, (scores = emptyScores()));
    }
    const outcome = { positive: row.label === positive, score: of, weight: row.weight };
    const put = sign === 1 ? 'add' : 'remove';
    calibration[put](scores.calibration, outcome);
    if (row.weight !== 0) scoreSketch[put](scores.ranking, outcome);
    if (row.weight !== undefined && row.weight !== 1) this.#weighted += sign;
  }

  merge(other: ScoreSet): void {
    for (const [positive, scores] of other.#byPositive) {
      let own = this.#byPositive.get(positive);
      if (own === undefined) this.#byPositive.set(positive, (own = emptyScores()));
      calibration.merge(own.calibration, scores.calibration);
      scoreSketch.merge(own.ranking, scores.ranking);
    }
    this.#weighted += other.#weighted;
  }

  /** `expected_calibration_error`; `roc_auc` and `average_precision` in their bounds, where no outcome has a weight of its own. */
  values(): Figures {
    const scores = this.#only()?.[1];
    if (scores === undefined) return {};
    const ranking = this.#weighted === 0 ? scoreSketch.value(scores.ranking) : {};
    return { ...calibration.value(scores.calibration), ...ranking };
  }

  /** The curves that charts show; `undefined` unless both of two classes came. They count each outcome once. */
  curves(): CurvesSnapshot | undefined {
    const [positive, scores] = this.#only() ?? [];
    if (positive === undefined || scores === undefined) return undefined;
    const groups = scoreGroups(scores.ranking);
    const roc = rocPoints(groups, CURVE_POINTS_MAX);
    const precisionRecall = precisionRecallPoints(groups, CURVE_POINTS_MAX);
    if (roc === undefined || precisionRecall === undefined) return undefined;
    const points = calibrationCurve(scores.calibration);
    return {
      positive,
      roc,
      precisionRecall,
      calibration: points.map(({ score, rate, rows }) => ({ score, rate, rows })),
    };
  }

  write(writer: StateWriter): void {
    writer.integer(this.#weighted);
    writer.integer(this.#byPositive.size);
    for (const positive of [...this.#byPositive.keys()].sort()) {
      const scores = this.#byPositive.get(positive)!;
      writer.text(positive);
      writer.bytes(calibration.encode(scores.calibration));
      writer.bytes(scoreSketch.encode(scores.ranking));
    }
  }

  /** Reads what `write` wrote into an empty one. */
  read(reader: StateReader): void {
    this.#weighted = reader.integer();
    for (let left = reader.integer(); left > 0; left--) {
      this.#byPositive.set(reader.text(), {
        calibration: calibration.decode(reader.bytes()),
        ranking: scoreSketch.decode(reader.bytes()),
      });
    }
  }

  #only(): [string, Scores] | undefined {
    const [first, second] = this.#byPositive;
    return second === undefined ? first : undefined;
  }
}

interface Scores {
  readonly calibration: MeansState<string>;
  readonly ranking: ScoreSketchState;
}

function emptyScores(): Scores {
  return { calibration: calibration.empty(), ranking: scoreSketch.empty() };
}

/**
 * The label that counts as predicted: with a threshold that of the score, where the probabilities are those of two
 * classes; else the one served.
 */
export function labelAt(
  { value, proba }: Pick<PredictionSlot, 'value' | 'proba'>,
  threshold: number | undefined,
): string {
  const score = threshold === undefined || proba === undefined ? undefined : scoreOf(proba);
  if (score === undefined || threshold === undefined) return labelOf(value);
  return score.of >= threshold ? score.positive : score.negative;
}

/** Who changes the names of both classes again and again has no curve. */
const POSITIVES_MAX = 8;
