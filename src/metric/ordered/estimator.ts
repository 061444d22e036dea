import { SERVED, servedScore } from '../../stats/class-score.ts';
import { type Recalibration, recalibrate } from '../../stats/recalibration.ts';
import { type CellFigures, expectedFigures, realisedFigures } from '../../stats/score-cell-figures.ts';
import {
  type ScoreCells,
  emptyScoreCells,
  listScoreCells,
  mergeScoreCells,
  putScore,
  servedFrom,
} from '../../stats/score-cells.ts';
import {
  ESTIMATE_POINTS_MAX,
  type EstimatePoint,
  type EstimateRecord,
  type EstimateSnapshot,
} from '../../wire/snapshot.ts';

/** One outcome, as the estimator learns of it. */
export interface LabelledRow {
  readonly label: string;
  readonly predicted: string;
  readonly proba: Readonly<Record<string, number>> | undefined;
  /** Of the truth. */
  readonly atMs: number;
}

/**
 * What is known for estimating a model's figures before truths come: the labels that came, and how estimates did. Outcomes
 * are taken in blocks: what is estimated of a block knows the labels of the blocks before it alone. Plain data.
 */
export interface EstimatorState {
  /** Whose scores these are: the two classes, or both empty for how sure the model is of what it served. */
  readonly positive: string;
  readonly negative: string;
  /** Of the blocks that are full. */
  readonly labelled: ScoreCells;
  block: ScoreCells;
  blockRows: number;
  blocks: number;
  /** Σ|estimated − realised| and the blocks that had both, by figure. */
  readonly differences: Record<string, { sum: number; blocks: number }>;
  /** Σ of what chance alone makes of that of accuracy. */
  byChance: number;
  points: EstimatePoint[];
}

/** Outcomes in a block. */
export const ESTIMATE_BLOCK_ROWS = 500;

/**
 * Takes the next first truth. Nothing happens without probabilities of two classes or more.
 *
 * @param state `undefined` before the first
 * @returns the state, changed in place; a new one where the scores are of other classes: what is known of others says nothing of them
 */
export function observeLabel(
  state: EstimatorState | undefined,
  { label, predicted, proba, atMs }: LabelledRow,
): EstimatorState | undefined {
  const found = servedScore(predicted, proba);
  if (found === undefined) return state;
  const { positive, negative, score, served } = found;
  const own =
    state?.positive === positive && state.negative === negative ? state : emptyEstimator(positive, negative);
  const isPositive = isOfTwo(own) ? label === positive : label === predicted;
  putScore(own.block, { score, served, positive: isPositive }, 1);
  own.blockRows++;
  if (own.blockRows === ESTIMATE_BLOCK_ROWS) closeBlock(own, atMs);
  return own;
}

/**
 * What figures will be of rows without a truth.
 *
 * @param pending scores of the same classes as those of the state; `undefined`: there are none
 * @param threshold from which score on the positive of two classes is predicted, to a bin; absent: as it was served
 * @returns `undefined` where there is nothing to tell
 */
export function estimateOf(
  state: Pick<EstimatorState, 'positive' | 'negative'> & Partial<EstimatorState>,
  pending: ScoreCells | undefined,
  threshold?: number,
): EstimateSnapshot | undefined {
  const ofTwo = isOfTwo(state);
  const served = pending === undefined ? [] : listScoreCells(pending);
  const cells = threshold === undefined || !ofTwo ? served : servedFrom(served, threshold);
  const record = recordOf(state);
  if (cells.length === 0 && record === undefined) return undefined;
  const known = recalibrate(labelsOf(state));
  const expected = expectedFigures(cells, { probabilityOf: known.probabilityOf, ofTwo });
  const { tp, fp, fn, tn } = expected.kinds;
  return {
    rows: cells.reduce((sum, { rows }) => sum + rows, 0),
    labels: known.labels,
    assumes: assumptionsOf(known),
    figures: Object.fromEntries(Object.entries(expected.figures).map(([name, value]) => [name, { value }])),
    ...(ofTwo &&
      cells.length > 0 && {
        confusion: {
          labels: [state.negative, state.positive],
          counts: [
            [tn, fp],
            [fn, tp],
          ],
        },
      }),
    ...(record && { record }),
  };
}

function assumptionsOf({ labels }: Recalibration): string {
  const probabilities =
    labels === 0
      ? 'the probabilities are right as they came'
      : `the probabilities are right once recalibrated on the ${labels} labels that came`;
  return `if ${probabilities}, and the same features still mean the same (no concept drift)`;
}

function emptyEstimator(positive: string, negative: string): EstimatorState {
  return {
    positive,
    negative,
    labelled: emptyScoreCells(),
    block: emptyScoreCells(),
    blockRows: 0,
    blocks: 0,
    differences: {},
    byChance: 0,
    points: [],
  };
}

function isOfTwo({ positive, negative }: Pick<EstimatorState, 'positive' | 'negative'>): boolean {
  return positive !== SERVED.positive || negative !== SERVED.negative;
}

/** Those of the block that is not full are labels too. */
function labelsOf({ labelled, block }: Partial<EstimatorState>): ScoreCells {
  const all = emptyScoreCells();
  if (labelled !== undefined) mergeScoreCells(all, labelled);
  if (block !== undefined) mergeScoreCells(all, block);
  return all;
}

function closeBlock(state: EstimatorState, atMs: number): void {
  const cells = listScoreCells(state.block);
  const ofTwo = isOfTwo(state);
  const { probabilityOf } = recalibrate(state.labelled);
  const expected = expectedFigures(cells, { probabilityOf, ofTwo });
  const realised = realisedFigures(cells, ofTwo);
  const names = Object.keys(expected.figures).filter((name) => realised[name] !== undefined);
  for (const name of names) {
    const known = (state.differences[name] ??= { sum: 0, blocks: 0 });
    known.sum += Math.abs(expected.figures[name]! - realised[name]!);
    known.blocks++;
  }
  state.byChance += expected.byChance;
  const only = (figures: CellFigures): CellFigures =>
    Object.fromEntries(names.map((name) => [name, figures[name]!]));
  state.points.push({ atMs, estimated: only(expected.figures), realised: only(realised) });
  if (state.points.length > ESTIMATE_POINTS_MAX) state.points.shift();
  state.blocks++;
  mergeScoreCells(state.labelled, state.block);
  state.block = emptyScoreCells();
  state.blockRows = 0;
}

function recordOf({
  blocks = 0,
  differences = {},
  byChance = 0,
  points = [],
}: Partial<EstimatorState>): EstimateRecord | undefined {
  if (blocks === 0) return undefined;
  const means = Object.entries(differences).map(([name, { sum, blocks: of }]) => [name, sum / of] as const);
  return {
    blockRows: ESTIMATE_BLOCK_ROWS,
    blocks,
    differences: Object.fromEntries(means),
    byChance: byChance / blocks,
    points: [...points],
  };
}
