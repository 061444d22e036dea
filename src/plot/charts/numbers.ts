/**
 * A figure as people read it: three significant digits, thousands apart, `1.23E-7` where zeros would drown it.
 *
 * @param locale BCP 47 tag; `undefined`: the reader's own
 */
export function formatFigure(value: number, locale: string | undefined): string {
  const size = Math.abs(value);
  const isExtreme = size !== 0 && (size < 1e-4 || size >= 1e7);
  return formatter(locale, {
    maximumSignificantDigits: 3,
    // 0 and 5 stay as they are; 18 becomes 18.0, because its third digit is known.
    ...(Number.isInteger(value) && size < 10 ? {} : { minimumSignificantDigits: isExtreme ? 1 : 3 }),
    ...(isExtreme ? { notation: 'scientific' as const } : {}),
  }).format(value);
}

/** A value on an axis: as short as it can be. */
export function formatTick(value: number, locale: string | undefined, digitsMax = 6): string {
  const size = Math.abs(value);
  const isExtreme = size !== 0 && (size < 1e-4 || size >= 1e7);
  return formatter(locale, {
    maximumSignificantDigits: digitsMax,
    ...(isExtreme ? { notation: 'scientific' as const } : {}),
  }).format(value);
}

/** A number of things, thousands apart. */
export function formatCount(value: number, locale: string | undefined): string {
  return formatter(locale, { maximumFractionDigits: 0 }).format(value);
}

/** `1 row`, `2 rows`. */
export function countOf(value: number, singular: string, locale: string | undefined): string {
  return `${formatCount(value, locale)} ${singular}${value === 1 ? '' : 's'}`;
}

/**
 * Round values for an axis, in steps of 1, 2 or 5 times a power of ten, from 0 to at most `end`.
 *
 * @param end not negative and finite; 0 gives `[0]`
 * @param count about how many, at least 1
 */
export function roundTicks(end: number, count: number): number[] {
  if (!(end > 0)) return [0];
  const rough = end / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  return Array.from({ length: Math.floor(end / step + 1e-9) + 1 }, (_, i) =>
    Number((i * step).toPrecision(12)),
  );
}

const formatters = new Map<string, Intl.NumberFormat>();

/** Making a formatter costs more than using it. */
function formatter(locale: string | undefined, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  let made = formatters.get(key);
  if (made === undefined) {
    made = new Intl.NumberFormat(locale, options);
    formatters.set(key, made);
  }
  return made;
}
