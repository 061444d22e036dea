import type { TopLevelSpec } from 'vega-lite';
import { PALETTES } from '../theme.ts';
import { frameOf, type ChartLook } from './chart.ts';
import { namedRows } from './named-rows.ts';

/** A bar that is filled as far as its share goes. */
export interface ShareBar {
  readonly name: string;
  /** 0..1 */
  readonly ratio: number;
  /** What stands at the right end of its row. */
  readonly note: string;
  readonly tone: 'champion' | 'wrong';
}

/** Spec and data of bars of equal length, one below the other, each filled as far as its share goes. */
export function shareBars(
  bars: readonly ShareBar[],
  about: { readonly title: string; readonly subtitle: string },
  look: ChartLook,
): { spec: TopLevelSpec; data: Record<string, object[]> } {
  const palette = PALETTES[look.theme];
  const rows = bars.map((bar, row) => ({ ...bar, row, whole: 1 }));
  const place = namedRows(rows, 'bars', look);
  const x = { type: 'quantitative', scale: { domain: [0, 1], nice: false, range: place.range }, axis: null };
  const size = { expr: `min(bandwidth('y'), ${BAR_PX_MAX})` };
  const bar = { type: 'bar', tooltip: null, aria: false, cornerRadius: 2, size };
  return {
    spec: {
      ...frameOf(look, { ...about, height: place.height }),
      layer: [
        {
          data: { name: 'bars' },
          mark: { ...bar, color: palette.hairline },
          encoding: { x: { ...x, field: 'whole', stack: null }, y: place.y },
        },
        {
          data: { name: 'bars' },
          mark: bar,
          encoding: {
            x: { ...x, field: 'ratio', stack: null },
            y: place.y,
            color: {
              condition: { test: "datum.tone === 'wrong'", value: palette.wrong },
              value: palette.champion,
            },
          },
        },
        ...place.words,
      ],
    } as unknown as TopLevelSpec,
    data: { bars: rows },
  };
}

/** One age alone is a bar, not a block. */
const BAR_PX_MAX = 24;
