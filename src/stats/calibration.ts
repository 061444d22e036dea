import { addToMean } from './exact-mean.ts';
import { valueOf } from './exact-sum.ts';
import type { LinearFigures } from './figure.ts';
import { figuresOfMeans } from './mean-figures.ts';
import type { MeansState } from './mean-figures.ts';
import { checkedWeight } from './outcome-limits.ts';

/** One outcome of two classes, with the probability of the positive one, 0..1. */
export interface CalibrationOutcome {
  readonly positive: boolean;
  readonly score: number;
  /** 0..1e50; 1 when absent. */
  readonly weight?: number | undefined;
}

/** Ten bins of equal width, open below and closed above, 0 in the first: as scikit-learn's `uniform` strategy. */
export const CALIBRATION_BINS = 10;
const INDICES = Array.from({ length: CALIBRATION_BINS }, (_, i) => i);
const EDGES = INDICES.map((i) => (i + 1) * 0.1);
const SCORES = INDICES.map((i) => `score_${i}`);
const RATES = INDICES.map((i) => `rate_${i}`);

/**
 * `expected_calibration_error`: the weighted mean, over ten bins of equal width, of the distance between the mean
 * score and the share of positives. Absent without an outcome. The curve itself is `calibrationCurve`.
 */
export const calibration: LinearFigures<MeansState<string>, CalibrationOutcome> = figuresOfMeans({
  names: [...SCORES, ...RATES],
  version: 1,
  put({ means }, { positive, score, weight: given }: CalibrationOutcome, sign) {
    if (!(score >= 0 && score <= 1)) {
      throw new RangeError(`Cannot score a probability of ${score}: 0 to 1 is expected`);
    }
    const weight = given === undefined ? 1 : checkedWeight(given);
    if (weight === 0) return;
    const bin = calibrationBin(score);
    addToMean(means[SCORES[bin]!]!, score, weight, sign);
    addToMean(means[RATES[bin]!]!, positive ? 1 : 0, weight, sign);
  },
  figures(_, state) {
    const points = calibrationCurve(state);
    const weight = points.reduce((sum, point) => sum + point.weight, 0);
    if (weight <= 0) return {};
    const off = points.reduce((sum, point) => sum + point.weight * Math.abs(point.rate - point.score), 0);
    return { expected_calibration_error: off / weight };
  },
});

/** Which of the bins a score of 0..1 belongs to. */
export function calibrationBin(score: number): number {
  let bin = 0;
  while (bin < CALIBRATION_BINS - 1 && score > EDGES[bin]!) bin++;
  return bin;
}

/** One bin that is not empty. */
export interface CalibrationPoint {
  /** Mean score. */
  readonly score: number;
  /** Share of positives. */
  readonly rate: number;
  readonly weight: number;
  /** Outcomes with a weight above 0. */
  readonly rows: number;
}

/** The reliability curve: the bins that are not empty, in order of score. */
export function calibrationCurve({ means }: MeansState<string>): CalibrationPoint[] {
  return INDICES.flatMap((i) => {
    const [score, rate] = [means[SCORES[i]!]!, means[RATES[i]!]!];
    const weight = valueOf(score.weight);
    if (score.rows <= 0 || weight <= 0) return [];
    return [
      { score: valueOf(score.total) / weight, rate: valueOf(rate.total) / weight, weight, rows: score.rows },
    ];
  });
}
