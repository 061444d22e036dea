/** A length of time between two; both ends included, equal ends are a fixed one. */
export interface DurationRange {
  readonly minMs: number;
  readonly maxMs: number;
}

/** What a duration looks like, for people. */
export const DURATION = 'a duration such as 250ms, 5s, 10m, 2h or 7d';

/** What a range of durations looks like, for people. */
export const DURATION_RANGE = `${DURATION}, or a range of two such as 1s..10s`;

/** Milliseconds of a duration as it is written (`250ms`, `1.5h`, a plain `0`), or `undefined` when it is none. */
export function parseDurationMs(text: string): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim()) ?? [];
  if (text.trim() === '0') return 0;
  const unitMs = UNIT_MS[unit ?? ''];
  return amount === undefined || unitMs === undefined ? undefined : Number(amount) * unitMs;
}

/** A duration or two with `..` between them, the lower first, or `undefined` when it is none. */
export function parseDurationRange(text: string): DurationRange | undefined {
  const [low, high, ...more] = text.split('..').map(parseDurationMs);
  if (low === undefined || more.length > 0) return undefined;
  if (!text.includes('..')) return { minMs: low, maxMs: low };
  return high !== undefined && high >= low ? { minMs: low, maxMs: high } : undefined;
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
