import { Resvg } from '@resvg/resvg-js';
import * as vega from 'vega';
import { compile } from 'vega-lite';
import type { Chart } from './charts/chart.ts';
import { fontMetrics } from './font-metrics.ts';
import { FONT_FILES } from './fonts.ts';
import { withOwnIds } from './svg-ids.ts';
import { FONT } from './theme.ts';

/** A chart as files. */
export interface Rendered {
  readonly svg: string;
  readonly png: Uint8Array;
}

/** A chart as SVG and as PNG at twice its size. Takes about 100 ms of a core: not for the event loop of a service. */
export async function render(chart: Chart): Promise<Rendered> {
  const svg = await renderSvg(chart);
  return { svg, png: renderPng(svg) };
}

/** A chart as SVG: the same text for the same chart, on every machine. */
export async function renderSvg({ spec, data }: Chart): Promise<string> {
  const compiled = compile({ ...spec, datasets: data }, { logger: vega.logger(vega.Error) });
  const view = new vega.View(vega.parse(compiled.spec), { renderer: 'none', logLevel: vega.Error });
  try {
    return withOwnIds(await view.toSVG());
  } finally {
    view.finalize();
    // Vega leaves work behind in microtasks and timers: without a turn of the loop memory climbs to gigabytes.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The picture of an SVG, at twice its size, drawn with our own font. */
export function renderPng(svg: string): Uint8Array {
  const picture = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: 2 },
    font: {
      fontFiles: Object.values(FONT_FILES),
      defaultFontFamily: FONT,
      sansSerifFamily: FONT,
      // Slow, so only for names in a script that ours does not have.
      loadSystemFonts: !fontMetrics('regular').covers(svg.replaceAll(/\s/g, '')),
    },
  });
  return picture.render().asPng();
}

/** Without a canvas Vega guesses that every character takes 0.8 of the font size: too wide by half. */
const { textMetrics } = vega as unknown as {
  textMetrics: { width: (item: TextItem, text: string | number | null | undefined) => number };
};
textMetrics.width = ({ fontSize, fontWeight, limit = 0 }, text) => {
  const { widthPx } = fontMetrics(
    Number(fontWeight) >= 600 || fontWeight === 'bold' ? 'semibold' : 'regular',
  );
  const px = widthPx(`${text ?? ''}`, fontSize ?? 11);
  // A text that is cut at its limit takes no more room than that; Vega leaves it to us to know.
  return limit > 0 ? Math.min(px, limit) : px;
};

interface TextItem {
  readonly fontSize?: number;
  readonly fontWeight?: number | string;
  readonly limit?: number;
}
