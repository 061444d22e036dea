import { type LabelKinds, estimatedRocAucOf, labelFigures } from './cbpe.ts';
import { type ScoreCell, binsOfCells } from './score-cells.ts';
import { rocAuc } from './score-ranking.ts';

/** `accuracy`; of two classes `precision`, `recall`, `specificity`, `f1`, `roc_auc` too. One without an answer is absent. */
export type CellFigures = Readonly<Record<string, number>>;

/** What is expected of rows whose truth is not known. */
export interface Expected {
  readonly figures: CellFigures;
  /** Rows of each kind that are expected: not whole numbers. */
  readonly kinds: LabelKinds;
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
  const kinds = { tp: 0, fp: 0, fn: 0, tn: 0 };
  let [all, variance] = [0, 0];
  for (const { score, served, rows } of cells) {
    const probability = options.probabilityOf(score);
    kinds[served ? 'tp' : 'fn'] += probability * rows;
    kinds[served ? 'fp' : 'tn'] += (1 - probability) * rows;
    all += rows;
    variance += rows * probability * (1 - probability);
  }
  const groups = binsOfCells(cells).map(({ score, rows }) => ({ score: options.probabilityOf(score), rows }));
  return {
    figures: named(kinds, options.ofTwo, () => estimatedRocAucOf(groups)),
    kinds,
    // The mean distance of a normal variable from its mean is √(2/π) standard deviations.
    byChance: all === 0 ? 0 : Math.sqrt((2 / Math.PI) * variance) / all,
  };
}

/** What the rows did show. AUC counts rows of one bin as tied. */
export function realisedFigures(cells: readonly ScoreCell[], ofTwo: boolean): CellFigures {
  const kinds = { tp: 0, fp: 0, fn: 0, tn: 0 };
  for (const { served, rows, positives } of cells) {
    kinds[served ? 'tp' : 'fn'] += positives;
    kinds[served ? 'fp' : 'tn'] += rows - positives;
  }
  const groups = binsOfCells(cells)
    .toReversed()
    .map(({ rows, positives }) => ({ positive: positives, negative: rows - positives }));
  return named(kinds, ofTwo, () => rocAuc(groups)?.value);
}

function named(kinds: LabelKinds, ofTwo: boolean, auc: () => number | undefined): CellFigures {
  const { accuracy, ...further } = labelFigures(kinds);
  const found = ofTwo ? { accuracy, ...further, roc_auc: auc() } : { accuracy };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as CellFigures;
}
