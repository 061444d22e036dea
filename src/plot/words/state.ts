import type { Feed } from '../feed.ts';

/** What the page can show now; each looks like something. */
export type PageState =
  /** Nothing heard yet. */
  | 'connecting'
  /** The service is there, its broker is not. */
  | 'waiting-for-broker'
  /** The broker is there, metric has said nothing. */
  | 'waiting-for-metric'
  | 'no-prediction'
  | 'no-truth'
  | 'live'
  /** Figures there are, but old ones. */
  | 'stale'
  /** The service is away. */
  | 'reconnecting';

/**
 * @param feed the latest, or `undefined` before the first
 * @param sinceFeedMs since it came
 */
export function pageState(feed: Feed | undefined, isConnected: boolean, sinceFeedMs: number): PageState {
  if (feed === undefined) return isConnected ? 'connecting' : 'reconnecting';
  if (!isConnected) return 'reconnecting';
  const { snapshot, ageMs, staleAfterMs, broker } = feed;
  if (snapshot === undefined || ageMs === undefined) {
    return broker.state === 'connected' || broker.state === 'blocked'
      ? 'waiting-for-metric'
      : 'waiting-for-broker';
  }
  if (ageMs + sinceFeedMs > staleAfterMs) return 'stale';
  const champion = snapshot.models[0];
  if (champion === undefined || champion.books.received === 0) return 'no-prediction';
  return champion.books.scored === 0 ? 'no-truth' : 'live';
}
