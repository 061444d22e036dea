import { cbpe, estimatedRocAucOf } from './cbpe.ts';
import { type ScoreCell, binsOfCells } from './score-cells.ts';
import { rocAuc } from './score-ranking.ts';

/** `accuracy`; of two classes `precision`, `recall`, `specificity`, `f1`, `roc_auc` too. One without an answer is absent. */
export type CellFigures = Readonly<Record<string, number>>;

/** What is expected of rows whose truth is not known. */
export interface Expected {
  readonly figures: CellFigures;
  /** Rows of each kind that are expected. */
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly falseNegative: number;
  readonly trueNegative: number;
  /** Mean distance of the accuracy that comes from the one that is expected, by chance alone. */
  readonly byChance: number;
}

/**
 * What rows are expected to show (`cbpe.ts`), each with the probability that its score stands for; rows of one bin tie.
 *
 * @param cells the lowest scores first
 * @param options.probabilityOf a score, 0..1; must not fall as the score rises
 * @param options.ofTwo whether there are two classes
 */
export function expectedFigures(
  cells: readonly ScoreCell[],
  options: { readonly probabilityOf: (score: number) => number; readonly ofTwo: boolean },
): Expected {
  const state = cbpe.empty();
  const kinds = { truePositive: 0, falsePositive: 0, falseNegative: 0, trueNegative: 0 };
  let [all, variance] = [0, 0];
  for (const cell of cells) {
    const score = options.probabilityOf(cell.score);
    cbpe.add(state, { score, predicted: cell.served, weight: cell.rows });
    kinds[cell.served ? 'truePositive' : 'falseNegative'] += score * cell.rows;
    kinds[cell.served ? 'falsePositive' : 'trueNegative'] += (1 - score) * cell.rows;
    all += cell.rows;
    variance += cell.rows * score * (1 - score);
  }
  const groups = binsOfCells(cells).map(({ score, rows }) => ({ score: options.probabilityOf(score), rows }));
  const auc = options.ofTwo ? estimatedRocAucOf(groups) : undefined;
  return {
    figures: namedFigures(state, auc, options.ofTwo),
    ...kinds,
    // The mean distance of a normal variable from its mean is √(2/π) standard deviations.
    byChance: all === 0 ? 0 : Math.sqrt((2 / Math.PI) * variance) / all,
  };
}

/** What the rows did show. AUC counts rows of one bin as tied. */
export function realisedFigures(cells: readonly ScoreCell[], ofTwo: boolean): CellFigures {
  const state = cbpe.empty();
  for (const { served: predicted, rows, positives } of cells) {
    cbpe.add(state, { score: 1, predicted, weight: positives });
    cbpe.add(state, { score: 0, predicted, weight: rows - positives });
  }
  const groups = binsOfCells(cells)
    .toReversed()
    .map(({ rows, positives }) => ({ positive: positives, negative: rows - positives }));
  return namedFigures(state, ofTwo ? rocAuc(groups)?.value : undefined, ofTwo);
}

function namedFigures(
  state: ReturnType<typeof cbpe.empty>,
  auc: number | undefined,
  ofTwo: boolean,
): CellFigures {
  const found = Object.entries(cbpe.value(state)).map(
    ([name, { value }]) => [name.slice('estimated_'.length), value] as const,
  );
  const shown = ofTwo ? found : found.filter(([name]) => name === 'accuracy');
  return { ...Object.fromEntries(shown), ...(auc !== undefined && { roc_auc: auc }) };
}
