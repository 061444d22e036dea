import { BLOCK_ROWS, type RegressionBlock } from './regression-block.ts';

/** Losses of a block's outcomes, and where they have naive answers those of these, in columns. */
export interface BlockLosses {
  readonly squared: Float64Array;
  readonly medianAbsolute: Float64Array;
  readonly meanSquared: Float64Array;
  readonly lastAbsolute: Float64Array;
  readonly lastSquared: Float64Array;
}

/** The losses of a block. The same columns every time: to be read before they are asked for again. */
export function blockLosses(block: RegressionBlock): BlockLosses {
  const { count, truth, error, median, mean, last } = block;
  for (let i = 0; i < count; i++) SQUARED[i] = error[i]! * error[i]!;
  if (!block.hasBaselines) return LOSSES;
  for (let i = 0; i < count; i++) {
    const y = truth[i]!;
    const offMean = mean[i]! - y;
    const offLast = last[i]! - y;
    MEDIAN_ABSOLUTE[i] = Math.abs(median[i]! - y);
    MEAN_SQUARED[i] = offMean * offMean;
    LAST_ABSOLUTE[i] = Math.abs(offLast);
    LAST_SQUARED[i] = offLast * offLast;
  }
  return LOSSES;
}

const SQUARED = new Float64Array(BLOCK_ROWS);
const MEDIAN_ABSOLUTE = new Float64Array(BLOCK_ROWS);
const MEAN_SQUARED = new Float64Array(BLOCK_ROWS);
const LAST_ABSOLUTE = new Float64Array(BLOCK_ROWS);
const LAST_SQUARED = new Float64Array(BLOCK_ROWS);
const LOSSES: BlockLosses = {
  squared: SQUARED,
  medianAbsolute: MEDIAN_ABSOLUTE,
  meanSquared: MEAN_SQUARED,
  lastAbsolute: LAST_ABSOLUTE,
  lastSquared: LAST_SQUARED,
};
