import type { TopLevelSpec } from 'vega-lite';
import type { Histogram } from '../../wire/snapshot.ts';
import { PALETTES } from '../theme.ts';
import { frameOf, type Chart, type ChartLook } from './chart.ts';
import { coarsen } from './histogram.ts';
import { shownName, withUnits } from './names.ts';
import { countOf, formatCount, formatFigure, formatTick, roundTicks } from './numbers.ts';
import { columns, type ChartTable } from './table.ts';

/** How the absolute errors of one model are spread. */
export interface ErrorDistribution {
  readonly model: string;
  /** Unit of the target, or `undefined`. */
  readonly units: string | undefined;
  readonly histogram: Histogram;
  readonly mean: number | undefined;
  readonly median: number | undefined;
  readonly p95: number | undefined;
}

/** Absolute errors as bars, with mean, median and p95 as lines that say what they are. At least one error. */
export function errorDistribution(distribution: ErrorDistribution, look: ChartLook): Chart {
  const rows = rowsOf(distribution.histogram);
  // Without any error the bins have no natural width: those of a model that is off by up to 1.
  const histogram =
    distribution.mean === 0
      ? { width: 1 / 16, counts: [rows, ...noughts(15)], above: 0 }
      : coarsen(distribution.histogram, rows);
  const { width, counts, above } = histogram;
  const covered = width * counts.length;
  // The rest stands apart from the bins: it is as wide as it needs to be seen, not as far as it reaches.
  const rest =
    above > 0
      ? { x0: covered + covered * 0.015, x1: covered + covered * 0.015 + Math.max(width, covered * 0.02) }
      : undefined;
  const end = rest?.x1 ?? covered;
  const bins = counts.map((count, i) => ({ x0: i * width, x1: (i + 1) * width, count, kind: 'bin' }));
  if (rest !== undefined) bins.push({ ...rest, count: above, kind: 'rest' });
  return {
    spec: spec(look, distribution, axisTicks({ covered, rest, end }, look), end),
    data: { bins, lines: lines(distribution, { covered, rest }, look) },
    summary: summary(distribution, histogram, rows, look),
    table: table(distribution.histogram),
  };
}

/** How many errors a histogram counts. */
export function rowsOf({ counts, above }: Histogram): number {
  return counts.reduce((sum, count) => sum + count, above);
}

const noughts = (count: number) => Array.from({ length: count }, () => 0);

type Rest = { readonly x0: number; readonly x1: number } | undefined;

function axisTicks({ covered, rest, end }: { covered: number; rest: Rest; end: number }, look: ChartLook) {
  const values = roundTicks(covered, look.width === 'container' || look.width < 400 ? 5 : 8);
  const labels = values.map((value) => formatTick(value, look.locale));
  if (rest === undefined) return { values, labels };
  const middle = (rest.x0 + rest.x1) / 2;
  const isFree = (value: number) => middle - value > end * 0.1;
  return {
    values: [...values.filter(isFree), middle],
    labels: [...labels.slice(0, values.filter(isFree).length), `≥ ${formatTick(covered, look.locale, 4)}`],
  };
}

/** Pixels between two rows of labels, and what a character takes at most. */
const ROW_PX = 15;
const CHARACTER_PX = 6.8;

interface Line {
  /** Where it stands: at its value, or in the middle of the rest when it lies beyond the bins. */
  readonly x: number;
  readonly label: string;
  readonly widthPx: number;
}

/**
 * From left to right, each with the ones to its left (`a`, then `b`): the label of a line that stands too
 * near goes one row lower, and its line ends there, so that no line ever crosses a label. Decided in pixels,
 * where the chart is drawn.
 */
function lines(
  { mean, median, p95 }: ErrorDistribution,
  { covered, rest }: { covered: number; rest: Rest },
  look: ChartLook,
): object[] {
  const named: readonly [string, number | undefined][] = [
    ['median', median],
    ['mean', mean],
    ['p95', p95],
  ];
  const shown = named
    .flatMap(([name, value]): Line[] => {
      if (value === undefined) return [];
      const label = `${name} ${formatFigure(value, look.locale)}`;
      const isBeyond = rest !== undefined && value >= covered;
      const x = isBeyond ? (rest.x0 + rest.x1) / 2 : Math.min(value, covered);
      return [{ x, label, widthPx: label.length * CHARACTER_PX + 8 }];
    })
    .sort((one, other) => one.x - other.x);
  const [first, second] = shown;
  return shown.map((line, i) => ({
    ...line,
    a: i > 0 ? first?.x : null,
    aPx: first?.widthPx ?? 0,
    b: i > 1 ? second?.x : null,
    bPx: second?.widthPx ?? 0,
  }));
}

const IS_NEAR = (x: string, left: string, widthPx: string) =>
  `(isValid(${left}) && scale('x', ${x}) < scale('x', ${left}) + ${widthPx})`;
const SECOND_ROW = `(${IS_NEAR('datum.b', 'datum.a', 'datum.aPx')} ? 1 : 0)`;
const ROW = `max(${IS_NEAR('datum.x', 'datum.a', 'datum.aPx')} ? 1 : 0, ${IS_NEAR('datum.x', 'datum.b', 'datum.bPx')} ? ${SECOND_ROW} + 1 : 0)`;

function spec(
  look: ChartLook,
  { model, units, histogram, mean, median, p95 }: ErrorDistribution,
  ticks: { values: number[]; labels: string[] },
  end: number,
): TopLevelSpec {
  const palette = PALETTES[look.theme];
  const about = {
    title: withUnits('Absolute error', units),
    subtitle: [
      shownName(model, 80),
      ...[['mean', mean] as const, ['median', median] as const, ['p95', p95] as const].flatMap(
        ([name, value]) => (value === undefined ? [] : [`${name} ${formatFigure(value, look.locale)}`]),
      ),
      `on ${countOf(rowsOf(histogram), 'row', look.locale)}`,
    ].join(' · '),
  };
  const x = {
    type: 'quantitative',
    scale: { domain: [0, end], nice: false, zero: false },
    axis: {
      values: ticks.values,
      labelExpr: `${JSON.stringify(ticks.labels)}[indexof(${JSON.stringify(ticks.values)}, datum.value)]`,
      labelFlush: false,
      labelOverlap: false,
      title: look.standsAlone ? withUnits('absolute error', units) : null,
    },
  };
  return {
    ...frameOf(look, about),
    layer: [
      {
        data: { name: 'bins' },
        mark: { type: 'bar', cornerRadiusEnd: 2, binSpacing: 1, tooltip: null, aria: false },
        encoding: {
          x: { field: 'x0', bin: { binned: true }, ...x },
          x2: { field: 'x1' },
          y: {
            field: 'count',
            type: 'quantitative',
            stack: null,
            scale: { domainMin: 0, nice: true, range: [{ expr: 'height' }, ROW_PX * 3 + 4] },
            axis: {
              tickCount: 4,
              tickMinStep: 1,
              title: look.standsAlone ? 'rows' : null,
              format: ',~f',
            },
          },
          color: {
            condition: { test: "datum.kind === 'rest'", value: palette.baseline },
            value: palette.champion,
          },
        },
      },
      {
        data: { name: 'lines' },
        mark: {
          type: 'rule',
          y: { expr: `${ROW} * ${ROW_PX}` },
          y2: { expr: 'height' },
          strokeWidth: 1,
          aria: false,
        },
        encoding: { x: { field: 'x', ...x } },
      },
      {
        data: { name: 'lines' },
        mark: {
          type: 'text',
          align: 'left',
          baseline: 'top',
          dx: 5,
          y: { expr: `${ROW} * ${ROW_PX}` },
          aria: false,
        },
        encoding: { x: { field: 'x', ...x }, text: { field: 'label', type: 'nominal' } },
      },
    ],
  } as TopLevelSpec;
}

function summary(
  { model, units, mean, median, p95 }: ErrorDistribution,
  { width, counts, above }: Histogram,
  rows: number,
  { locale }: ChartLook,
): string {
  const figures = [
    mean === undefined ? [] : [`mean ${formatFigure(mean, locale)}`],
    median === undefined ? [] : [`median ${formatFigure(median, locale)}`],
    p95 === undefined ? [] : [`95 % are below ${formatFigure(p95, locale)}`],
  ].flat();
  const most = counts.indexOf(Math.max(...counts));
  const fullest =
    counts.length === 0
      ? []
      : [`most often from ${formatTick(most * width, locale)} to ${formatTick((most + 1) * width, locale)}`];
  const rest =
    above === 0
      ? []
      : [`${formatCount(above, locale)} at ${formatTick(width * counts.length, locale)} or above`];
  return `${withUnits('Absolute error', units)}, of ${shownName(model)} on ${countOf(rows, 'row', locale)}: ${[...figures, ...fullest, ...rest].join(', ')}.`;
}

/** The bins as metric keeps them, without the empty ones. */
function table({ width, counts, above }: Histogram): ChartTable {
  const rows = counts.flatMap((count, i) => (count === 0 ? [] : [[i * width, (i + 1) * width, count]]));
  return {
    columns: columns(['from', 'figure'], ['to, exclusive', 'figure'], ['rows', 'count']),
    rows: above === 0 ? rows : [...rows, [counts.length * width, undefined, above]],
  };
}
