import type { Chart, ChartLook } from './chart.ts';
import { grid } from './grid.ts';
import { withUnits } from './names.ts';
import type { OutcomeGrid } from './predicted-against-actual.ts';

/** Predictions along x, residuals (prediction − truth) along y: above the dashed line the model says too much. */
export function residuals({ model, units, grid: counted }: OutcomeGrid, look: ChartLook): Chart {
  const about = {
    title: withUnits('Residual against prediction', units),
    model,
    axisX: withUnits('prediction', units),
    axisY: withUnits('prediction − truth', units),
    right: 'zero',
  } as const;
  return grid(counted, about, look);
}
