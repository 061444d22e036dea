import { parseDurationMs } from './duration.ts';

/** Less than everything, over which figures are kept too. `name` is how settings and snapshots call it. */
export type Window = { readonly name: string } & (
  | { readonly kind: 'last'; readonly outcomes: number }
  | { readonly kind: 'sliding' | 'tumbling'; readonly spanMs: number }
  | { readonly kind: 'faded'; readonly halfLifeMs: number }
);

/** What `parseWindow` takes, for an error. */
export const WINDOW =
  'a window such as last-1000 (up to last-10000), sliding-1h (1m to 60d), tumbling-1d (whole minutes that divide an hour, 1h to 12h, 1d to 30d) or faded-1h (half-life, from 1s on)';

/** The window that a text names, or `undefined`. */
export function parseWindow(text: string): Window | undefined {
  const [, kind, size = ''] = /^(last|sliding|tumbling|faded)-(.+)$/.exec(text) ?? [];
  if (kind === 'last') {
    const outcomes = /^\d+$/.test(size) ? Number(size) : 0;
    return outcomes >= 1 && outcomes <= LAST_MAX ? { name: text, kind, outcomes } : undefined;
  }
  const ms = parseDurationMs(size);
  if (ms === undefined) return undefined;
  if (kind === 'sliding') {
    return ms >= MINUTE_MS && ms <= 60 * DAY_MS ? { name: text, kind, spanMs: ms } : undefined;
  }
  if (kind === 'tumbling') return tumbles(ms) ? { name: text, kind, spanMs: ms } : undefined;
  return kind === 'faded' && ms >= 1000 ? { name: text, kind, halfLifeMs: ms } : undefined;
}

/** Outcomes in a window of the last ones, at most. */
const LAST_MAX = 10_000;
const [MINUTE_MS, HOUR_MS, DAY_MS] = [60_000, 3_600_000, 86_400_000];

/** Whether this window and the one before it are made of whole cells of time (`metric/ledger/time-cells.ts`). */
function tumbles(ms: number): boolean {
  if (ms < HOUR_MS) return ms % MINUTE_MS === 0 && HOUR_MS % ms === 0;
  return ms <= 12 * HOUR_MS ? ms % HOUR_MS === 0 : ms % DAY_MS === 0 && ms <= 30 * DAY_MS;
}
