import { formatter } from '../charts/numbers.ts';
import { TIED } from './words.ts';

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** A stretch of time in its two largest units: `2 h 11 min`, `4.2 s`, `13 ms`. */
export function durationText(seconds: number, locale: string | undefined): string {
  if (seconds < 1) return `${Math.round(seconds * 1_000)}${TIED}ms`;
  if (seconds < 10) return `${formatter(locale, { maximumFractionDigits: 1 }).format(seconds)}${TIED}s`;
  const first = UNITS.findIndex(([, size]) => seconds >= size);
  const [unit, size] = UNITS[first] ?? UNITS[3];
  const next = UNITS[first + 1];
  if (next === undefined) return `${Math.round(seconds)}${TIED}s`;
  const inNext = Math.round(seconds / next[1]);
  const whole = Math.floor((inNext * next[1]) / size);
  const rest = inNext - (whole * size) / next[1];
  return `${whole}${TIED}${unit}${rest === 0 ? '' : `${TIED}${rest}${TIED}${next[0]}`}`;
}
