import type { ArrivalPoint, HistoryPoint } from '../wire/snapshot.ts';
import { comparisonOf, distributionOf, maturityOf, runningErrorOf, slicesOf } from './charts-of-model.ts';
import type { Chart, ChartLook } from './charts/chart.ts';
import { errorBySlice } from './charts/error-by-slice.ts';
import { errorDistribution } from './charts/error-distribution.ts';
import { labelMaturity } from './charts/label-maturity.ts';
import { modelComparison } from './charts/model-comparison.ts';
import { shownName, withUnits } from './charts/names.ts';
import { runningError, type RunningError } from './charts/running-error.ts';
import type { Chosen } from './chosen.ts';

/** A chart in its place on the page. */
export interface Panel {
  /** Of its element, and the name of its files (`charts/ID.png`). */
  readonly id: string;
  readonly title: string;
  /** On the first screen; the others are below, and only where there is something in them. */
  readonly isFirst: boolean;
  /** What is said before there is a chart. */
  readonly instead: string;
  /** `undefined` before there is anything to draw. */
  readonly chart: ((look: ChartLook) => Chart) | undefined;
}

/**
 * The charts of what is chosen, in their order: over time, where it is worst, distribution, maturity; then the others.
 *
 * @param chosen `undefined` before there is a model: the places of the first four
 */
export function panels(chosen: Chosen | undefined, units: string | undefined): readonly Panel[] {
  const first = [
    overTime(chosen, units),
    where(chosen, units),
    distribution(chosen, units),
    maturity(chosen),
  ];
  return chosen === undefined ? first : [...first, ...further(chosen, units)];
}

function overTime(chosen: Chosen | undefined, units: string | undefined): Panel {
  const course = chosen && courseOf(chosen, units);
  return {
    id: 'error-over-time',
    title: withUnits('Mean absolute error over time', units),
    isFirst: true,
    instead: 'How the error went shows with the first truths.',
    chart: course && ((look) => runningError(course, look)),
  };
}

/** All models over everything; of a slice, by stretches of time, for it has no history of its own. */
function courseOf(
  { models, model, slice, arrivals }: Chosen,
  units: string | undefined,
): RunningError | undefined {
  if (slice === undefined) return runningErrorOf(models, units);
  const points = arrivals.flatMap(pointOf);
  if (points.length === 0) return undefined;
  return { units, models: [{ model: model.model, points }], marks: model.marks ?? [] };
}

function pointOf({ toMs, scored, mae }: ArrivalPoint): HistoryPoint[] {
  return mae === undefined ? [] : [{ atMs: toMs, scored, mae, recentMae: mae }];
}

function where(chosen: Chosen | undefined, units: string | undefined): Panel {
  const slices = chosen && slicesOf(chosen.model, units, chosen.slice?.tag);
  const tag = slices?.slices[0]?.tag;
  return {
    id: 'error-by-slice',
    title: withUnits(
      tag === undefined ? 'Where it is worst' : `Where it is worst, by ${shownName(tag, 24)}`,
      units,
    ),
    isFirst: true,
    instead: 'Rows that travel with tags are compared here.',
    chart: slices && ((look) => errorBySlice(slices, look)),
  };
}

function distribution(chosen: Chosen | undefined, units: string | undefined): Panel {
  const spread =
    chosen && distributionOf({ ...chosen.model, figures: chosen.figures, errors: chosen.errors }, units);
  return {
    id: 'error-distribution',
    title: withUnits('Distribution of the absolute error', units),
    isFirst: true,
    instead: 'How the errors are spread shows with the first truths.',
    chart: spread && ((look) => errorDistribution(spread, look)),
  };
}

function maturity(chosen: Chosen | undefined): Panel {
  const ages = chosen && maturityOf(chosen.model);
  return {
    id: 'label-maturity',
    title: 'Labels by age of the prediction',
    isFirst: true,
    instead: 'How fast truths come shows with the first predictions.',
    chart: ages && ((look) => labelMaturity(ages, look)),
  };
}

function further({ models }: Chosen, units: string | undefined): Panel[] {
  const comparison = comparisonOf(models, units);
  const all: readonly (Pick<Panel, 'id' | 'title' | 'chart'> | undefined)[] = [
    // One challenger has its tile.
    comparison !== undefined && comparison.challengers.length > 1
      ? {
          id: 'model-comparison',
          title: withUnits('Challengers against the champion', units),
          chart: (look) => modelComparison(comparison, look),
        }
      : undefined,
  ];
  return all.flatMap((panel) => (panel === undefined ? [] : [{ ...panel, isFirst: false, instead: '' }]));
}
