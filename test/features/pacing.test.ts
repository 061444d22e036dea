import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EventPacing, RatePacing } from '../../src/features/pacing.ts';

test('RatePacing keeps to its rate without drift, however late it is asked', () => {
  const asked = fc.record({
    rate: fc.double({ min: 0.1, max: 50_000, noNaN: true }),
    pauses: fc.array(fc.double({ min: 0, max: 900, noNaN: true }), { minLength: 1, maxLength: 200 }),
  });
  fc.assert(
    fc.property(asked, ({ rate, pauses }) => {
      const startMs = 1_000;
      const pacing = new RatePacing(rate, startMs);
      let [now, rows] = [startMs, 0];
      for (const pauseMs of pauses) {
        now += pauseMs;
        const allowed = pacing.allowed(now);
        pacing.took(allowed);
        rows += allowed;
        const due = ((now - startMs) * rate) / 1_000 + 1;
        assert.ok(Math.abs(rows - Math.floor(due)) <= 1, `${rows} rows of ${due}`);
        assert.equal(pacing.allowed(now), 0);
        assert.ok(pacing.nextMs() > now - 1e-6);
      }
    }),
    { seed: 1 },
  );
});

test('RatePacing lets the first row go at once, and all of them at rate 0', () => {
  assert.equal(new RatePacing(0.001, 5).allowed(5), 1);
  assert.equal(new RatePacing(0, 5).allowed(5), Infinity);
});

test('RatePacing catches up a second of rows after a long pause, not an hour', () => {
  const pacing = new RatePacing(100, 0);
  assert.equal(pacing.allowed(3_600_000), 101);
});

test('RatePacing wakes for single rows when they come slowly, for several when they come fast', () => {
  const slow = new RatePacing(10, 0);
  slow.took(1);
  assert.equal(slow.wakeMs(5), 100);
  const fast = new RatePacing(10_000, 0);
  fast.took(1);
  assert.ok(Math.abs(fast.wakeMs(5) - 5.1) < 1e-9);
});

test('EventPacing runs so many times as fast as the clock', () => {
  const pacing = new EventPacing(3_600, { nowMs: 50, eventMs: 1_000_000 });
  assert.equal(pacing.eventMs(50), 1_000_000);
  assert.equal(pacing.eventMs(1_050), 1_000_000 + 3_600_000);
  assert.equal(pacing.atMs(1_000_000 + 3_600_000), 1_050);
});
