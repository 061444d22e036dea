import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Step, StepSize } from '../../src/metric/ledger/step-size.ts';

const BOUNDS = { aimMs: 250, min: 64, max: 4096, first: 512 };

/** Does so many full steps on a store. @returns them */
function steps(size: StepSize, count: number, costMs: (size: number, step: number) => number): Step[] {
  return Array.from({ length: count }, (_, step) => {
    const done = { size: size.now, ms: costMs(size.now, step) };
    size.took(done);
    return done;
  });
}

test('whatever a record costs, all steps but the first few take no longer than aimed at by much, or have the least size', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.001, max: 50, noNaN: true }),
      fc.double({ min: 0, max: 100, noNaN: true }),
      fc.double({ min: 0.001, max: 50, noNaN: true }),
      (msEach, fixedMs, laterEach) => {
        const size = new StepSize(BOUNDS);
        for (const each of [msEach, laterEach]) {
          const cost = (records: number): number => fixedMs + each * records;
          const late = steps(size, 60, cost).slice(4);
          for (const { size: records, ms } of late)
            assert.ok(ms <= 2.5 * BOUNDS.aimMs || records <= BOUNDS.min, `${records} took ${ms} ms`);
        }
      },
    ),
  );
});

test('it comes back: a store that is quick again gets full steps within twenty of them', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.double({ min: 0.5, max: 50, noNaN: true }),
      (slow, each) => {
        const size = new StepSize(BOUNDS);
        steps(size, slow, (records) => each * records);
        steps(size, 20, (records) => 5 + 0.02 * records);
        assert.equal(size.now, BOUNDS.max);
      },
    ),
  );
});

test('steps stay large where a small one takes as long', () => {
  const size = new StepSize(BOUNDS);
  const done = steps(size, 200, (records) => 300 + 0.05 * records).slice(20);
  const perSecond = (1000 * total(done.map((step) => step.size))) / total(done.map(({ ms }) => ms));
  // At the least size it would be 211 a second, at the largest 8,114.
  assert.ok(perSecond > 3_000, `${perSecond} a second`);
});

test('small steps that were quick tell nothing of large ones', () => {
  const size = new StepSize(BOUNDS);
  steps(size, 20, (records) => records);
  const before = size.now;
  for (let i = 0; i < 100; i++) size.took({ size: 3, ms: 1 });
  size.took({ size: 0, ms: 90_000 });
  assert.equal(size.now, before);
});

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
