import type { TopLevelSpec } from 'vega-lite';
import { PALETTES, vegaConfig } from '../theme.ts';

/**
 * One chart: what it looks like and, apart from that, what it shows. The page compiles `spec` once and then
 * only exchanges the data; a picture is drawn from both.
 */
export interface Chart {
  /** Vega-Lite, its data named but not in it. */
  readonly spec: TopLevelSpec;
  /** Rows of each named data set. */
  readonly data: Readonly<Record<string, readonly object[]>>;
  /** The chart in a sentence, for those who do not see it. */
  readonly summary: string;
}

/** Where a chart goes, and what it has to look like there. */
export interface ChartLook {
  readonly theme: 'light' | 'dark';
  /** Pixels, everything included, or that of the element the chart is in. */
  readonly width: number | 'container';
  /** Pixels, everything included. */
  readonly height: number;
  /** A picture carries its title and background with it; on the page both are around it. */
  readonly standsAlone: boolean;
  /** How numbers are written: a BCP 47 tag, or `undefined` for the reader's own. */
  readonly locale: string | undefined;
  /** Whose clock the time axis shows. */
  readonly clock: 'utc' | 'local';
}

/** The look of a picture file: the same wherever and whenever it is drawn. */
export function pictureLook(theme: 'light' | 'dark'): ChartLook {
  return { theme, width: 800, height: 450, standsAlone: true, locale: 'en', clock: 'utc' };
}

/** What every chart has around its layers. `title` is shown where the chart stands alone. */
export function frameOf(look: ChartLook, title: NonNullable<TopLevelSpec['title']>) {
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    ...(look.standsAlone
      ? { title, background: PALETTES[look.theme].ground, padding: 24 }
      : { background: null, padding: 2 }),
    width: look.width,
    height: look.height,
    autosize: { type: 'fit', contains: 'padding', resize: look.width === 'container' },
    config: vegaConfig(look.theme),
  } as const;
}
