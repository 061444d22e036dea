import type { Chart } from '../../src/plot/charts/chart.ts';
import { errorCases } from './chart-cases-of-errors.ts';
import { outcomeCases } from './chart-cases-of-outcomes.ts';

/** Every chart with every kind of data that it has to look well with, by the name of its golden picture. */
export const CASES: Readonly<Record<string, Chart>> = Object.fromEntries(
  Object.entries({ ...errorCases(), ...outcomeCases() }).flatMap(([chart, cases]) =>
    Object.entries(cases).map(([name, made]) => [`${chart}-${name}`, made]),
  ),
);
