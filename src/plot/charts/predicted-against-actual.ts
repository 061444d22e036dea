import type { GridSnapshot } from '../../wire/snapshot.ts';
import type { Chart, ChartLook } from './chart.ts';
import { grid } from './grid.ts';
import { withUnits } from './names.ts';

/** Where the rows of a regression lie. */
export interface OutcomeGrid {
  readonly model: string;
  /** Unit of the target, or `undefined`. */
  readonly units: string | undefined;
  readonly grid: GridSnapshot;
}

/** Predictions along x, truths along y: on the dashed line the model is right. */
export function predictedAgainstActual({ model, units, grid: counted }: OutcomeGrid, look: ChartLook): Chart {
  const about = {
    title: withUnits('Predicted against actual', units),
    model,
    axisX: withUnits('prediction', units),
    axisY: withUnits('truth', units),
    right: 'diagonal',
  } as const;
  return grid(counted, about, look);
}
