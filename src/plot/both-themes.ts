import { withOwnIds } from './svg-ids.ts';

/** A picture whose colours are the page's: `svg` names variables, `css` says what they are in either theme. */
export interface BothThemes {
  readonly svg: string;
  /** Declarations such as `--c0: light-dark(#ffffff, #1d1c1a);` */
  readonly css: string;
}

/**
 * One picture of two that differ only in their colours: that of a light and that of a dark ground. Where they differ
 * in anything else (they should not) the light one stays as it is.
 *
 * @param prefix begins the names of its variables: two pictures on a page must not share one
 */
export function bothThemes(light: string, dark: string, prefix: string): BothThemes {
  const [ofLight, ofDark] = [light, dark].map((svg) => withOwnIds(svg, prefix).split(COLOUR)) as [
    string[],
    string[],
  ];
  const isText = (_: string, i: number) => i % 2 === 0;
  if (ofLight.length !== ofDark.length || ofLight.some((part, i) => isText(part, i) && part !== ofDark[i])) {
    return { svg: ofLight.join(''), css: '' };
  }
  const names = new Map<string, string>();
  const svg = ofLight.map((part, i) => {
    if (isText(part, i)) return part;
    const pair = `light-dark(${part}, ${ofDark[i]})`;
    const name = names.get(pair) ?? `--${prefix}${names.size}`;
    names.set(pair, name);
    return `var(${name})`;
  });
  return { svg: svg.join(''), css: [...names].map(([pair, name]) => `${name}: ${pair};`).join(' ') };
}

/** Colours as Vega writes them; the group keeps them in what `split` gives. */
const COLOUR = /(#[0-9a-f]{6}\b|rgb\(\d+, \d+, \d+\))/;
