import { fontMetrics } from '../../src/plot/font-metrics.ts';

/** Where a text of a picture is, in pixels from its upper left corner. */
export interface TextBox {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The boxes of all texts of an SVG that Vega made: groups that are moved, texts that may stand upright. */
export function textBoxes(svg: string): TextBox[] {
  const boxes: TextBox[] = [];
  const places: { x: number; y: number }[] = [{ x: 0, y: 0 }];
  for (const [, closing, tag = '', attributes = '', content = ''] of svg.matchAll(ELEMENT)) {
    if (tag !== 'g' && tag !== 'text') continue;
    const before = places.at(-1)!;
    if (closing === '/') {
      places.pop();
      continue;
    }
    const [, dx = '0', dy = '0'] = /translate\(([-\d.e]+),\s*([-\d.e]+)\)/.exec(attributes) ?? [];
    const place = { x: before.x + Number(dx), y: before.y + Number(dy) };
    if (tag === 'g') {
      if (!attributes.endsWith('/')) places.push(place);
      continue;
    }
    for (const line of linesOf(content)) {
      if (line.text.trim() === '' || /opacity="0"/.test(attributes)) continue;
      boxes.push(boxOf(line.text, attributes, { x: place.x, y: place.y + line.dy }));
    }
  }
  return boxes;
}

/** `<text …>words</text>`, its lines included, as one; everything else a tag at a time. */
const ELEMENT = /<(\/?)(text|g|[a-zA-Z]+)\b([^>]*)>(?:(?<=<text\b[^>]*>)((?:[^<]|<\/?tspan\b)*)<\/text>)?/g;

function linesOf(content: string): { text: string; dy: number }[] {
  if (!content.includes('<tspan')) return [{ text: plain(content), dy: 0 }];
  let dy = 0;
  return [...content.matchAll(/<tspan(?: x="[^"]*" dy="([\d.]+)")?>([^<]*)<\/tspan>/g)].map(
    ([, step = '0', text = '']) => ({ text: plain(text), dy: (dy += Number(step)) }),
  );
}

function boxOf(text: string, attributes: string, { x, y }: { x: number; y: number }): TextBox {
  const [, size = '11'] = /font-size="([\d.]+)px"/.exec(attributes) ?? [];
  const bold = /font-weight="(?:bold|[6-9]00)"/.test(attributes);
  const [, anchor = 'start'] = /text-anchor="(\w+)"/.exec(attributes) ?? [];
  const width = fontMetrics(bold ? 'semibold' : 'regular').widthPx(text, Number(size));
  const from = anchor === 'end' ? -width : anchor === 'middle' ? -width / 2 : 0;
  const [above, below] = [0.75 * Number(size), 0.22 * Number(size)];
  return /rotate\(-90\)/.test(attributes)
    ? { text, left: x - above, right: x + below, top: y - from - width, bottom: y - from }
    : { text, left: x + from, right: x + from + width, top: y - above, bottom: y + below };
}

function plain(content: string): string {
  return content
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}
