import type { Snapshot } from '../wire/snapshot.ts';
import type { Chart } from './charts/chart.ts';
import type { Choice } from './choice.ts';
import { choose } from './chosen.ts';
import { escaped, wordsHtml } from './html.ts';
import { panels, type PanelSource } from './panels.ts';
import { reportCards } from './report-cards.ts';
import { reportStanding } from './report-standing.ts';
import { reportStyles } from './report-styles.ts';
import { figureTable } from './words/figure-table.ts';
import { headline } from './words/headline.ts';

/** What a report in one file is about. */
export interface ReportPage extends Omit<PanelSource, 'hasNoTiles'> {
  /** What it reports on. */
  readonly name: string;
  readonly snapshot: Snapshot;
  /** What of it is shown; absent: everything, of the champion. */
  readonly choice?: Choice;
  /** What a reader has to know beside the figures, in whole sentences. */
  readonly notes: readonly string[];
  /** Whether it is of a running stream, which has books, alarms and labels that are still to come; a log has none. */
  readonly isOfStream: boolean;
}

/**
 * A report as one HTML file: the page's sentence, charts and figures, in its look, light and dark, with fonts and pictures
 * in it and without a script. What is in it does not grow with the rows that it reports on.
 *
 * @param drawSvg draws a chart
 */
export async function reportPage(
  { name, snapshot, choice = {}, units, drift, notes, isOfStream }: ReportPage,
  drawSvg: (chart: Chart) => Promise<string>,
): Promise<string> {
  const writing = { units, locale: 'en' };
  const chosen = choose(snapshot, choice);
  const { sentence, more } = headline('live', undefined, chosen, writing);
  const cards = await reportCards(panels(chosen, { units, drift, hasNoTiles: !isOfStream }), chosen, drawSvg);
  const standing = isOfStream && chosen !== undefined ? reportStanding(snapshot, chosen, writing) : undefined;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; font-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(name)} · Aftermath</title>
<style>${await reportStyles()}
:root { ${cards.map(({ css }) => css).join(' ')} }</style>
</head>
<body data-state="report">
<header class="bar"><strong>Aftermath</strong><p class="quiet">${escaped(name)}</p></header>
<main>
<div class="verdict"><section aria-label="Verdict"><h1>${wordsHtml(sentence)}</h1>
<p id="headline-more" class="quiet">${[...more, ...notes].map((text) => `<span>${escaped(text)}</span>`).join(' ')}</p></section>${standing?.alarms ?? ''}</div>
${standing?.tiles ?? ''}
<section class="charts more" aria-label="Evidence">${cards.map(({ html }) => html).join('\n')}
<article id="figures" class="card" aria-labelledby="figures-title"><header><h2 id="figures-title">All figures</h2></header>
<div class="table" tabindex="0" role="region" aria-label="All figures">${figuresHtml(snapshot, choice, writing)}</div></article></section>
${standing?.books ?? ''}
</main>
<footer class="quiet"><p>Made from ${escaped(name)} by Aftermath.</p></footer>
</body>
</html>
`;
}

function figuresHtml(...about: Parameters<typeof figureTable>): string {
  const { models, rows } = figureTable(...about);
  const head = models.map((model) => `<th scope="col">${wordsHtml([model])}</th>`);
  const body = rows.map(
    ({ title, cells }) =>
      `<tr><th scope="row">${escaped(title)}</th>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`,
  );
  return `<table><thead><tr><td></td>${head.join('')}</tr></thead><tbody>${body.join('')}</tbody></table>`;
}
