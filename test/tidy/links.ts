/** A link or a picture of a Markdown document. */
export interface Link {
  readonly line: number;
  readonly to: string;
}

/** Links and pictures, in Markdown's form and as HTML; what stands in code is none. */
export function linksOf(markdown: string): Link[] {
  return withoutCode(markdown).flatMap((text, i) =>
    [
      /\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g,
      /\b(?:src|srcset|href)="([^"]+)"/g,
      /^\[[^\]]+\]:\s+(\S+)/g,
    ].flatMap((form) => Array.from(text.matchAll(form), (match) => ({ line: i + 1, to: match[1] ?? '' }))),
  );
}

/** The names of the headings, as a link after `#` writes them. */
export function anchorsOf(markdown: string): Set<string> {
  const headings = withoutCode(markdown, { spans: false }).flatMap(
    (text) => /^#+\s+(.*)$/.exec(text)?.[1] ?? [],
  );
  return new Set(
    headings.map((heading) =>
      heading
        .trim()
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(/\s/g, '-'),
    ),
  );
}

/** The lines, with those of code blocks empty, and without code spans unless they are kept. */
function withoutCode(markdown: string, { spans = true } = {}): string[] {
  let isCode = false;
  return markdown.split('\n').map((text) => {
    const isFence = /^\s*(```|~~~)/.test(text);
    if (isFence) isCode = !isCode;
    if (isCode || isFence) return '';
    return spans ? text.replaceAll(/`[^`]*`/g, '') : text;
  });
}
