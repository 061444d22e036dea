import type { TopLevelSpec } from 'vega-lite';
import type { Histogram } from '../../wire/snapshot.ts';
import { PALETTES } from '../theme.ts';
import { frameOf, type Chart, type ChartLook } from './chart.ts';
import { coarsen } from './histogram.ts';
import { shownName, withUnits } from './names.ts';
import { countOf, formatCount, formatFigure, formatTick, roundTicks } from './numbers.ts';
import { rightAndWrong } from './right-and-wrong.ts';
import { columns, type ChartTable } from './table.ts';
import { LABELS_PX, valueLineLayers, valueLines, type ValueLines } from './value-lines.ts';

/** How the absolute errors of one model are spread. */
export interface ErrorDistribution {
  readonly model: string;
  /** What an absolute error is: a distance, `1 − p(truth)` where probabilities came along, or 0 and 1 of labels alone. */
  readonly of: 'numbers' | 'probabilities' | 'labels';
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
  if (distribution.of === 'labels') {
    const right = distribution.histogram.counts[0] ?? 0;
    return rightAndWrong({ model: distribution.model, right, wrong: rows - right }, look);
  }
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
  const marked = lines(distribution, { covered, rest, end }, look);
  const x = { ...axisTicks({ covered, rest, end }, marked.plotPx, look), end, range: marked.range };
  return {
    spec: spec(look, distribution, x),
    data: { bins, lines: marked.rows },
    summary: summary(distribution, histogram, rows, look),
    table: table(distribution.histogram),
  };
}

/** What is spread: in a title, under an axis. */
const NAMES = {
  numbers: { title: 'Absolute error', axis: 'absolute error' },
  probabilities: { title: 'Probability not given to the truth', axis: '1 − p(truth)' },
  labels: { title: 'Right and wrong', axis: '' },
} as const;

/** `Distribution of the absolute error`, as the page calls it. */
export function distributionTitle(of: ErrorDistribution['of'], units: string | undefined): string {
  return of === 'numbers' ? withUnits('Distribution of the absolute error', units) : NAMES[of].title;
}

/** How many errors a histogram counts. */
export function rowsOf({ counts, above }: Histogram): number {
  return counts.reduce((sum, count) => sum + count, above);
}

const noughts = (count: number) => Array.from({ length: count }, () => 0);

type Rest = { readonly x0: number; readonly x1: number } | undefined;

/** As many round values as have room for their labels, and the rest under its name. */
function axisTicks(
  { covered, rest, end }: { covered: number; rest: Rest; end: number },
  plotPx: number,
  { locale }: ChartLook,
): { values: number[]; labels: string[] } {
  const middle = rest && (rest.x0 + rest.x1) / 2;
  for (let count = 8; ; count--) {
    const values = roundTicks(covered, count);
    const labels = values.map((value) => formatTick(value, locale));
    if (middle !== undefined) {
      const label = `≥ ${formatTick(covered, locale, 4)}`;
      const free = values.filter((value) => ((middle - value) / end) * plotPx > widthOf(label));
      values.splice(free.length, values.length, middle);
      labels.splice(free.length, labels.length, label);
    }
    const [first = 0, second = end] = values;
    const widest = Math.max(...labels.slice(0, 1 + (values.length > 2 ? values.length - 2 : 0)).map(widthOf));
    if (count === 1 || ((second - first) / end) * plotPx >= widest) return { values, labels };
  }
}

const widthOf = (label: string) => label.length * 6.6 + 10;

/** Where mean, median and p95 stand: at their value, or in the middle of the rest where they lie beyond the bins. */
function lines(
  { mean, median, p95 }: ErrorDistribution,
  { covered, rest, end }: { covered: number; rest: Rest; end: number },
  look: ChartLook,
): ValueLines {
  const named: readonly [string, number | undefined][] = [
    ['median', median],
    ['mean', mean],
    ['p95', p95],
  ];
  return valueLines(
    named.flatMap(([name, value]) => {
      if (value === undefined) return [];
      const isBeyond = rest !== undefined && value >= covered;
      const x = isBeyond ? (rest.x0 + rest.x1) / 2 : Math.min(value, covered);
      return [{ x, label: `${name} ${formatFigure(value, look.locale)}` }];
    }),
    [0, end],
    look,
  );
}

function spec(
  look: ChartLook,
  { model, of, units, histogram, mean, median, p95 }: ErrorDistribution,
  along: { values: number[]; labels: string[]; end: number; range: ValueLines['range'] },
): TopLevelSpec {
  const palette = PALETTES[look.theme];
  const about = {
    title: withUnits(NAMES[of].title, units),
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
    scale: { domain: [0, along.end], nice: false, zero: false, range: along.range },
    axis: {
      values: along.values,
      labelExpr: `${JSON.stringify(along.labels)}[indexof(${JSON.stringify(along.values)}, datum.value)]`,
      labelFlush: false,
      labelOverlap: false,
      title: look.standsAlone ? withUnits(NAMES[of].axis, units) : null,
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
            scale: { domainMin: 0, nice: true, range: [{ expr: 'height' }, LABELS_PX] },
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
      ...valueLineLayers(x),
    ],
  } as TopLevelSpec;
}

function summary(
  { model, of, units, mean, median, p95 }: ErrorDistribution,
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
  return `${withUnits(NAMES[of].title, units)}, of ${shownName(model)} on ${countOf(rows, 'row', locale)}: ${[...figures, ...fullest, ...rest].join(', ')}.`;
}

/** The bins as metric keeps them, without the empty ones. */
function table({ width, counts, above }: Histogram): ChartTable {
  const rows = counts.flatMap((count, i) => (count === 0 ? [] : [[i * width, (i + 1) * width, count]]));
  return {
    columns: columns(['from', 'figure'], ['to, exclusive', 'figure'], ['rows', 'count']),
    rows: above === 0 ? rows : [...rows, [counts.length * width, undefined, above]],
  };
}
