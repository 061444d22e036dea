import { foldedConfusion } from '../../stats/confusion.ts';
import type { BinsSnapshot, ModelSnapshot } from '../../wire/snapshot.ts';
import type { ModelFigures } from '../figures/model-figures.ts';

/** What only charts show of a model's outcomes, in bounded form; a member without an outcome is absent. */
export function chartsOf(
  figures: ModelFigures,
): Pick<ModelSnapshot, 'scatter' | 'residuals' | 'confusion' | 'curves' | 'lag'> {
  const { confusion, curves } = figures.total().charts();
  const lag = figures.lagCounts(LAG_EDGES);
  return {
    ...figures.grids.shown(),
    ...(confusion && { confusion: foldedConfusion(confusion, CONFUSION_LABELS_MAX) }),
    ...(curves && { curves }),
    ...(lag && { lag: { edges: LAG_EDGES, counts: lag } satisfies BinsSnapshot }),
  };
}

/** Labels of a confusion matrix that anybody looks at; the figures are made from all of them. */
export const CONFUSION_LABELS_MAX = 24;

const [MINUTE, HOUR, DAY] = [60, 3_600, 86_400];

const SECONDS = [0, 0.001, 0.01, 0.1, 1, 2, 5, 10, 20, 30];

/** Near enough equal steps of a logarithm, at times that people name. */
const LAG_EDGES = [
  ...SECONDS,
  ...[1, 2, 5, 10, 20, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 4, 6, 8, 12].map((hours) => hours * HOUR),
  ...[1, 2, 3, 5, 7, 14, 30, 60, 90, 180, 365].map((days) => days * DAY),
];
