import type { TopLevelSpec } from 'vega-lite';
import { PALETTES, vegaConfig } from '../theme.ts';
import { numberLocale } from './numbers.ts';
import type { ChartTable } from './table.ts';

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
  /** Everything that it shows as numbers, and what it has no room for. */
  readonly table: ChartTable;
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

/** Whether a chart has to do with little room; one that is as wide as its element may have to. */
export function isNarrow({ width }: ChartLook): boolean {
  return width === 'container' || width < 480;
}

/** Pixels around a picture that stands alone. */
export const PADDING_PX = 24;

/**
 * What every chart has around its layers. The title is shown where the chart stands alone.
 *
 * @param about.height of the picture where it stands alone, if that depends on what is in it
 */
export function frameOf(
  look: ChartLook,
  about: { readonly title: string; readonly subtitle: string; readonly height?: number | undefined },
) {
  const room = typeof look.width === 'number' ? look.width - 2 * PADDING_PX : 0;
  const title = {
    text: filled(about.title.split(' '), ' ', Math.floor(room / TITLE_CHARACTER_PX)),
    subtitle: filled(about.subtitle.split(' · '), ' · ', Math.floor(room / SUBTITLE_CHARACTER_PX)),
    limit: room,
  };
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    ...(look.standsAlone
      ? { title, background: PALETTES[look.theme].ground, padding: PADDING_PX }
      : { background: null, padding: 2 }),
    width: look.width,
    height: look.standsAlone ? (about.height ?? look.height) : look.height,
    autosize: { type: 'fit', contains: 'padding', resize: look.width === 'container' },
    config: { ...vegaConfig(look.theme), locale: { number: numberLocale(look.locale) } },
  } as const;
}

/** Pixels that a character takes on average. */
const TITLE_CHARACTER_PX = 8.8;
const SUBTITLE_CHARACTER_PX = 6.3;

/** The parts on as many lines as they need, of at most so many characters where no part alone is longer. */
function filled(parts: readonly string[], separator: string, lengthMax: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const longer = `${lines.at(-1)}${separator}${part}`;
    if (lines.length > 0 && longer.length <= lengthMax) lines[lines.length - 1] = longer;
    else lines.push(part);
  }
  return lines;
}
