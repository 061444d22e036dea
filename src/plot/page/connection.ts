import type { Feed } from '../feed.ts';

const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 10_000;

/**
 * Follows the feed for as long as the page lives. A browser reconnects by itself only where the server was
 * cut off, not where it answered with an error: so the connection is always made anew here, with growing
 * pauses.
 */
export function followFeed(on: {
  feed: (feed: Feed) => void;
  connected: (isConnected: boolean) => void;
}): void {
  let retryMs = RETRY_MS_MIN;
  const connect = () => {
    const events = new EventSource('events');
    events.addEventListener('feed', ({ data }: MessageEvent<string>) => {
      retryMs = RETRY_MS_MIN;
      on.connected(true);
      on.feed(JSON.parse(data) as Feed);
    });
    events.addEventListener('error', () => {
      events.close();
      on.connected(false);
      setTimeout(connect, retryMs);
      retryMs = Math.min(retryMs * 2, RETRY_MS_MAX);
    });
  };
  connect();
}
