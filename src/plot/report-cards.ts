import { bothThemes } from './both-themes.ts';
import type { Chart, ChartLook } from './charts/chart.ts';
import type { Chosen } from './chosen.ts';
import { escaped } from './html.ts';
import type { Panel } from './panels.ts';
import { tableHtml } from './table-html.ts';

/** A chart in a report: its element, and the colours that it has in either theme. */
export interface ReportCard {
  readonly html: string;
  readonly css: string;
}

/** The charts of these panels, those that have something to show, each with its numbers behind it. */
export async function reportCards(
  panels: readonly Panel[],
  chosen: Chosen | undefined,
  drawSvg: (chart: Chart) => Promise<string>,
): Promise<readonly ReportCard[]> {
  // All are asked for at once: while one is drawn the next is described.
  const cards = panels.map(async (panel) => {
    const { id, title, chart, note = '' } = panel;
    if (chart === undefined) return [];
    const [light, dark] = (['light', 'dark'] as const).map((theme) =>
      chart({ ...LOOK, theme, height: heightOf(panel, chosen) }),
    ) as [Chart, Chart];
    const drawn = bothThemes(...(await Promise.all([drawSvg(light), drawSvg(dark)])), `${id}-`);
    return [{ css: drawn.css, html: cardHtml({ id, title, note, svg: drawn.svg }, light) }];
  });
  return (await Promise.all(cards)).flat();
}

function cardHtml(
  { id, title, note, svg }: Readonly<Record<'id' | 'title' | 'note' | 'svg', string>>,
  { summary, table }: Chart,
): string {
  const picture = svg.replace('<svg ', `<svg role="img" aria-label="${escaped(summary)}" `);
  return `<article class="card" aria-labelledby="${id}"><header><h2 id="${id}">${escaped(title)}</h2></header>
<div class="picture" tabindex="0">${picture}</div>
<p class="note quiet">${escaped(note)}</p>
<details><summary>table</summary>${tableHtml(table)}</details></article>`;
}

/** Wide enough for all labels; on a narrow screen it scrolls. */
const LOOK: Omit<ChartLook, 'theme' | 'height'> = {
  width: 600,
  standsAlone: false,
  locale: 'en',
  clock: 'utc',
};

/** Charts with a row for each name are as high as they have rows. */
function heightOf({ id, rows }: Panel, chosen: Chosen | undefined): number {
  const labels = chosen?.model.confusion?.labels.length ?? 0;
  if (id === 'confusion-matrix') return 60 + 44 * Math.min(labels, 12);
  if (id === 'expected-confusion') return 60 + 44 * 2;
  if (rows !== undefined) return 60 + 22 * Math.min(Math.max(rows, 8), 20);
  return id.endsWith('-curve') ? 420 : 280;
}
