import { readFile } from 'node:fs/promises';
import { FONT_FILES } from './fonts.ts';
import { pageFile } from './page-files.ts';

/** The page's style sheet with the fonts in it, and what a page without a script has otherwise. */
export async function reportStyles(): Promise<string> {
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
.bar p { overflow-wrap: anywhere; }
.tile .line { white-space: normal; }
.picture { overflow-x: auto; }
.picture svg { display: block; width: 100%; min-width: 520px; height: auto; }
details { margin-top: 6px; font-size: 12px; }
summary { color: var(--quiet); cursor: pointer; }
details .table { max-height: 320px; }
#figures { grid-row: auto; }
#figures .table { max-height: none; }
#headline-more span { display: inline; }
@media (max-width: 900px) { .charts.more { grid-template-columns: minmax(0, 1fr); } }
@media print { .card { break-inside: avoid; } }
`;
