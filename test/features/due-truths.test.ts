import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DueTruths } from '../../src/features/due-truths.ts';
import type { Label } from '../../src/features/rows.ts';

function label(number: number): Label {
  return { number, id: undefined, truth: number, timeMs: undefined, truthTimeMs: undefined, tags: undefined };
}

test('DueTruths gives the earliest first, and those of one moment in the order of their rows', () => {
  // A step takes so many, then adds so many that are due within a few moments
  const steps = fc.array(fc.tuple(fc.nat(40), fc.array(fc.nat(30), { maxLength: 200 })), { maxLength: 30 });
  fc.assert(
    fc.property(steps, (steps) => {
      const due = new DueTruths();
      let expected: { seq: number; dueMs: number }[] = [];
      let seq = 0;
      for (const [takes, adds] of steps) {
        for (const dueMs of adds) {
          due.add(seq, dueMs, label(seq));
          expected.push({ seq, dueMs });
          seq += 1;
        }
        expected = expected.toSorted((a, b) => a.dueMs - b.dueMs || a.seq - b.seq);
        for (let i = 0; i < takes && expected.length > 0; i += 1) {
          const first = expected.shift();
          assert.equal(due.nextMs, first?.dueMs);
          assert.deepEqual(due.take(), { seq: first?.seq, label: label(first?.seq ?? -1) });
        }
        assert.equal(due.size, expected.length);
      }
    }),
    { seed: 1 },
  );
});

test('DueTruths reuses its room: taking and adding for ever does not grow it', () => {
  const due = new DueTruths();
  for (let seq = 0; seq < 500; seq += 1) due.add(seq, seq, label(seq));
  const { bytes } = due;
  for (let seq = 500; seq < 50_000; seq += 1) {
    due.take();
    due.add(seq, seq, label(seq));
  }
  assert.equal(due.bytes, bytes);
  assert.equal(due.take().seq, 49_500);
});

test('DueTruths has nothing to take when it is empty', () => {
  const due = new DueTruths();
  assert.equal(due.nextMs, undefined);
  assert.throws(() => due.take(), RangeError);
});
