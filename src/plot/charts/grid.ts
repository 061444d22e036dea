import type { TopLevelSpec } from 'vega-lite';
import type { GridSnapshot } from '../../wire/snapshot.ts';
import { PALETTES } from '../theme.ts';
import { frameOf, type Chart, type ChartLook } from './chart.ts';
import { shownName } from './names.ts';
import { countOf, formatTick } from './numbers.ts';
import { columns, type ChartTable } from './table.ts';

/** What is around a grid of counts. */
export interface GridAbout {
  readonly title: string;
  readonly model: string;
  readonly axisX: string;
  readonly axisY: string;
  /** Where a model that is always right has its rows: on y = x, or on y = 0. */
  readonly right: 'diagonal' | 'zero';
}

/** Rows counted in cells, the darker the more, with a dashed line where all would be if the model were always right. */
export function grid(counted: GridSnapshot, about: GridAbout, look: ChartLook): Chart {
  const shown = coarsened(trimmed(counted));
  const [x, y] = [spanOf(shown.x), spanOf(shown.y)];
  const rows = counted.counts.reduce((sum, count) => sum + count, 0);
  const right =
    about.right === 'zero'
      ? [
          { x0: x.from, y0: 0 },
          { x0: x.to, y0: 0 },
        ]
      : diagonal(x, y);
  const words = [
    shownName(about.model, 80),
    `on ${countOf(rows, 'row', look.locale)}`,
    ...(right.length > 0 ? ['dashed: where it is right'] : []),
  ];
  return {
    spec: spec(about, words.join(' · '), look),
    data: {
      cells: cellsOf(shown),
      corners: [
        { x0: x.from, y0: y.from },
        { x0: x.to, y0: y.to },
      ],
      right,
    },
    summary: summary(counted, about, rows, look),
    table: table(counted, about),
  };
}

/** Cells along an axis that are drawn at most. */
const CELLS_MAX = 40;

type Axis = GridSnapshot['x'];

interface Cell {
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
  readonly count: number;
}

/** The cells that hold something. */
function cellsOf({ x, y, counts }: GridSnapshot): Cell[] {
  return counts.flatMap((count, at) => {
    if (count === 0) return [];
    const [i, j] = [at % x.cells, Math.floor(at / x.cells)];
    const [x0, y0] = [x.from + i * x.width, y.from + j * y.width];
    return [{ x0, x1: x0 + x.width, y0, y1: y0 + y.width, count }];
  });
}

/** Without the empty cells around what is there. */
function trimmed({ x, y, counts }: GridSnapshot): GridSnapshot {
  let [left, right, bottom, top] = [x.cells, -1, y.cells, -1];
  for (const [at, count] of counts.entries()) {
    if (count === 0) continue;
    const [i, j] = [at % x.cells, Math.floor(at / x.cells)];
    [left, right] = [Math.min(left, i), Math.max(right, i)];
    [bottom, top] = [Math.min(bottom, j), Math.max(top, j)];
  }
  if (right < left) return { x: { ...x, cells: 1 }, y: { ...y, cells: 1 }, counts: [0] };
  const [nx, ny] = [right - left + 1, top - bottom + 1];
  return {
    x: { ...x, from: x.from + left * x.width, cells: nx },
    y: { ...y, from: y.from + bottom * y.width, cells: ny },
    counts: Array.from({ length: nx * ny }, (_, at) => {
      const [i, j] = [at % nx, Math.floor(at / nx)];
      return counts[(bottom + j) * x.cells + left + i] ?? 0;
    }),
  };
}

/** In fewer, larger cells, where there are more than anybody can tell apart. */
function coarsened({ x, y, counts }: GridSnapshot): GridSnapshot {
  const [px, py] = [Math.ceil(x.cells / CELLS_MAX), Math.ceil(y.cells / CELLS_MAX)];
  const [nx, ny] = [Math.ceil(x.cells / px), Math.ceil(y.cells / py)];
  const sums = Array.from({ length: nx * ny }, () => 0);
  for (const [at, count] of counts.entries()) {
    const [i, j] = [Math.floor((at % x.cells) / px), Math.floor(Math.floor(at / x.cells) / py)];
    sums[j * nx + i] = (sums[j * nx + i] ?? 0) + count;
  }
  return {
    x: { from: x.from, width: x.width * px, cells: nx },
    y: { from: y.from, width: y.width * py, cells: ny },
    counts: sums,
  };
}

/** What an axis covers: some room around a single cell. */
function spanOf({ from, width, cells }: Axis): { from: number; to: number } {
  const room = cells < 3 ? 2 * width : 0;
  return { from: from - room, to: from + width * cells + room };
}

type Span = ReturnType<typeof spanOf>;

function diagonal(x: Span, y: Span): object[] {
  const [from, to] = [Math.max(x.from, y.from), Math.min(x.to, y.to)];
  return from < to
    ? [
        { x0: from, y0: from },
        { x0: to, y0: to },
      ]
    : [];
}

function spec(about: GridAbout, subtitle: string, look: ChartLook): TopLevelSpec {
  const palette = PALETTES[look.theme];
  const axis = { labelFlush: false, labelOverlap: true, labelSeparation: 8 };
  const scale = { zero: false, nice: false };
  const x = {
    field: 'x0',
    type: 'quantitative',
    scale,
    axis: {
      ...axis,
      grid: false,
      tickCount: { expr: 'max(3, floor(width / 90))' },
      title: look.standsAlone ? about.axisX : null,
    },
  };
  const y = {
    field: 'y0',
    type: 'quantitative',
    scale,
    axis: { ...axis, grid: true, tickCount: 5, title: look.standsAlone ? about.axisY : null },
  };
  const quiet = { tooltip: null, aria: false };
  return {
    ...frameOf(look, {
      title: about.title,
      subtitle,
    }),
    layer: [
      {
        data: { name: 'corners' },
        mark: { type: 'point', opacity: 0, ...quiet },
        encoding: { x, y },
      },
      {
        data: { name: 'cells' },
        mark: { type: 'rect', ...quiet },
        encoding: {
          x,
          x2: { field: 'x1' },
          y,
          y2: { field: 'y1' },
          color: {
            field: 'count',
            type: 'quantitative',
            scale: { type: 'sqrt', domainMin: 0, nice: false, range: palette.counts },
            legend: {
              orient: 'top',
              title: 'rows in a cell',
              titleFontSize: 11,
              titleFontWeight: 400,
              titleColor: palette.quiet,
              titleOrient: 'left',
              titlePadding: 8,
              labelColor: palette.quiet,
              labelFontSize: 11,
              gradientLength: 140,
              gradientThickness: 8,
              tickCount: 3,
              tickMinStep: 1,
              format: ',~f',
              labelOverlap: true,
              padding: 0,
              offset: 8,
            },
          },
        },
      },
      // On a ground of its own: the cells below may be as dark as the line.
      ...[
        { color: palette.ground, strokeWidth: 3, opacity: 0.7 },
        { color: palette.text, strokeWidth: 1, strokeDash: [4, 3] },
      ].map((mark) => ({
        data: { name: 'right' },
        mark: { type: 'line', ...mark, ...quiet },
        encoding: { x, y },
      })),
    ],
  } as TopLevelSpec;
}

function summary(
  counted: GridSnapshot,
  { title, model, axisX, axisY }: GridAbout,
  rows: number,
  { locale }: ChartLook,
) {
  const { x, y } = trimmed(counted);
  const span = ({ from, width, cells }: Axis) =>
    `from ${formatTick(from, locale, 3)} to ${formatTick(from + width * cells, locale, 3)}`;
  const fullest = cellsOf(counted).reduce<Cell | undefined>(
    (most, cell) => (most === undefined || cell.count > most.count ? cell : most),
    undefined,
  );
  const where =
    fullest === undefined
      ? ''
      : `; most rows in one cell: ${countOf(fullest.count, 'row', locale)} at ${formatTick(fullest.x0, locale, 3)} and ${formatTick(fullest.y0, locale, 3)}`;
  return `${title}, of ${shownName(model)} on ${countOf(rows, 'row', locale)}: ${axisX} ${span(x)}, ${axisY} ${span(y)}${where}.`;
}

function table(counted: GridSnapshot, { axisX, axisY }: GridAbout): ChartTable {
  return {
    columns: columns(
      [`${axisX}, from`, 'figure'],
      ['to, exclusive', 'figure'],
      [`${axisY}, from`, 'figure'],
      ['to, exclusive', 'figure'],
      ['rows', 'count'],
    ),
    rows: cellsOf(counted).map(({ x0, x1, y0, y1, count }) => [x0, x1, y0, y1, count]),
  };
}
