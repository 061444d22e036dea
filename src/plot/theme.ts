import type { Config } from 'vega-lite';

/** The colours of one look; safe for colour-blind readers, text at least 4.5 : 1 on `ground`. */
export interface Palette {
  readonly ground: string;
  readonly text: string;
  /** What explains rather than says. */
  readonly quiet: string;
  readonly hairline: string;
  readonly champion: string;
  readonly challenger: string;
  /** Further challengers; whose line is also told by its dash. */
  readonly others: readonly [string, string];
  readonly baseline: string;
  readonly wrong: string;
  /** From few to many, and the same of what is wrong. */
  readonly counts: readonly [few: string, many: string];
  readonly wrongCounts: readonly [few: string, many: string];
}

/** The colours of the picture files and of the charts on the page (`page.css` has them for the words). */
export const PALETTES: Readonly<Record<'light' | 'dark', Palette>> = {
  light: {
    ground: '#ffffff',
    text: '#1c1b1a',
    quiet: '#5f5b57',
    hairline: '#e4e1de',
    champion: '#0072b2',
    challenger: '#b45f06',
    others: ['#8c4680', '#00704f'],
    baseline: '#8a8580',
    wrong: '#b3261e',
    counts: ['#dbeaf5', '#00507d'],
    wrongCounts: ['#fae3e1', '#b3261e'],
  },
  dark: {
    ground: '#1d1c1a',
    text: '#f2f0ee',
    quiet: '#aaa5a0',
    hairline: '#383532',
    champion: '#56b4e9',
    challenger: '#f0a04b',
    others: ['#d79bcb', '#4cc79a'],
    baseline: '#8f8a85',
    wrong: '#ff8a80',
    counts: ['#243844', '#7cc8f4'],
    wrongCounts: ['#43292a', '#ff8a80'],
  },
};

/** The typeface of everything; its files are beside (`fonts.ts`). */
export const FONT = 'Inter';

/** What all charts share: no frame, few lines, one typeface. */
export function vegaConfig(theme: 'light' | 'dark'): Config {
  const { text, quiet, hairline } = PALETTES[theme];
  return {
    // A picture on another's machine has no Inter to fall back on; ours are drawn with it.
    font: `${FONT}, system-ui, sans-serif`,
    view: { stroke: null },
    axis: {
      labelColor: quiet,
      titleColor: quiet,
      labelFontSize: 11,
      titleFontSize: 11,
      titleFontWeight: 400,
      labelPadding: 6,
      titlePadding: 10,
      gridColor: hairline,
      domain: false,
      ticks: false,
    },
    axisX: { grid: false },
    title: {
      anchor: 'start',
      frame: 'bounds',
      color: text,
      fontSize: 16,
      fontWeight: 600,
      offset: 18,
      subtitleColor: quiet,
      subtitleFontSize: 12,
      subtitlePadding: 6,
    },
    text: { color: text, fontSize: 11 },
    rule: { color: text },
  };
}
