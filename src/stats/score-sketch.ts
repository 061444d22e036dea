import { addCount, emptySketch, forEachPair, mergeSketch, readSketch, writeSketch } from './count-sketch.ts';
import type { CountSketch } from './count-sketch.ts';
import type { Figures, LinearFigures } from './figure.ts';
import { averagePrecision, rocAuc } from './score-ranking.ts';
import type { TieGroup } from './score-ranking.ts';
import { StateReader, StateWriter } from './state-bytes.ts';

/** One outcome of two classes, with the probability of the positive one, 0..1. Every outcome counts once. */
export interface ScoreOutcome {
  readonly positive: boolean;
  readonly score: number;
}

/** Scores below ½ by their size, the others by their distance from 1, so that both ends are fine. */
export interface ScoreSketchState {
  readonly positive: { readonly low: CountSketch; readonly high: CountSketch };
  readonly negative: { readonly low: CountSketch; readonly high: CountSketch };
}

/**
 * `roc_auc` and `average_precision` over all outcomes in bounded memory. Scores are binned (128 bins for each
 * halving of the distance from 0 or 1), so each comes with the bounds of the exact value: rows of one bin may be
 * in any order. Absent without both classes. For the exact figures of a window see `score-ranking.ts`.
 */
export const scoreSketch: LinearFigures<ScoreSketchState, ScoreOutcome> = {
  kind: 'linear',
  version: 1,
  empty: () => ({
    positive: { low: emptySketch(), high: emptySketch() },
    negative: { low: emptySketch(), high: emptySketch() },
  }),
  add: (state, outcome) => put(state, outcome, 1),
  remove: (state, outcome) => put(state, outcome, -1),
  merge(state, other) {
    for (const [a, b] of PARTS) mergeSketch(state[a][b], other[a][b]);
  },
  value(state) {
    const groups = scoreGroups(state);
    const auc = rocAuc(groups);
    if (auc === undefined) return {};
    const precision = averagePrecision(groups)!;
    const bounds = { level: 1, method: 'bounds of binned scores' };
    return {
      roc_auc: { ...auc, ...bounds },
      average_precision: { ...precision, ...bounds },
    } satisfies Figures;
  },
  encode(state) {
    const writer = new StateWriter();
    writer.integer(scoreSketch.version);
    for (const [a, b] of PARTS) writeSketch(writer, state[a][b]);
    return writer.finish();
  },
  decode(bytes) {
    const reader = new StateReader(bytes);
    const version = reader.integer();
    if (version !== scoreSketch.version) {
      throw new RangeError(
        `Cannot read a state of version ${version}: this is version ${scoreSketch.version}`,
      );
    }
    const state = scoreSketch.empty();
    for (const [a, b] of PARTS) Object.assign(state[a][b], readSketch(reader));
    reader.end();
    return state;
  },
};

const PARTS = [
  ['positive', 'low'],
  ['positive', 'high'],
  ['negative', 'low'],
  ['negative', 'high'],
] as const;

function put(state: ScoreSketchState, { positive, score }: ScoreOutcome, count: 1 | -1): void {
  if (!(score >= 0 && score <= 1)) {
    throw new RangeError(`Cannot score a probability of ${score}: 0 to 1 is expected`);
  }
  const part = state[positive ? 'positive' : 'negative'];
  if (score < 0.5) addCount(part.low, score, count);
  else addCount(part.high, 1 - score, count);
}

/** One group for each bin that is not empty, the highest scores first. */
export function scoreGroups({ positive, negative }: ScoreSketchState): TieGroup[] {
  const groups: TieGroup[] = [];
  const low: TieGroup[] = [];
  forEachPair(positive.high, negative.high, (a, b) => groups.push({ positive: a, negative: b }));
  forEachPair(positive.low, negative.low, (a, b) => low.push({ positive: a, negative: b }));
  for (let i = low.length - 1; i >= 0; i--) groups.push(low[i]!);
  return groups;
}
