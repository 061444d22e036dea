import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pauses, pause } from '../../src/broker/pauses.ts';

test('pauses grow from the first to the longest, differ by a jitter of a fifth, and begin again after a success', () => {
  const pauses = new Pauses();
  const lengths = Array.from({ length: 40 }, () => pauses.nextMs());
  lengths.forEach((ms, i) => {
    const middle = Math.min(10_000, 200 * 2 ** i);
    assert.ok(ms >= middle * 0.8 - 1 && ms <= Math.min(10_000, middle * 1.2 + 1), `pause ${i}: ${ms} ms`);
  });
  assert.ok(new Set(lengths.slice(10)).size > 5);
  pauses.reset();
  assert.ok(pauses.nextMs() <= 240);
});

test('a pause ends at once when its signal is aborted, before or while it lasts', async () => {
  const stop = new AbortController();
  const paused = pause(600_000, stop.signal);
  stop.abort();
  await paused;
  await pause(600_000, stop.signal);
});
