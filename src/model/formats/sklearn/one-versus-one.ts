/**
 * Scores of classes from the decisions between each pair: votes, with the sum of confidences to break ties.
 *
 * @param input.chosen for each pair, a row's choice: 0 the first class, 1 the second
 * @param input.sure for each pair, the confidence in the second
 * @returns rows × classes
 * @see sklearn.utils.multiclass._ovr_decision_function
 */
export function oneVersusOneScores(input: {
  chosen: readonly Float64Array[];
  sure: readonly Float64Array[];
  classes: number;
  rows: number;
}): Float64Array {
  const { chosen, sure, classes, rows } = input;
  const result = new Float64Array(rows * classes);
  const sums = new Float64Array(classes);
  for (let row = 0; row < rows; row++) {
    sums.fill(0);
    let pair = 0;
    for (let first = 0; first < classes; first++) {
      for (let second = first + 1; second < classes; second++, pair++) {
        const confidence = sure[pair]?.[row] as number;
        sums[first] = (sums[first] as number) - confidence;
        sums[second] = (sums[second] as number) + confidence;
        const winner = row * classes + (chosen[pair]?.[row] === 0 ? first : second);
        result[winner] = (result[winner] as number) + 1;
      }
    }
    for (let at = 0; at < classes; at++) {
      const sum = sums[at] as number;
      const to = row * classes + at;
      result[to] = (result[to] as number) + sum / (3 * (Math.abs(sum) + 1));
    }
  }
  return result;
}
