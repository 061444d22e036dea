import {
  comparisonOf,
  confusionOf,
  curvesOf,
  distributionOf,
  estimatesOf,
  expectedConfusionOf,
  lagOf,
  marksOf,
  maturityOf,
  residualsOf,
  runningErrorOf,
  scatterOf,
  slicesOf,
} from './charts-of-model.ts';
import type { Chart, ChartLook } from './charts/chart.ts';
import { confusionMatrix } from './charts/confusion-matrix.ts';
import { errorBySlice, type ErrorBySlice } from './charts/error-by-slice.ts';
import { distributionTitle, errorDistribution } from './charts/error-distribution.ts';
import { figureScale } from './charts/figure-scale.ts';
import { estimates, estimatesTitle, recordText } from './charts/estimates.ts';
import { featureDrift } from './charts/feature-drift.ts';
import { labelLag } from './charts/label-lag.ts';
import { labelMaturity } from './charts/label-maturity.ts';
import { modelComparison } from './charts/model-comparison.ts';
import { shownName, withUnits } from './charts/names.ts';
import { predictedAgainstActual } from './charts/predicted-against-actual.ts';
import { residuals } from './charts/residuals.ts';
import { calibrationCurve, precisionRecallCurve, rocCurve } from './charts/score-curves.ts';
import { courseTitle, runningError, type RunningError } from './charts/running-error.ts';
import { mainFigure, type Chosen } from './chosen.ts';
import type { Feed } from './feed.ts';

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
  /** How many rows it has, where it has one for each name: it is as high as they need. */
  readonly rows?: number | undefined;
  /** What has to be read with it, in words below it. */
  readonly note?: string;
}

/** What panels are made from, beside what is chosen. */
export interface PanelSource extends Pick<Feed, 'units' | 'drift'> {
  /** No tile beside tells of a single challenger, so it has a chart too. */
  readonly hasNoTiles?: boolean;
}

/**
 * The charts of what is chosen, in their order: over time, where it is worst, distribution, maturity; then the others.
 *
 * @param chosen `undefined` before there is a model: the places of the first four
 */
export function panels(chosen: Chosen | undefined, source: PanelSource): readonly Panel[] {
  const { units, drift } = source;
  const first = [
    overTime(chosen, source),
    where(chosen, source),
    distribution(chosen, units),
    maturity(chosen),
  ];
  return chosen === undefined
    ? first
    : [...first, ...further(chosen, source), ...driftPanel(chosen, drift)].filter(isOnce);
}

function overTime(chosen: Chosen | undefined, { units, drift }: PanelSource): Panel {
  const course = chosen && courseOf(chosen, { units, drift });
  return {
    id: 'error-over-time',
    title: courseTitle(figureScale(course?.figure ?? 'mae', units), course?.along),
    isFirst: true,
    instead: 'How the error went shows with the first truths.',
    chart: course && ((look) => runningError(course, look)),
  };
}

/** All models over everything; of a slice, by stretches of time, for it has no history of its own. */
function courseOf(
  chosen: Chosen,
  { units, drift }: Pick<PanelSource, 'units' | 'drift'>,
): RunningError | undefined {
  const { models, model, slice, arrivals } = chosen;
  if (slice === undefined) {
    const [champion] = models;
    const course = runningErrorOf(models, units, wanted(chosen));
    return course && champion && { ...course, marks: marksOf(champion, drift) };
  }
  const figure = mainFigure(model) === 'accuracy' ? 'accuracy' : 'mae';
  const points = arrivals.flatMap(({ toMs, scored, [figure]: value }) =>
    value === undefined ? [] : [{ atMs: toMs, scored, value, recent: value }],
  );
  if (points.length === 0) return undefined;
  return { figure, units, models: [{ model: model.model, points }], marks: marksOf(model, drift) };
}

/** What a chart of one figure shows: the one that is looked at, else that of the task. */
function wanted({ figureName, model }: Chosen): readonly string[] {
  return [figureName, mainFigure(model)];
}

/** What has moved up to the first screen is not below it too. */
function isOnce({ id }: Panel, place: number, all: readonly Panel[]): boolean {
  return all.findIndex((panel) => panel.id === id) === place;
}

/** By slices; where rows have no tags, what tells most of where it is wrong. */
function where(chosen: Chosen | undefined, source: PanelSource): Panel {
  const isSliced = (chosen?.model.slices?.length ?? 0) > 0;
  const telling = (panel: Panel) => ['confusion-matrix', 'predicted-against-actual'].includes(panel.id);
  const instead = chosen && !isSliced ? further(chosen, source).find(telling) : undefined;
  return instead === undefined ? bySlices(chosen, source, shownTag(chosen)) : { ...instead, isFirst: true };
}

/** The tag whose slices are on the first screen. */
function shownTag(chosen: Chosen | undefined): string | undefined {
  return chosen?.slice?.tag ?? chosen?.model.slices?.[0]?.tag;
}

/** The slices of the other tags, called by the place of the tag. */
function byOtherTags(chosen: Chosen, source: PanelSource): Panel[] {
  const tags = [...new Set((chosen.model.slices ?? []).map(({ tag }) => tag))];
  return tags.flatMap((tag, i) => {
    if (tag === shownTag(chosen)) return [];
    return { ...bySlices(chosen, source, tag), id: `error-by-slice-${i + 1}`, isFirst: false };
  });
}

function bySlices(chosen: Chosen | undefined, { units }: PanelSource, tag: string | undefined): Panel {
  const slices = chosen && slicesOf(chosen.model, units, { tag, wanted: wanted(chosen) });
  return {
    id: 'error-by-slice',
    title: slices === undefined ? 'Where it is worst' : whereTitle(slices),
    isFirst: true,
    instead: 'Rows that travel with tags are compared here.',
    rows: slices?.slices.length,
    chart: slices && ((look) => errorBySlice(slices, look)),
  };
}

/** Where nothing else is said it is the mean absolute error. */
function whereTitle({ slices, figure, units }: ErrorBySlice): string {
  const { title, units: shown } = figureScale(figure, units);
  const tag = shownName(slices[0]?.tag ?? 'slice', 24);
  return withUnits(
    figure === 'mae' ? `Where it is worst, by ${tag}` : `${title} by ${tag}, worst first`,
    shown,
  );
}

function distribution(chosen: Chosen | undefined, units: string | undefined): Panel {
  const spread =
    chosen && distributionOf({ ...chosen.model, figures: chosen.figures, errors: chosen.errors }, units);
  return {
    id: 'error-distribution',
    title: distributionTitle(spread?.of ?? 'numbers', units),
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

/** Below the first screen, in this order, each where it has something to show. */
function further(chosen: Chosen, source: PanelSource): Panel[] {
  const { models, model, window, slice } = chosen;
  const { units, hasNoTiles } = source;
  const comparison = comparisonOf(models, units);
  const [scatter, residual] = [scatterOf(model, units), residualsOf(model, units)];
  const [confusion, curves, lag] = [confusionOf(model), curvesOf(model), lagOf(model)];
  const estimated = estimatesOf(model, wanted(chosen));
  const expected = (window ?? slice) ? undefined : expectedConfusionOf(model);
  const isCompared = comparison !== undefined && (comparison.challengers.length > 1 || hasNoTiles === true);
  const of = (id: string, title: string, chart: Panel['chart'], note = ''): Panel[] =>
    chart === undefined ? [] : [{ id, title, chart, isFirst: false, instead: '', note }];
  return [
    ...byOtherTags(chosen, source),
    ...of(
      'model-comparison',
      withUnits('Challengers against the champion', units),
      isCompared ? (look) => modelComparison(comparison, look) : undefined,
    ),
    ...of(
      'predicted-against-actual',
      withUnits('Predicted (across) against actual (up)', units),
      scatter && ((look) => predictedAgainstActual(scatter, look)),
    ),
    ...of(
      'residuals',
      withUnits('Prediction − truth (up) against prediction (across)', units),
      residual && ((look) => residuals(residual, look)),
    ),
    ...of(
      'confusion-matrix',
      'Truths (down) against predictions (across)',
      confusion && ((look) => confusionMatrix(confusion, look)),
    ),
    ...of(
      'expected-confusion',
      'Expected of those that wait: truths (down) against predictions (across)',
      expected && ((look) => confusionMatrix(expected, look)),
      expected && `It will be so ${shownName(model.estimate?.assumes ?? '', 400)}.`,
    ),
    ...of(
      'estimates',
      estimated === undefined ? '' : estimatesTitle(estimated.figure),
      estimated && ((look) => estimates(estimated, look)),
      estimated && `The estimates were ${recordText(estimated, undefined).replaceAll(' · ', ', ')}.`,
    ),
    ...of(
      'roc-curve',
      'ROC: true positive rate (up), false positive rate (across)',
      curves && ((look) => rocCurve(curves, look)),
    ),
    ...of(
      'precision-recall-curve',
      'Precision (up) against recall (across)',
      curves && ((look) => precisionRecallCurve(curves, look)),
    ),
    ...of(
      'calibration-curve',
      'Share that came true (up) against probability as said (across)',
      curves && ((look) => calibrationCurve(curves, look)),
    ),
    ...of('label-lag', 'Time from prediction to truth', lag && ((look) => labelLag(lag, look))),
  ];
}

/** A population stability index above it is commonly called a shift (Siddiqi 2006, Credit Risk Scorecards). */
const PSI_SHIFTED = 0.25;

/** The features of the champion against their reference. */
function driftPanel({ models }: Chosen, drift: PanelSource['drift']): Panel[] {
  if (drift === undefined || drift.model !== models[0]?.model) return [];
  const features = drift.features.flatMap(({ name, drift: { psi } }) =>
    psi === undefined ? [] : [{ feature: name, value: psi.value, drifted: psi.value > PSI_SHIFTED }],
  );
  if (features.length === 0) return [];
  const measure = 'population stability index';
  const shown = { model: drift.model, measure, features, threshold: PSI_SHIFTED };
  return [
    {
      id: 'feature-drift',
      title: 'Drift by feature, population stability index',
      isFirst: false,
      instead: '',
      chart: (look) => featureDrift(shown, look),
    },
  ];
}
