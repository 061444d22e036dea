import type { TopLevelSpec } from 'vega-lite';
import { PALETTES } from '../theme.ts';
import { frameOf, type ChartLook } from './chart.ts';
import { namedRows } from './named-rows.ts';

/** A value with its interval, as a dot on a whisker. */
export interface Dot {
  readonly name: string;
  readonly value: number;
  readonly low: number | undefined;
  readonly high: number | undefined;
  /** What stands at the right end of its row. */
  readonly note: string;
  /** Its colour: of a model, of what is wrong, or of what decides nothing. */
  readonly tone: 'champion' | 'challenger' | 'wrong' | 'baseline';
}

/** What is around the dots. */
export interface DotsAbout {
  readonly title: string;
  readonly subtitle: string;
  readonly axis: string;
  /** A dashed line that all dots are to be compared with. */
  readonly reference: { readonly value: number; readonly label: string } | undefined;
  /** No value lies above it. */
  readonly max?: number | undefined;
}

/** Spec and data of a chart of dots, one below the other. */
export function dots(
  rows: readonly Dot[],
  about: DotsAbout,
  look: ChartLook,
): { spec: TopLevelSpec; data: Record<string, object[]> } {
  const palette = PALETTES[look.theme];
  const { reference, max } = about;
  const [from, to] = limits(rows, reference?.value, max);
  const shown = rows.map(({ low, high, ...dot }, row) => ({
    ...dot,
    row,
    low: low === undefined ? null : Math.max(from, low),
    high: high === undefined ? null : Math.min(to, high),
  }));
  const place = namedRows(shown, 'dots', look);
  const x = {
    field: 'value',
    type: 'quantitative',
    scale: { zero: false, nice: false, range: place.range },
    axis: {
      grid: true,
      title: look.standsAlone ? about.axis : null,
      tickCount: { expr: 'max(3, floor(width / 120))' },
      labelFlush: false,
      labelOverlap: true,
    },
  };
  const color = {
    field: 'tone',
    type: 'nominal',
    scale: {
      domain: ['champion', 'challenger', 'wrong', 'baseline'],
      range: [palette.champion, palette.challenger, palette.wrong, palette.baseline],
    },
    legend: null,
  };
  const quiet = { tooltip: null, aria: false };
  return {
    spec: {
      ...frameOf(look, { ...about, height: place.height }),
      layer: [
        {
          data: { name: 'extent' },
          mark: { type: 'point', opacity: 0, ...quiet },
          encoding: { x },
        },
        {
          data: { name: 'reference' },
          mark: { type: 'rule', color: palette.quiet, strokeDash: [4, 3], ...quiet },
          encoding: { x },
        },
        {
          data: { name: 'reference' },
          mark: {
            type: 'text',
            baseline: 'bottom',
            y: -4,
            align: { expr: "scale('x', datum.value) > width * 0.6 ? 'right' : 'left'" },
            color: palette.quiet,
            ...quiet,
          },
          encoding: { x, text: { field: 'label', type: 'nominal' } },
        },
        {
          data: { name: 'dots' },
          mark: { type: 'rule', strokeWidth: 2, opacity: 0.6, ...quiet },
          encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' }, y: place.y, color },
        },
        {
          data: { name: 'dots' },
          mark: { type: 'point', filled: true, size: 60, opacity: 1, ...quiet },
          encoding: { x, y: place.y, color },
        },
        ...place.words,
      ],
    } as TopLevelSpec,
    data: {
      dots: shown,
      reference: reference === undefined ? [] : [reference],
      extent: [{ value: from }, { value: to }],
    },
  };
}

/** All dots and the reference, and of the whiskers as much as does not squeeze the dots. */
function limits(rows: readonly Dot[], reference: number | undefined, max = Infinity): [number, number] {
  const values = rows.map(({ value }) => value);
  if (reference !== undefined) values.push(reference);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const narrowest = Math.min(
    ...rows.flatMap(({ low: a, high: b }) => (a === undefined || b === undefined ? [] : [b - a])),
  );
  const reach = Math.max(2 * (high - low), Number.isFinite(narrowest) ? narrowest : 0);
  const from = Math.max(low - reach, Math.min(low, ...rows.map((row) => row.low ?? low)));
  const to = Math.min(high + reach, Math.max(high, ...rows.map((row) => row.high ?? high)));
  const room = (to - from) * 0.05 || Math.abs(to) * 0.1 || 1;
  return [low >= 0 ? Math.max(0, from - room) : from - room, Math.min(max, to + room)];
}
