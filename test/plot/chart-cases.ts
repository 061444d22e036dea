import type { Chart } from '../../src/plot/charts/chart.ts';
import { errorCases } from './chart-cases-of-errors.ts';
import { extremeCases } from './chart-cases-of-extremes.ts';
import { outcomeCases } from './chart-cases-of-outcomes.ts';

/** Every chart with every kind of data that it has to look well with, by the name of its golden picture. */
export const CASES: Readonly<Record<string, Chart>> = Object.fromEntries(
  [errorCases(), outcomeCases(), extremeCases()].flatMap((group) =>
    Object.entries(group).flatMap(([chart, cases]) =>
      Object.entries(cases).map(([name, made]) => [`${chart}-${name}`, made]),
    ),
  ),
);
