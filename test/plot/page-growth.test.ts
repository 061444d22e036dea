import assert from 'node:assert/strict';
import { test } from 'node:test';
import { busySnapshot } from './busy-snapshot.ts';
import { inState, served } from './served-page.ts';

/** Vega's views are renewed every 60 exchanges: what grows must do so from one such period to another. */
const PERIOD = 60;

test('the page does not grow with what it was told: news as fast as it shows them', async (t) => {
  const { publish, open } = await served(t, { pushEveryMs: 1 });
  await publish(busySnapshot(0));
  const page = await open();
  await inState(page, 'live');
  const session = await page.context().newCDPSession(page);
  /** The least heap in the period that begins with this push. */
  const leastHeap = async (from: number) => {
    let least = Infinity;
    for (let i = from; i < from + PERIOD; i++) {
      await publish(busySnapshot(i));
      const rows = busySnapshot(i).models[0]?.books.scored.toLocaleString('en') ?? '';
      await page.locator('#books', { hasText: rows }).waitFor();
      if (i % 15 !== 0) continue;
      await session.send('HeapProfiler.collectGarbage');
      least = Math.min(least, (await session.send('Runtime.getHeapUsage')).usedSize);
    }
    return least;
  };
  await leastHeap(1);
  const first = await leastHeap(1 + PERIOD);
  const last = await leastHeap(1 + 2 * PERIOD);
  const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
  assert.ok(last < first + 5 * 2 ** 20, `from ${mib(first)} to ${mib(last)} MiB`);
  const { nodes } = await session.send('Memory.getDOMCounters');
  assert.ok(nodes < 3_000, `${nodes} nodes`);
});
