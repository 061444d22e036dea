import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { timelineOf } from '../../src/features/timeline.ts';
import { DATASET } from './stage-harness.ts';
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

test('the label delay of a row is drawn evenly from its range, by seed and row alone', () => {
  const labelDelay = { minMs: 1_000, maxMs: 3_000 };
  const label = {
    number: 1,
    id: undefined,
    truth: 1,
    timeMs: undefined,
    truthTimeMs: undefined,
    tags: undefined,
  };
  const delays = (seed: number): number[] => {
    const timeline = timelineOf({ ...DATASET, labelDelay, seed }, 5, { nowMs: 0, eventMs: undefined });
    return Array.from({ length: 4_000 }, (_, seq) => timeline.dueMs(label, seq, 50_000) - 50_000);
  };
  const drawn = delays(1);
  assert.deepEqual(drawn, delays(1));
  assert.notDeepEqual(drawn, delays(2));
  assert.ok(drawn.every((ms) => ms >= 1_000 && ms < 3_000));
  const mean = drawn.reduce((sum, ms) => sum + ms, 0) / drawn.length;
  // Four standard errors of the mean of 4,000 even draws
  assert.ok(Math.abs(mean - 2_000) < (4 * (2_000 / Math.sqrt(12))) / Math.sqrt(4_000), `the mean is ${mean}`);
});
