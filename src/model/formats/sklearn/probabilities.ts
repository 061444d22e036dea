/** 1 / (1 + e^-x), as scipy's expit. */
export function expit(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

/** Index of the largest of each row of `width`; the first where several are. One output: rows × 1. */
export function argmaxRows(scores: Float64Array, width: number): Float64Array {
  const rows = width === 0 ? 0 : scores.length / width;
  const result = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let best = 0;
    let bestScore = scores[row * width] as number;
    for (let column = 1; column < width; column++) {
      const score = scores[row * width + column] as number;
      if (score > bestScore) {
        bestScore = score;
        best = column;
      }
    }
    result[row] = best;
  }
  return result;
}

/** Softmax of each row of `width`, in place, shifted by its largest as scikit-learn does. */
export function softmaxRows(scores: Float64Array, width: number): Float64Array {
  for (let start = 0; start < scores.length; start += width) {
    let largest = -Infinity;
    for (let column = 0; column < width; column++) {
      largest = Math.max(largest, scores[start + column] as number);
    }
    let sum = 0;
    for (let column = 0; column < width; column++) {
      const power = Math.exp((scores[start + column] as number) - largest);
      scores[start + column] = power;
      sum += power;
    }
    for (let column = 0; column < width; column++)
      scores[start + column] = (scores[start + column] as number) / sum;
  }
  return scores;
}

/** `[1 - p, p]` for each p. */
export function bothSides(positive: Float64Array): Float64Array {
  const result = new Float64Array(2 * positive.length);
  for (let row = 0; row < positive.length; row++) {
    const value = positive[row] as number;
    result[2 * row] = 1 - value;
    result[2 * row + 1] = value;
  }
  return result;
}

/** Divides each row of `width` by its sum, in place. A row that sums to 0 is left, or made uniform. */
export function normalizeRows(
  scores: Float64Array,
  width: number,
  zeroRow: 'nan' | 'keep' | 'uniform',
): Float64Array {
  for (let start = 0; start < scores.length; start += width) {
    let sum = 0;
    for (let column = 0; column < width; column++) sum += scores[start + column] as number;
    if (sum === 0 && zeroRow === 'uniform') scores.fill(1 / width, start, start + width);
    else if (sum !== 0 || zeroRow === 'nan') {
      for (let column = 0; column < width; column++)
        scores[start + column] = (scores[start + column] as number) / sum;
    }
  }
  return scores;
}
