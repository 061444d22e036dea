import type { TopLevelSpec } from 'vega-lite';
import { PALETTES } from '../theme.ts';
import { frameOf, type ChartLook } from './chart.ts';

/** What is drawn between 0 and 1 on both axes. */
export interface UnitSquare {
  readonly title: string;
  readonly subtitle: string;
  readonly axisX: string;
  readonly axisY: string;
  /** In the order in which they are joined; with `rows` a point is drawn, the larger the more. */
  readonly points: readonly { readonly x: number; readonly y: number; readonly rows?: number }[];
  /** The dashed line of who knows nothing, or everything: its ends. */
  readonly reference: readonly [x: number, y: number][];
  /** What stands in the plot, in two lines, where no title does: a figure, and what the dashed line is. */
  readonly words: {
    readonly figure: string;
    readonly reference: string;
    readonly x: number;
    readonly y: number;
    readonly align: 'left' | 'right';
  };
}

/** Spec and data of a curve in the unit square. */
export function unitSquare(
  square: UnitSquare,
  look: ChartLook,
): { spec: TopLevelSpec; data: Record<string, object[]> } {
  const palette = PALETTES[look.theme];
  const axis = { values: [0, 0.2, 0.4, 0.6, 0.8, 1], labelFlush: false, grid: true };
  const scale = { domain: [0, 1], nice: false };
  const of = (field: 'x' | 'y', title: string) => ({
    field,
    type: 'quantitative',
    scale,
    axis: { ...axis, title: look.standsAlone ? title : null },
  });
  const [x, y] = [of('x', square.axisX), of('y', square.axisY)];
  const quiet = { tooltip: null, aria: false };
  const side = Math.min(SIDE_PX, typeof look.width === 'number' ? look.width : SIDE_PX);
  return {
    spec: {
      ...frameOf(look.standsAlone ? { ...look, width: side } : look, { ...square, height: side }),
      layer: [
        {
          data: { name: 'reference' },
          mark: { type: 'line', color: palette.quiet, strokeWidth: 1, strokeDash: [4, 3], ...quiet },
          encoding: { x, y },
        },
        {
          data: { name: 'points' },
          mark: { type: 'line', color: palette.champion, strokeWidth: 2.5, strokeJoin: 'round', ...quiet },
          encoding: { x, y, order: { field: 'i', type: 'quantitative' } },
        },
        {
          data: { name: 'dots' },
          mark: { type: 'point', filled: true, color: palette.champion, opacity: 1, clip: false, ...quiet },
          encoding: {
            x,
            y,
            size: {
              field: 'rows',
              type: 'quantitative',
              scale: { domainMin: 0, range: [30, 240] },
              legend: null,
            },
          },
        },
        ...(['figure', 'reference'] as const).map((field, line) => ({
          data: { name: 'words' },
          mark: {
            type: 'text',
            baseline: 'middle',
            align: square.words.align,
            dy: 16 * line - 20,
            color: line === 0 ? palette.text : palette.quiet,
            ...quiet,
          },
          encoding: { x, y, text: { field, type: 'nominal' } },
        })),
      ],
      resolve: { scale: { size: 'independent' } },
    } as unknown as TopLevelSpec,
    data: {
      points: square.points.map((point, i) => ({ ...point, i })),
      dots: square.points.flatMap(dotOf),
      reference: square.reference.map(([x, y]) => ({ x, y })),
      words: look.standsAlone ? [] : [square.words],
    },
  };
}

/** A point alone makes no line: it is a dot. */
function dotOf(point: UnitSquare['points'][number], _: number, all: UnitSquare['points']): object[] {
  if (point.rows !== undefined) return [point];
  return all.length === 1 ? [{ ...point, rows: 1 }] : [];
}

/** Pixels of a picture that stands alone: as high as wide. */
const SIDE_PX = 520;
