import { readFile } from 'node:fs/promises';
import type { Snapshot } from '../wire/snapshot.ts';
import { bothThemes } from './both-themes.ts';
import type { Chart, ChartLook } from './charts/chart.ts';
import { choose } from './chosen.ts';
import { FONT_FILES } from './fonts.ts';
import { escaped, wordsHtml } from './html.ts';
import { pageFile } from './page-files.ts';
import { panels, type Panel } from './panels.ts';
import { tableHtml } from './table-html.ts';
import { figureTable } from './words/figure-table.ts';
import { headline } from './words/headline.ts';

/** What a report in one file is about. */
export interface ReportPage {
  /** Of the file that it reports on. */
  readonly name: string;
  readonly snapshot: Snapshot;
  /** Unit of the target, or `undefined`. */
  readonly units: string | undefined;
  /** What a reader has to know beside the figures, in whole sentences. */
  readonly notes: readonly string[];
}

/**
 * A report as one HTML file: the page's sentence, charts and figures, in its look, light and dark, with fonts and pictures
 * in it and without a script. What is in it does not grow with the rows that it reports on.
 *
 * @param drawSvg draws a chart
 */
export async function reportPage(
  { name, snapshot, units, notes }: ReportPage,
  drawSvg: (chart: Chart) => Promise<string>,
): Promise<string> {
  const writing = { units, locale: 'en' };
  const chosen = choose(snapshot, {});
  const { sentence, more } = headline('live', undefined, chosen, writing);
  const shown = panels(chosen, { units }).filter((panel) => panel.chart !== undefined);
  const cards: Card[] = [];
  for (const panel of shown) cards.push(await cardOf(panel, snapshot, drawSvg));
  const figures = figureTable(snapshot, {}, writing);
  const figureRows = figures.rows.map(
    ({ title, cells }) =>
      `<tr><th scope="row">${escaped(title)}</th>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; font-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(name)} · Aftermath</title>
<style>${await styles()}
:root { ${cards.map(({ css }) => css).join(' ')} }</style>
</head>
<body data-state="report">
<header class="bar"><strong>Aftermath</strong><p class="quiet">${escaped(name)}</p></header>
<main>
<div class="verdict"><section><h1>${wordsHtml(sentence)}</h1>
<p id="headline-more" class="quiet">${[...more, ...notes].map((text) => `<span>${escaped(text)}</span>`).join(' ')}</p></section></div>
<section class="charts more">${cards.map(({ html }) => html).join('\n')}
<article id="figures" class="card"><header><h2>All figures</h2></header>
<div class="table" tabindex="0"><table><tbody>${figureRows.join('')}</tbody></table></div></article></section>
</main>
<footer class="quiet"><p>Made from ${escaped(name)} by Aftermath.</p></footer>
</body>
</html>
`;
}

interface Card {
  readonly html: string;
  readonly css: string;
}

async function cardOf(
  { id, title, chart }: Panel,
  snapshot: Snapshot,
  drawSvg: (chart: Chart) => Promise<string>,
): Promise<Card> {
  const height = heightOf(id, snapshot);
  const [light, dark] = (['light', 'dark'] as const).map((theme) => chart!({ ...LOOK, theme, height }));
  const drawn = bothThemes(await drawSvg(light!), await drawSvg(dark!), `${id}-`);
  const svg = drawn.svg.replace('<svg ', `<svg role="img" aria-label="${escaped(light!.summary)}" `);
  return {
    css: drawn.css,
    html: `<article class="card" aria-labelledby="${id}"><header><h2 id="${id}">${escaped(title)}</h2></header>
<div class="picture" tabindex="0">${svg}</div>
<details><summary>table</summary>${tableHtml(light!.table)}</details></article>`,
  };
}

/** Wide enough for all labels; on a narrow screen it scrolls. */
const LOOK: Omit<ChartLook, 'theme' | 'height'> = {
  width: 600,
  standsAlone: false,
  locale: 'en',
  clock: 'utc',
};

/** Charts with a row for each name are as high as they have rows. */
function heightOf(id: string, { models: [model] }: Snapshot): number {
  const rows = {
    'error-by-slice': model?.slices?.length,
    'confusion-matrix': model?.confusion?.labels.length,
  }[id];
  if (rows === undefined) return id.endsWith('-curve') ? 420 : 280;
  return id === 'confusion-matrix' ? 60 + 44 * Math.min(rows, 12) : 60 + 22 * Math.min(Math.max(rows, 8), 20);
}

/** The page's, with the fonts in them. */
async function styles(): Promise<string> {
  const { body } = await pageFile('/page.css');
  const rules = Buffer.from(body)
    .toString()
    .replaceAll(/@font-face \{[^}]*\}\s*/g, '');
  const faces = await Promise.all([fontFace(400, FONT_FILES.regular), fontFace(600, FONT_FILES.semibold)]);
  return `${faces.join('\n')}\n${rules}\n${REPORT_RULES}`;
}

async function fontFace(weight: number, path: string): Promise<string> {
  const data = (await readFile(path)).toString('base64');
  return `@font-face { font-family: Inter; font-weight: ${weight}; src: url(data:font/otf;base64,${data}) format('opentype'); }`;
}

const REPORT_RULES = `
.verdict { min-height: 0; }
.picture { overflow-x: auto; }
.picture svg { display: block; width: 100%; min-width: 520px; height: auto; }
details { margin-top: 6px; font-size: 12px; }
summary { color: var(--quiet); cursor: pointer; }
details .table { max-height: 320px; }
#figures { grid-row: auto; }
#headline-more span { display: inline; }
@media (max-width: 900px) { .charts.more { grid-template-columns: minmax(0, 1fr); } }
@media print { .card { break-inside: avoid; } }
`;
