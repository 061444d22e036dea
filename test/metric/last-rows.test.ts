import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lastRows } from '../../src/metric/report/last-rows.ts';

fc.configureGlobal({ seed: 20_010_201 });

test('of every id the last row is kept, in order of first appearance, as a Map would', () => {
  const id = fc.oneof(fc.string({ maxLength: 2 }), fc.nat(20).map(String), fc.float().map(String));
  fc.assert(
    fc.property(fc.array(fc.tuple(id, fc.double({ noNaN: true })), { maxLength: 200 }), (puts) => {
      const rows = lastRows();
      const expected = new Map<string, { value: number; times: number }>();
      for (const [name, value] of puts) {
        rows.put(name, value, value, 1);
        expected.set(name, { value, times: (expected.get(name)?.times ?? 0) + 1 });
      }
      const found: number[] = [];
      rows.seal();
      rows.forEach((truth) => found.push(truth));
      assert.deepEqual(
        found,
        [...expected.values()].map(({ value }) => value),
      );
      assert.equal(rows.count, expected.size);
      assert.equal(rows.repeated, [...expected.values()].filter(({ times }) => times > 1).length);
    }),
  );
});

test('300,000 ids that differ in one digit are all kept apart, over many pages', () => {
  const rows = lastRows();
  for (let pass = 0; pass < 2; pass++) {
    for (let i = 0; i < 300_000; i++) rows.put(`1700000000.${i}`, i, pass, 0);
  }
  assert.equal(rows.count, 300_000);
  assert.equal(rows.repeated, 300_000);
  let at = 0;
  rows.forEach((truth, pass) => assert.ok(truth === at++ && pass === 1));
});
