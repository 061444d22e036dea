import { readFileSync } from 'node:fs';
import { FONT_FILES } from './fonts.ts';

/**
 * How wide a text is in our own font, without kerning: what a chart that is drawn without a browser is laid
 * out by. Read from the files' tables `cmap`, `hmtx`, `hhea` and `head`.
 *
 * @see https://learn.microsoft.com/typography/opentype/spec/otff
 */
export interface FontMetrics {
  /** Pixels that `text` takes at a font size of `sizePx`. */
  readonly widthPx: (text: string, sizePx: number) => number;
  /** Whether the font can show all of `text`. */
  readonly covers: (text: string) => boolean;
}

/** The metrics of a font of ours; its file is read at the first call. */
export function fontMetrics(weight: keyof typeof FONT_FILES): FontMetrics {
  let metrics = loaded.get(weight);
  if (metrics === undefined) {
    metrics = parseFont(readFileSync(FONT_FILES[weight]));
    loaded.set(weight, metrics);
  }
  return metrics;
}

const loaded = new Map<string, FontMetrics>();

function parseFont(font: Buffer): FontMetrics {
  const tables = new Map<string, number>();
  for (let i = 0; i < font.readUInt16BE(4); i++) {
    const record = 12 + 16 * i;
    tables.set(font.toString('latin1', record, record + 4), font.readUInt32BE(record + 8));
  }
  const table = (tag: string): number => {
    const at = tables.get(tag);
    if (at === undefined) throw new Error(`Cannot read the font: it has no table ${tag}`);
    return at;
  };
  const unitsPerEm = font.readUInt16BE(table('head') + 18);
  const advances = font.readUInt16BE(table('hhea') + 34);
  const hmtx = table('hmtx');
  const glyphs = readCharacterMap(font, table('cmap'));
  const advance = (glyph: number) => font.readUInt16BE(hmtx + 4 * Math.min(glyph, advances - 1)) / unitsPerEm;
  return {
    widthPx: (text, sizePx) => {
      let ems = 0;
      // A character from elsewhere takes an em, as most of the wide ones do.
      for (const character of text) {
        const glyph = glyphs.get(character.codePointAt(0) ?? 0);
        ems += glyph === undefined ? 1 : advance(glyph);
      }
      return ems * sizePx;
    },
    covers: (text) => Array.from(text).every((character) => glyphs.has(character.codePointAt(0) ?? 0)),
  };
}

/** Code point → glyph, from the segmented subtable (format 12) that every font with more than the basic plane has. */
function readCharacterMap(font: Buffer, cmap: number): Map<number, number> {
  const glyphs = new Map<number, number>();
  for (let i = 0; i < font.readUInt16BE(cmap + 2); i++) {
    const subtable = cmap + font.readUInt32BE(cmap + 4 + 8 * i + 4);
    if (font.readUInt16BE(subtable) !== 12) continue;
    for (let group = 0; group < font.readUInt32BE(subtable + 12); group++) {
      const at = subtable + 16 + 12 * group;
      const [first, last, glyph] = [
        font.readUInt32BE(at),
        font.readUInt32BE(at + 4),
        font.readUInt32BE(at + 8),
      ];
      for (let code = first; code <= last; code++) glyphs.set(code, glyph + code - first);
    }
    return glyphs;
  }
  throw new Error('Cannot read the font: it has no character map of format 12');
}
