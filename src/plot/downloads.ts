import type { Context } from 'hono';
import type { Snapshot } from '../wire/snapshot.ts';
import type { Chart } from './charts/chart.ts';
import { pictureLook } from './charts/chart.ts';
import { tableCsv } from './charts/table.ts';
import { readChoice } from './choice.ts';
import { choose, type Chosen } from './chosen.ts';
import type { Feed } from './feed.ts';
import { panels } from './panels.ts';
import type { Rendered } from './render.ts';
import { reportPage } from './report-page.ts';
import { controls } from './words/controls.ts';
import { figuresCsvTable } from './words/figure-table.ts';

/** Where the files are made from. */
export interface DownloadSource {
  readonly feed: () => Feed;
  readonly draw: (chart: Chart) => Promise<Rendered>;
  readonly drawSvg: (chart: Chart) => Promise<string>;
}

/** Drawings at once at most; each takes a tenth of a second. A report takes as many as it has charts, one after the other. */
const DRAWINGS_MAX = 16;
const REPORTS_MAX = 2;

/**
 * What a reader takes along: each chart as PNG, SVG and CSV, and the figures as CSV, of what the address picks, as it is
 * now. A link to a picture is a picture that stays up to date.
 */
export class Downloads {
  readonly #source: DownloadSource;
  #drawings = 0;
  #reports = 0;

  constructor(source: DownloadSource) {
    this.#source = source;
  }

  /** `charts/ID.png`, `.svg` or `.csv`. */
  async chart(c: Context): Promise<Response> {
    const [, id, ending] = /^([a-z0-9-]{1,50})\.(png|svg|csv)$/.exec(c.req.param('file') ?? '') ?? [];
    const query = new URL(c.req.url).searchParams;
    const feed = this.#source.feed();
    const { snapshot } = feed;
    const chosen = snapshot && choose(snapshot, readChoice(query));
    const panel = panels(chosen, feed).find((panel) => panel.id === id);
    const chart = panel?.chart?.(pictureLook(query.get('theme') === 'dark' ? 'dark' : 'light'));
    if (id === undefined || ending === undefined || chart === undefined) return c.text(NOTHING, 404);
    if (ending === 'csv') return csv(c, id, tableCsv(chart.table));
    if (this.#drawings >= DRAWINGS_MAX) return c.text('Too many charts are being drawn: try again.', 503);
    this.#drawings++;
    try {
      const { png, svg } = await this.#source.draw(chart);
      return ending === 'png'
        ? c.body(new Uint8Array(png), 200, { 'content-type': 'image/png' })
        : c.body(svg, 200, { 'content-type': 'image/svg+xml' });
    } finally {
      this.#drawings--;
    }
  }

  /** `report.html`: all that is shown, as one file. */
  async report(c: Context): Promise<Response> {
    const feed = this.#source.feed();
    const choice = readChoice(new URL(c.req.url).searchParams);
    const chosen = feed.snapshot && choose(feed.snapshot, choice);
    if (feed.snapshot === undefined || chosen === undefined) return c.text(NOTHING, 404);
    if (this.#reports >= REPORTS_MAX) return c.text('Too many reports are being made: try again.', 503);
    this.#reports++;
    try {
      const about = { ...feed, snapshot: feed.snapshot, choice, notes: [], isOfStream: true };
      const html = await reportPage({ ...about, name: nameOf(feed.snapshot, chosen) }, this.#source.drawSvg);
      return attached(c, { name: 'report.html', type: 'text/html', text: html });
    } finally {
      this.#reports--;
    }
  }

  /** `figures.csv`: of every model. */
  figures(c: Context): Response {
    const { snapshot } = this.#source.feed();
    if (snapshot === undefined) return c.text(NOTHING, 404);
    const choice = readChoice(new URL(c.req.url).searchParams);
    return csv(c, 'figures', tableCsv(figuresCsvTable(snapshot, choice)));
  }
}

const NOTHING = 'There is no such chart, or nothing to show in it yet.';

/** What was picked, and when it was so: `model linear · window all · … · as of 2026-01-05 11:00:00 UTC`. */
function nameOf({ publishedAtMs }: Snapshot, chosen: Chosen): string {
  const picked = controls(chosen, 'en').map(({ label, picked, options }) => {
    const option = options.find(({ value }) => value === picked);
    return `${label} ${option?.text ?? picked}`;
  });
  const at = new Date(publishedAtMs).toISOString().replace('T', ' ').slice(0, 19);
  return [...picked, `as of ${at} UTC`].join(' · ');
}

function csv(c: Context, name: string, text: string): Response {
  return attached(c, { name: `${name}.csv`, type: 'text/csv', text });
}

function attached(
  c: Context,
  { name, type, text }: { readonly name: string; readonly type: string; readonly text: string },
): Response {
  return c.body(text, 200, {
    'content-type': `${type}; charset=utf-8`,
    'content-disposition': `attachment; filename="${name}"`,
  });
}
