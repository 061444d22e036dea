import type { TopLevelSpec } from 'vega-lite';
import type { EstimateRecord } from '../../wire/snapshot.ts';
import { PALETTES } from '../theme.ts';
import { frameOf, type Chart, type ChartLook } from './chart.ts';
import { figureScale, type FigureScale } from './figure-scale.ts';
import { shownName, withUnits } from './names.ts';
import { countOf, formatFigure } from './numbers.ts';
import { lineLegend } from './line-legend.ts';
import { errorLimits } from './running-error-limits.ts';
import { columns } from './table.ts';
import { timeAxis } from './time-axis.ts';

/** What was said of a figure before the truths came, and what came. */
export interface Estimates {
  readonly model: string;
  /** Name of the figure; every point of the record has it. */
  readonly figure: string;
  /** At least one point. */
  readonly record: EstimateRecord;
}

/** A figure block by block: as it was estimated from the probabilities alone, and as it came. */
export function estimates(shown: Estimates, look: ChartLook): Chart {
  const { model, figure, record } = shown;
  const scale = figureScale(figure, undefined);
  const rows = record.points.flatMap(({ atMs, estimated, realised }) => {
    const [before, after] = [estimated[figure], realised[figure]];
    if (before === undefined || after === undefined) return [];
    return [
      { atMs, series: SERIES[0], value: after * scale.factor },
      { atMs, series: SERIES[1], value: before * scale.factor },
    ];
  });
  const lines = SERIES.map((series) =>
    rows.filter((row) => row.series === series).map((row) => ({ ...row, scored: 1, recent: row.value })),
  );
  const limits = errorLimits(lines, { max: scale.max });
  const title = estimatesTitle(figure);
  const [last, lastEstimated] = lines.map((line) => line.at(-1)?.value ?? 0) as [number, number];
  const now = `last ${formatFigure(last, look.locale)}, estimated ${formatFigure(lastEstimated, look.locale)}`;
  return {
    spec: spec(
      { title, subtitle: `${shownName(model, 80)} · ${recordText(shown, look.locale)}`, scale },
      look,
    ),
    data: {
      points: rows,
      dots: rows.length > DOTS_MAX ? lines.flatMap((line) => line.slice(-1)) : rows,
      extent: [
        { atMs: limits.fromMs, value: limits.low },
        { atMs: limits.toMs, value: limits.high },
      ],
    },
    summary: `${title}, of ${shownName(model)}: ${now}; ${recordText(shown, look.locale).replaceAll(' · ', ', ')}.`,
    table: {
      columns: columns(['time', 'time'], ['as it came', 'figure'], ['estimated', 'figure']),
      rows: record.points.map(({ atMs, estimated, realised }) => [atMs, realised[figure], estimated[figure]]),
    },
  };
}

/** `Accuracy as it came, and as it was estimated before, %`. */
export function estimatesTitle(figure: string): string {
  const { title, units } = figureScale(figure, undefined);
  return withUnits(`${title} as it came, and as it was estimated before`, units);
}

/** `off by 1.7 % on average · over 12 blocks of 500 rows · chance alone makes it 1.4 %`. */
export function recordText({ figure, record }: Estimates, locale: string | undefined): string {
  const { differences, blocks, blockRows, byChance } = record;
  const { factor, units } = figureScale(figure, undefined);
  const size = (value: number) =>
    `${formatFigure(value * factor, locale)}${units === undefined ? '' : `\u00A0${units}`}`;
  const difference = differences[figure];
  const off = difference === undefined ? 'compared' : `off by ${size(difference)} on average`;
  const over = `over ${countOf(blocks, 'block', locale)} of ${countOf(blockRows, 'row', locale)}`;
  const chance = figure === 'accuracy' ? [`chance alone makes it ${size(byChance)}`] : [];
  return [off, over, ...chance].join(' · ');
}

/** More of them hide the lines. */
const DOTS_MAX = 80;

const SERIES = ['as it came', 'estimated before'] as const;

function spec(
  {
    title,
    subtitle,
    scale,
  }: { readonly title: string; readonly subtitle: string; readonly scale: FigureScale },
  look: ChartLook,
): TopLevelSpec {
  const palette = PALETTES[look.theme];
  const x = timeAxis(look, 'atMs');
  const y = {
    field: 'value',
    type: 'quantitative',
    scale: { zero: false, nice: true },
    axis: { title: look.standsAlone ? withUnits(scale.name, scale.units) : null, tickCount: 5 },
  };
  const color = {
    field: 'series',
    type: 'nominal',
    scale: { domain: SERIES, range: [palette.champion, palette.others[0]] },
    legend: lineLegend(look),
  };
  const strokeDash = { ...color, scale: { domain: SERIES, range: [[], [4, 3]] } };
  const quiet = { tooltip: null, aria: false };
  return {
    ...frameOf(look, { title, subtitle }),
    layer: [
      { data: { name: 'extent' }, mark: { type: 'point', opacity: 0, ...quiet }, encoding: { x, y } },
      {
        data: { name: 'points' },
        mark: { type: 'line', strokeWidth: 2, strokeJoin: 'round', ...quiet },
        encoding: { x, y, color, strokeDash },
      },
      {
        data: { name: 'dots' },
        mark: { type: 'point', filled: true, size: 26, opacity: 1, ...quiet },
        encoding: { x, y, color: { ...color, legend: null } },
      },
    ],
  } as TopLevelSpec;
}
