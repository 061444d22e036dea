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

/** With so many decimals, and no sign on a 0. */
export function formatFixed(value: number, decimals: number, locale: string | undefined): string {
  return formatter(locale, {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
    signDisplay: 'negative',
  }).format(value);
}

/** A number of things, thousands apart. */
export function formatCount(value: number, locale: string | undefined): string {
  return formatter(locale, { maximumFractionDigits: 0 }).format(value);
}

/** A number of things where room is short: from ten thousand on `12.3K`; a sum of weights as a figure. */
export function formatCompact(value: number, locale: string | undefined): string {
  if (value >= 10_000)
    return formatter(locale, { notation: 'compact', maximumSignificantDigits: 3 }).format(value);
  return Number.isInteger(value) ? formatCount(value, locale) : formatFigure(value, locale);
}

/** `1 row`, `2 rows`. */
export function countOf(value: number, singular: string, locale: string | undefined): string {
  return `${formatCount(value, locale)} ${singular}${value === 1 ? '' : 's'}`;
}

/** A share, 0..1, in percent: 100 % is all of them and 0 % none. */
export function formatRatio(ratio: number, locale: string | undefined): string {
  const percent = 100 * ratio;
  const shown = percent > 99 && percent < 100 ? Math.floor(10 * percent) / 10 : percent;
  const tight = shown !== 0 && shown < 0.1 ? '< 0.1' : undefined;
  const text =
    tight ?? formatter(locale, { maximumFractionDigits: shown < 10 || shown > 99 ? 1 : 0 }).format(shown);
  return `${text}\u00A0%`;
}

const DURATIONS = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
  [1, 's'],
  [0.001, 'ms'],
] as const;

/** A stretch of time in its largest fitting unit: `2.18 h`, `500 ms`, `0 s`. */
export function formatDuration(seconds: number, locale: string | undefined): string {
  if (seconds === 0) return `0\u00A0s`;
  const [size, unit] = DURATIONS.find(([size]) => seconds >= size * 0.9995) ?? [0.001, 'ms'];
  return `${formatter(locale, { maximumSignificantDigits: 3 }).format(seconds / size)}\u00A0${unit}`;
}

/** How the axes of a chart write numbers: as `Intl` does in this language. */
export function numberLocale(locale: string | undefined): {
  decimal: string;
  thousands: string;
  grouping: number[];
  currency: [string, string];
} {
  const parts = formatter(locale, { useGrouping: true }).formatToParts(1_234_567.8);
  const part = (type: string) => parts.find((each) => each.type === type)?.value;
  return {
    decimal: part('decimal') ?? '.',
    thousands: part('group') ?? ',',
    grouping: [3],
    currency: ['', ''],
  };
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
export function formatter(locale: string | undefined, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  let made = formatters.get(key);
  if (made === undefined) {
    made = new Intl.NumberFormat(locale, options);
    formatters.set(key, made);
  }
  return made;
}
