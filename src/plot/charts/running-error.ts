import type { TopLevelSpec } from 'vega-lite';
import type { MarkSnapshot } from '../../wire/snapshot.ts';
import { PALETTES } from '../theme.ts';
import { frameOf, isNarrow, type Chart, type ChartLook } from './chart.ts';
import type { CoursePoint } from './course-point.ts';
import { figureScale, type FigureScale } from './figure-scale.ts';
import { distinctNames, shownName, withUnits } from './names.ts';
import { countOf, formatFigure, formatRatio } from './numbers.ts';
import { lineLegend } from './line-legend.ts';
import { errorLimits } from './running-error-limits.ts';
import { markLayers, marksByPoint, marksText, type ShownMarks, shownMarks } from './running-error-marks.ts';
import { columns, type ChartTable } from './table.ts';
import { rowsAxis, timeAxis } from './time-axis.ts';

/** How a figure of the models of one stream went. */
export interface RunningError {
  /** Name of the figure: the mean absolute error of numbers, the accuracy of labels. */
  readonly figure: string;
  /** Unit of the target, or `undefined`. */
  readonly units: string | undefined;
  /** The champion first; each with at least one point, oldest first. */
  readonly models: readonly { readonly model: string; readonly points: readonly CoursePoint[] }[];
  /** What happened to the champion, oldest first. */
  readonly marks: readonly MarkSnapshot[];
  /** Set where points have no times: `atMs` is their number of rows. */
  readonly along?: 'rows' | undefined;
}

/** Challengers that have a line of their own; further ones are in the table. */
const CHALLENGERS_MAX = 3;

/**
 * The mean absolute error, or another figure, over time: the champion with its band, what the naive answer would have had, the challengers.
 * The ground is darker where truths are missing; another version is a line with its name, and what a change detector saw a
 * dotted one with a triangle.
 */
export function runningError(shown: RunningError, look: ChartLook): Chart {
  const { marks, along } = shown;
  const scale = figureScale(shown.figure, shown.units);
  const models = shown.models.map(({ model, points }) => ({ model, points: points.map(scaled(scale)) }));
  const drawn = models.slice(0, 1 + CHALLENGERS_MAX);
  const series = seriesOf(drawn, look);
  const [champion] = drawn;
  const points = champion?.points ?? [];
  const limits = errorLimits(
    drawn.map(({ points }) => points),
    { along, max: scale.max },
  );
  /** A point beyond the limits breaks the line; the table has it. */
  const inside = (error: number) => (error >= limits.low && error <= limits.high ? error : null);
  const errors = drawn.flatMap(({ points }, i) =>
    points.map(({ atMs, value }) => ({ atMs, error: inside(value), series: series[i]?.name })),
  );
  const ends = drawn.flatMap(({ points }, i) =>
    points.slice(-1).map(({ atMs, value }) => ({ atMs, error: value, series: series[i]?.name })),
  );
  const naiveName = naiveNameOf(shown.figure);
  const naive = points.flatMap((point) =>
    point.naive === undefined ? [] : [{ atMs: point.atMs, error: inside(point.naive), series: naiveName }],
  );
  const band = points.flatMap(({ atMs, low, high }) =>
    low === undefined || high === undefined
      ? []
      : [{ atMs, low: Math.max(low, limits.low), high: Math.min(high, limits.high) }],
  );
  const missing = missingOf(points);
  const marked = shownMarks(marks, limits, look);
  const named = naive.length === 0 ? series : [...series, naiveSeries(naiveName, look)];
  return {
    spec: spec(look, named, {
      scale,
      model: champion?.model ?? '',
      hasMissing: missing.length > 0,
      along,
      marked,
    }),
    data: {
      errors: [...errors, ...naive],
      ends,
      band,
      missing,
      marks: marked.rows,
      extent: [
        { atMs: limits.fromMs, error: limits.low },
        { atMs: limits.toMs, error: limits.high },
      ],
    },
    summary: summary({ ...shown, models }, { scale, naiveName }, look),
    table: table(shown, { scale, naiveName }),
  };
}

/** The same as it is shown: a share in percent. */
function scaled({ factor }: FigureScale): (point: CoursePoint) => CoursePoint {
  if (factor === 1) return (point) => point;
  return ({ value, recent, low, high, naive, ...others }) => ({
    ...others,
    value: value * factor,
    recent: recent * factor,
    ...(low !== undefined && high !== undefined && { low: low * factor, high: high * factor }),
    ...(naive !== undefined && { naive: naive * factor }),
  });
}

/** Whom the dashed line is of: who always gives the answer that would have been best so far. */
function naiveNameOf(figure: string): string {
  return figure === 'accuracy' ? 'most frequent label so far' : 'median so far';
}

interface Series {
  readonly name: string;
  readonly color: string;
  readonly dash: readonly number[];
}

const DASHES = [[], [7, 3], [2, 3], [9, 3, 2, 3]] as const;

function seriesOf(models: RunningError['models'], look: ChartLook): Series[] {
  const { champion, challenger, others } = PALETTES[look.theme];
  const colors = [champion, challenger, ...others];
  const names = distinctNames(
    models.map(({ model }) => model),
    isNarrow(look) ? 20 : 32,
  );
  return models.map(({ points }, i) => {
    const hasBand = i === 0 && points.some(({ low }) => low !== undefined);
    const name = `${names[i]}${hasBand ? ', with its band' : ''}`;
    return { name, color: colors[i] ?? champion, dash: DASHES[i] ?? [] };
  });
}

function naiveSeries(name: string, { theme }: ChartLook): Series {
  return { name, color: PALETTES[theme].baseline, dash: [4, 4] };
}

/** Stretches between two points by the share of predictions whose truth was still missing, 0..1. */
function missingOf(points: readonly CoursePoint[]): object[] {
  return points.slice(1).flatMap(({ atMs, coverage }, i) => {
    const fromMs = points[i]?.atMs ?? atMs;
    return coverage === undefined || coverage >= 1 ? [] : [{ fromMs, atMs, missing: 1 - coverage }];
  });
}

function spec(
  look: ChartLook,
  series: readonly Series[],
  about: {
    readonly scale: FigureScale;
    readonly model: string;
    readonly hasMissing: boolean;
    readonly along: 'rows' | undefined;
    readonly marked: ShownMarks;
  },
): TopLevelSpec {
  const palette = PALETTES[look.theme];
  const { scale, model, hasMissing, along, marked } = about;
  const x = along === 'rows' ? rowsAxis(look, 'atMs') : timeAxis(look, 'atMs');
  const y = {
    field: 'error',
    type: 'quantitative',
    scale: { zero: false, nice: true, range: [{ expr: 'height' }, marked.topPx] },
    axis: { title: look.standsAlone ? withUnits(scale.name, scale.units) : null, tickCount: 5 },
  };
  const domain = series.map(({ name }) => name);
  const legend = { ...lineLegend(look), columns: legendColumns(domain, look), labelLimit: 220 };
  const color = {
    field: 'series',
    type: 'nominal',
    scale: { domain, range: series.map((s) => s.color) },
    legend,
  };
  const strokeDash = {
    field: 'series',
    type: 'nominal',
    scale: { domain, range: series.map((s) => s.dash) },
    legend,
  };
  const quiet = { tooltip: null, aria: false, clip: true };
  const frame = frameOf(look, {
    title: courseTitle(scale, along),
    subtitle: shownName(model, 80),
  });
  const layout = {
    top: { direction: isNarrow(look) ? 'vertical' : 'horizontal', anchor: 'start', margin: 4 },
  };
  return {
    ...frame,
    config: { ...frame.config, legend: { layout } },
    layer: [
      {
        data: { name: 'extent' },
        mark: { type: 'point', opacity: 0, tooltip: null, aria: false },
        encoding: { x, y },
      },
      {
        data: { name: 'missing' },
        mark: { type: 'rect', color: palette.baseline, y: marked.topPx, y2: { expr: 'height' }, ...quiet },
        encoding: {
          x: { ...x, field: 'fromMs' },
          x2: { field: 'atMs' },
          opacity: {
            field: 'missing',
            type: 'quantitative',
            scale: { domain: [0, 1], range: [0, 0.4] },
            legend: hasMissing
              ? {
                  ...legend,
                  values: [0.5],
                  labelExpr: "'truth missing'",
                  symbolType: 'square',
                  symbolStrokeWidth: 0,
                }
              : null,
          },
        },
      },
      {
        data: { name: 'band' },
        mark: { type: 'area', color: palette.champion, opacity: 0.18, ...quiet },
        encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' } },
      },
      ...domain.toReversed().map((name) => ({
        data: { name: 'errors' },
        transform: [{ filter: `datum.series === ${JSON.stringify(name)}` }],
        mark: {
          type: 'line',
          strokeWidth: name === domain[0] ? 2.5 : 1.75,
          strokeJoin: 'round',
          ...quiet,
        },
        encoding: { x, y, color, strokeDash },
      })),
      {
        data: { name: 'ends' },
        mark: { type: 'point', filled: true, size: 40, opacity: 1, tooltip: null, aria: false },
        encoding: { x, y, color },
      },
      ...markLayers(marked, x, legend, look),
    ],
  } as TopLevelSpec;
}

/** Names side by side where they have room, else below each other: a legend that is too wide would be cut. */
function legendColumns(names: readonly string[], look: ChartLook): number | { readonly expr: string } {
  if (!isNarrow(look)) return names.join('').length > 90 ? 2 : 5;
  const longest = (column: 0 | 1): number =>
    names.reduce((most, name, i) => (i % 2 === column ? Math.max(most, name.length) : most), 0);
  const twoPx = Math.ceil((longest(0) + longest(1)) * LEGEND_CHARACTER_PX) + 2 * LEGEND_SYMBOL_PX;
  return { expr: `width < ${twoPx} ? 1 : 2` };
}

const LEGEND_CHARACTER_PX = 5.8;
const LEGEND_SYMBOL_PX = 32;

/** `Mean absolute error over time, min`. */
export function courseTitle({ title, units }: FigureScale, along: RunningError['along']): string {
  return withUnits(`${title}${along === 'rows' ? ', row by row' : ' over time'}`, units);
}

function summary(
  { models, marks, along }: RunningError,
  { scale, naiveName }: { readonly scale: FigureScale; readonly naiveName: string },
  { locale }: ChartLook,
): string {
  const [champion, ...challengers] = models;
  const last = champion?.points.at(-1);
  if (champion === undefined || last === undefined) return 'No error yet.';
  const { value, low, high, scored, naive, coverage, recent } = last;
  const parts = [
    low === undefined || high === undefined
      ? `now ${formatFigure(value, locale)}`
      : `now ${formatFigure(value, locale)} (${formatFigure(low, locale)} to ${formatFigure(high, locale)})`,
    `${formatFigure(recent, locale)} most recently`,
    ...(naive === undefined ? [] : [`${formatFigure(naive, locale)} had the answer been the ${naiveName}`]),
    ...challengers.flatMap(({ model, points }) => {
      const end = points.at(-1);
      return end === undefined
        ? []
        : [`${formatFigure(end.value, locale)} of the challenger ${shownName(model)}`];
    }),
  ];
  const on = `on ${countOf(scored, 'row', locale)}`;
  const truths =
    coverage === undefined ? '' : ` ${formatRatio(coverage, locale)} of the predictions have their truth.`;
  return `${withUnits(scale.title, scale.units)}, of ${shownName(champion.model)} ${along === 'rows' ? 'row by row' : 'over time'}, ${on}: ${parts.join(', ')}.${truths}${marksText(marks, locale)}`;
}

/** A share as it is, 0..1. */
function table(
  { models, marks, along }: RunningError,
  { scale, naiveName }: { readonly scale: FigureScale; readonly naiveName: string },
): ChartTable {
  const isMarked = marks.length > 0;
  const marked = marksByPoint(marks, models[0]?.points ?? []);
  return {
    columns: columns(
      ['model', 'text'],
      along === 'rows' ? ['row', 'count'] : ['time', 'time'],
      [`${scale.name} so far`, 'figure'],
      ['low', 'figure'],
      ['high', 'figure'],
      ['since the point before', 'figure'],
      [naiveName, 'figure'],
      ['truths that came', 'ratio'],
      ['rows', 'count'],
      ...(isMarked ? [['marks', 'text'] as const] : []),
    ),
    rows: models.flatMap(({ model, points }, i) =>
      points
        .map((p, k) => [
          model,
          p.atMs,
          p.value,
          p.low,
          p.high,
          p.recent,
          p.naive,
          p.coverage,
          p.scored,
          ...(isMarked ? [i === 0 ? marked[k] : undefined] : []),
        ])
        .toReversed(),
    ),
  };
}
