import type { Snapshot } from '../../wire/snapshot.ts';
import type { Feed } from '../feed.ts';
import { durationText } from './duration-text.ts';
import type { PageState } from './state.ts';
import { rateText } from './tiles.ts';
import { TIED } from './words.ts';

/** How it stands with the connection, in a few words. */
export function statusText(
  state: PageState,
  feed: Feed | undefined,
  sinceFeedMs: number,
  locale: string | undefined,
): string {
  const age = durationText(Math.round(((feed?.ageMs ?? 0) + sinceFeedMs) / 1_000), locale);
  const texts: Readonly<Record<PageState, string>> = {
    connecting: 'connecting',
    reconnecting: feed?.snapshot === undefined ? 'reconnecting' : `reconnecting · figures are ${age} old`,
    'waiting-for-broker': 'waiting for the broker',
    'waiting-for-metric': 'connected',
    'no-prediction': 'connected',
    'no-truth': 'connected',
    stale:
      feed?.broker.state === 'connected'
        ? `stale · metric has said nothing for ${age}`
        : `stale · no broker, figures are ${age} old`,
    live: `live · ${rateText(feed?.snapshot?.rowsPerSecond ?? 0, locale)}${TIED}rows/s${eventTime(feed?.snapshot, locale)}`,
  };
  return texts[state];
}

/** Farther from the clock than this, the time of what is shown is not the time at which it is shown. */
const REPLAY_MS_MIN = 86_400_000;

/** Where a replay is; nothing where it is now. */
function eventTime(snapshot: Snapshot | undefined, locale: string | undefined): string {
  const atMs = snapshot?.models[0]?.history.at(-1)?.atMs;
  if (snapshot === undefined || atMs === undefined) return '';
  if (Math.abs(snapshot.publishedAtMs - atMs) < REPLAY_MS_MIN) return '';
  return ` · event time ${new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' }).format(atMs)}`;
}
